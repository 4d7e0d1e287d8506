import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let losses = regression + classification + likelihoods + margins + distances

  private static let regression = [
    loss(MSELoss.self, { ["reduction": .reduction($0.reduction)] }) {
      MSELoss(reduction: try $0.reduction())
    },
    loss(L1Loss.self, { ["reduction": .reduction($0.reduction)] }) {
      L1Loss(reduction: try $0.reduction())
    },
    loss(
      SmoothL1Loss.self, { ["reduction": .reduction($0.reduction), "beta": .double($0.beta)] }
    ) { SmoothL1Loss(reduction: try $0.reduction(), beta: try $0.double("beta")) },
    loss(HuberLoss.self, { ["reduction": .reduction($0.reduction), "delta": .double($0.delta)] }) {
      HuberLoss(reduction: try $0.reduction(), delta: try $0.double("delta"))
    },
    loss(
      KLDivLoss.self,
      { ["reduction": .reduction($0.reduction), "log_target": .bool($0.logTarget)] }
    ) { KLDivLoss(reduction: try $0.reduction(), logTarget: try $0.bool("log_target")) },
  ]

  private static let classification = [
    loss(
      CrossEntropyLoss.self,
      {
        [
          "ignore_index": .int($0.ignoreIndex), "reduction": .reduction($0.reduction),
          "label_smoothing": .double($0.labelSmoothing),
        ]
      }
    ) {
      CrossEntropyLoss(
        weight: $0.tensor("weight"), ignoreIndex: try $0.int("ignore_index"),
        reduction: try $0.reduction(), labelSmoothing: try $0.double("label_smoothing"))
    },
    loss(
      NLLLoss.self,
      { ["ignore_index": .int($0.ignoreIndex), "reduction": .reduction($0.reduction)] }
    ) {
      NLLLoss(
        weight: $0.tensor("weight"), ignoreIndex: try $0.int("ignore_index"),
        reduction: try $0.reduction())
    },
    loss(BCELoss.self, { ["reduction": .reduction($0.reduction)] }) {
      BCELoss(weight: $0.tensor("weight"), reduction: try $0.reduction())
    },
    loss(BCEWithLogitsLoss.self, { ["reduction": .reduction($0.reduction)] }) {
      BCEWithLogitsLoss(
        weight: $0.tensor("weight"), reduction: try $0.reduction(),
        posWeight: $0.tensor("pos_weight"))
    },
  ]

  private static let likelihoods = [
    loss(
      PoissonNLLLoss.self,
      {
        [
          "reduction": .reduction($0.reduction), "log_input": .bool($0.logInput),
          "full": .bool($0.full), "eps": .double($0.eps),
        ]
      }
    ) {
      PoissonNLLLoss(
        logInput: try $0.bool("log_input"), full: try $0.bool("full"), eps: try $0.double("eps"),
        reduction: try $0.reduction())
    },
    loss(
      GaussianNLLLoss.self,
      {
        ["reduction": .reduction($0.reduction), "full": .bool($0.full), "eps": .double($0.eps)]
      }
    ) {
      GaussianNLLLoss(
        full: try $0.bool("full"), eps: try $0.double("eps"), reduction: try $0.reduction())
    },
    loss(
      CTCLoss.self,
      {
        [
          "reduction": .reduction($0.reduction), "blank": .int($0.blank),
          "zero_infinity": .bool($0.zeroInfinity),
        ]
      }
    ) {
      CTCLoss(
        blank: try $0.int("blank"), reduction: try $0.reduction(),
        zeroInfinity: try $0.bool("zero_infinity"))
    },
  ]

  private static let margins = [
    margin(HingeEmbeddingLoss.self) { HingeEmbeddingLoss(margin: $0, reduction: $1) },
    margin(MarginRankingLoss.self) { MarginRankingLoss(margin: $0, reduction: $1) },
    margin(CosineEmbeddingLoss.self) { CosineEmbeddingLoss(margin: $0, reduction: $1) },
    loss(SoftMarginLoss.self, { ["reduction": .reduction($0.reduction)] }) {
      SoftMarginLoss(reduction: try $0.reduction())
    },
    loss(MultiLabelMarginLoss.self, { ["reduction": .reduction($0.reduction)] }) {
      MultiLabelMarginLoss(reduction: try $0.reduction())
    },
    loss(MultiLabelSoftMarginLoss.self, { ["reduction": .reduction($0.reduction)] }) {
      MultiLabelSoftMarginLoss(weight: $0.tensor("weight"), reduction: try $0.reduction())
    },
    loss(
      MultiMarginLoss.self,
      {
        ["reduction": .reduction($0.reduction), "p": .int($0.p), "margin": .double($0.margin)]
      }
    ) {
      MultiMarginLoss(
        p: try $0.int("p"), margin: try $0.double("margin"), weight: $0.tensor("weight"),
        reduction: try $0.reduction())
    },
    loss(
      TripletMarginLoss.self,
      {
        [
          "reduction": .reduction($0.reduction), "margin": .double($0.margin), "p": .double($0.p),
          "eps": .double($0.eps), "swap": .bool($0.swap),
        ]
      }
    ) {
      TripletMarginLoss(
        margin: try $0.double("margin"), p: try $0.double("p"), eps: try $0.double("eps"),
        swap: try $0.bool("swap"), reduction: try $0.reduction())
    },
  ]

  private static let distances = [
    ModuleForm(
      CosineSimilarity.self, "torch.nn.modules.distance.CosineSimilarity",
      attributes: { ["dim": .int($0.dim), "eps": .double($0.eps)] },
      make: { CosineSimilarity(dim: try $0.int("dim"), eps: try $0.double("eps")) }),
    ModuleForm(
      PairwiseDistance.self, "torch.nn.modules.distance.PairwiseDistance",
      attributes: {
        ["norm": .double($0.norm), "eps": .double($0.eps), "keepdim": .bool($0.keepdim)]
      },
      make: {
        PairwiseDistance(
          p: try $0.double("norm"), eps: try $0.double("eps"), keepdim: try $0.bool("keepdim"))
      }),
  ]

  private static func loss<Loss: Module>(
    _ type: Loss.Type, _ attributes: @escaping @Sendable (Loss) -> CheckpointValue,
    make: @escaping @Sendable (SavedModule) throws -> Loss
  ) -> ModuleForm {
    ModuleForm(type, "torch.nn.modules.loss.\(type)", attributes: attributes, make: make)
  }

  private static func margin<Loss: MarginLoss>(
    _ type: Loss.Type, make: @escaping @Sendable (Double, Reduction) -> Loss
  ) -> ModuleForm {
    loss(type, { ["reduction": .reduction($0.reduction), "margin": .double($0.margin)] }) {
      make(try $0.double("margin"), try $0.reduction())
    }
  }
}

extension CheckpointValue {
  /// Returns the `reduction` of a loss as PyTorch's name.
  fileprivate static func reduction(_ reduction: Reduction) -> CheckpointValue {
    .string(reduction.rawValue)
  }
}

extension SavedModule {
  /// Returns the attribute `reduction` of a loss.
  func reduction() throws -> Reduction {
    let name = try string("reduction")
    guard let reduction = Reduction(rawValue: name) else {
      throw CheckpointError.corrupt("\(className) has the unknown reduction '\(name.prefix(50))'")
    }
    return reduction
  }
}
