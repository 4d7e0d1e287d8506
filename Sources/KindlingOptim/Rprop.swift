public import KindlingCore

/// Resilient backpropagation: updates depend on the signs of the gradient only
/// (PyTorch: `torch.optim.Rprop`).
///
/// - Source: Riedmiller and Braun, *A Direct Adaptive Method for Faster Backpropagation Learning:
///   The RPROP Algorithm*, ICNN 1993.
open class Rprop: Optimizer {
  private var cache = OptionCache<(step: UpdateStep, lr: Double)>()

  /// Creates an optimizer of `params`.
  ///
  /// `etas` are the factors of the step size after a change of sign and without one. `stepSizes`
  /// are the minimum and maximum step size.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, for etas other than 0 < eta⁻ < 1 < eta⁺,
  ///   and like ``Optimizer/init(groups:defaults:)``.
  public convenience init<Least: OptimizerOption, Most: OptimizerOption>(
    _ params: [Tensor], lr: some OptimizerOption = 1e-2,
    etas: (some OptimizerOption, some OptimizerOption) = (0.5, 1.2),
    stepSizes: (Least, Most) = (1e-6, 50), maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, etas: etas, stepSizes: stepSizes, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init<Least: OptimizerOption, Most: OptimizerOption>(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-2,
    etas: (some OptimizerOption, some OptimizerOption) = (0.5, 1.2),
    stepSizes: (Least, Most) = (1e-6, 50), maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr),
        "etas": .tuple([CheckpointValue(etas.0), CheckpointValue(etas.1)]),
        "step_sizes": .tuple([CheckpointValue(stepSizes.0), CheckpointValue(stepSizes.1)]),
        "foreach": nil, "maximize": .bool(maximize), "differentiable": false, "capturable": false,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    let etas = try group.pair("etas")
    guard 0 < etas.0, etas.0 < 1, 1 < etas.1 else {
      throw TensorError(.value, "", "Invalid eta values: \(etas.0), \(etas.1)")
    }
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let (step, lr) = try cache.of(group) { group in
      let (etas, sizes) = (try group.pair("etas"), try group.pair("step_sizes"))
      return (
        UpdateStep(
          .rprop(etaMinus: etas.0, etaPlus: etas.1, least: sizes.0, most: sizes.1),
          maximize: try group.flag("maximize")),
        try group.number("lr")
      )
    }
    let previous = try state.zeros("prev")
    let size = try state["step_size"] ?? state.filled("step_size", with: lr)
    try parameter.apply(step, gradient, previous, size)
    state.step += 1
  }

  override open func savedNumbers(
    _ state: ParameterState
  ) -> [(name: String, value: CheckpointValue)] { state.savedStep }
}
