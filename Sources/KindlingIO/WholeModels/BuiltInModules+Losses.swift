import KindlingCore
import KindlingNN

extension BuiltInModules {
  static let losses = [
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
      attributes: {
        ["reduction": .string($0.reduction.rawValue), "log_target": .bool($0.logTarget)]
      },
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
