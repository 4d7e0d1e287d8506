import KindlingCore
import KindlingNN

/// Kindling's own modules with PyTorch's names of their classes: one entry each, and no other list.
enum BuiltInModules {
  private static let forms = containers + linear + activations + losses

  static let byName = Dictionary(forms.map { ($0.name, $0) }) { first, _ in first }
  static let byType = Dictionary(forms.map { ($0.type, $0) }) { first, _ in first }

  private static let containers = [
    ModuleForm(Sequential.self, "torch.nn.modules.container.Sequential") {
      Sequential(named: try $0.layers())
    },
    ModuleForm(ModuleList.self, "torch.nn.modules.container.ModuleList") {
      ModuleList(try $0.modules().map(\.module))
    },
    ModuleForm(ModuleDict.self, "torch.nn.modules.container.ModuleDict") {
      let dictionary = ModuleDict()
      for (name, module) in try $0.modules() { dictionary[name] = module }
      return dictionary
    },
  ]

  private static let linear = [
    ModuleForm(
      Linear.self, "torch.nn.modules.linear.Linear",
      attributes: { ["in_features": .int($0.inFeatures), "out_features": .int($0.outFeatures)] },
      make: {
        let (inputs, outputs) = (try $0.int("in_features"), try $0.int("out_features"))
        try $0.require("weight", [outputs, inputs])
        return Linear(inputs, outputs, bias: $0.has("bias"))
      }),
    ModuleForm(Identity.self, "torch.nn.modules.linear.Identity") { _ in Identity() },
    ModuleForm(
      Flatten.self, "torch.nn.modules.flatten.Flatten",
      attributes: { ["start_dim": .int($0.startDim), "end_dim": .int($0.endDim)] },
      make: { Flatten(try $0.int("start_dim"), try $0.int("end_dim")) }),
    ModuleForm(
      Unflatten.self, "torch.nn.modules.flatten.Unflatten",
      attributes: { ["dim": .int($0.dim), "unflattened_size": .size($0.unflattenedSize)] },
      make: { Unflatten(try $0.int("dim"), try $0.ints("unflattened_size")) }),
    ModuleForm(
      Dropout.self, "torch.nn.modules.dropout.Dropout",
      attributes: { ["p": .double($0.p), "inplace": .bool($0.inplace)] },
      make: { Dropout(try $0.double("p"), inplace: try $0.bool("inplace")) }),
  ]

  private static let activations = [
    ModuleForm(
      ReLU.self, "torch.nn.modules.activation.ReLU", attributes: { ["inplace": .bool($0.inplace)] },
      make: { ReLU(inplace: try $0.bool("inplace")) }),
    ModuleForm(Sigmoid.self, "torch.nn.modules.activation.Sigmoid") { _ in Sigmoid() },
    ModuleForm(Tanh.self, "torch.nn.modules.activation.Tanh") { _ in Tanh() },
    ModuleForm(
      Softmax.self, "torch.nn.modules.activation.Softmax",
      attributes: { ["dim": .optional($0.dim)] }, make: { Softmax(dim: try $0.optionalInt("dim")) }),
    ModuleForm(
      LogSoftmax.self, "torch.nn.modules.activation.LogSoftmax",
      attributes: { ["dim": .optional($0.dim)] },
      make: { LogSoftmax(dim: try $0.optionalInt("dim")) }),
  ]

  private static let losses = [
    ModuleForm(
      MSELoss.self, "torch.nn.modules.loss.MSELoss",
      attributes: { ["reduction": .string($0.reduction.rawValue)] },
      make: { MSELoss(reduction: try $0.reduction()) }),
    ModuleForm(
      L1Loss.self, "torch.nn.modules.loss.L1Loss",
      attributes: { ["reduction": .string($0.reduction.rawValue)] },
      make: { L1Loss(reduction: try $0.reduction()) }),
    ModuleForm(
      SmoothL1Loss.self, "torch.nn.modules.loss.SmoothL1Loss",
      attributes: { ["reduction": .string($0.reduction.rawValue), "beta": .double($0.beta)] },
      make: { SmoothL1Loss(reduction: try $0.reduction(), beta: try $0.double("beta")) }),
    ModuleForm(
      HuberLoss.self, "torch.nn.modules.loss.HuberLoss",
      attributes: { ["reduction": .string($0.reduction.rawValue), "delta": .double($0.delta)] },
      make: { HuberLoss(reduction: try $0.reduction(), delta: try $0.double("delta")) }),
    ModuleForm(
      KLDivLoss.self, "torch.nn.modules.loss.KLDivLoss",
      attributes: { ["reduction": .string($0.reduction.rawValue), "log_target": .bool($0.logTarget)] },
      make: { KLDivLoss(reduction: try $0.reduction(), logTarget: try $0.bool("log_target")) }),
    ModuleForm(
      CrossEntropyLoss.self, "torch.nn.modules.loss.CrossEntropyLoss",
      attributes: {
        [
          "ignore_index": .int($0.ignoreIndex), "reduction": .string($0.reduction.rawValue),
          "label_smoothing": .double($0.labelSmoothing),
        ]
      },
      make: {
        CrossEntropyLoss(
          weight: $0.tensor("weight"), ignoreIndex: try $0.int("ignore_index"),
          reduction: try $0.reduction(), labelSmoothing: try $0.double("label_smoothing"))
      }),
    ModuleForm(
      NLLLoss.self, "torch.nn.modules.loss.NLLLoss",
      attributes: {
        ["ignore_index": .int($0.ignoreIndex), "reduction": .string($0.reduction.rawValue)]
      },
      make: {
        NLLLoss(
          weight: $0.tensor("weight"), ignoreIndex: try $0.int("ignore_index"),
          reduction: try $0.reduction())
      }),
    ModuleForm(
      BCELoss.self, "torch.nn.modules.loss.BCELoss",
      attributes: { ["reduction": .string($0.reduction.rawValue)] },
      make: { BCELoss(weight: $0.tensor("weight"), reduction: try $0.reduction()) }),
    ModuleForm(
      BCEWithLogitsLoss.self, "torch.nn.modules.loss.BCEWithLogitsLoss",
      attributes: { ["reduction": .string($0.reduction.rawValue)] },
      make: {
        BCEWithLogitsLoss(
          weight: $0.tensor("weight"), reduction: try $0.reduction(),
          posWeight: $0.tensor("pos_weight"))
      }),
  ]
}

extension CheckpointValue {
  /// The integer, or `None`.
  static func optional(_ value: Int?) -> CheckpointValue { value.map { .int($0) } ?? .none }
}

extension SavedModule {
  /// The attribute `reduction` of losses.
  func reduction() throws -> Reduction {
    let name = try string("reduction")
    guard let reduction = Reduction(rawValue: name) else {
      throw CheckpointError.corrupt("\(className) has the unknown reduction '\(name.prefix(50))'")
    }
    return reduction
  }
}
