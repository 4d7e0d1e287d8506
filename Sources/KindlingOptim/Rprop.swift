public import KindlingCore

/// Resilient backpropagation: updates depend on the signs of the gradient only
/// (PyTorch: `torch.optim.Rprop`).
///
/// - Source: Riedmiller and Braun, *A Direct Adaptive Method for Faster Backpropagation Learning:
///   The RPROP Algorithm*, ICNN 1993.
open class Rprop: Optimizer {
  private var cache = OptionCache<(update: PointwiseUpdate, lr: Double)>()

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
    try require(
      0 < etas.0 && etas.0 < 1 && 1 < etas.1, .value, "",
      "Invalid eta values: \(etas.0), \(etas.1)")
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let (update, lr) = try cache.of(group) { group in
      let (etas, sizes) = (try group.pair("etas"), try group.pair("step_sizes"))
      let maximize = try group.flag("maximize")
      let update = PointwiseUpdate(changing: 3, reading: 1) { t, g, _ in
        let g = maximize ? -g[0] : g[0]
        let turn = g * t[1]
        let shrinking = Pointwise.Value.where(turn.lt(0), etas.0, 1)
        let factor = Pointwise.Value.where(turn.gt(0), etas.1, shrinking)
        let size = (t[2] * factor).clamp(min: sizes.0, max: sizes.1)
        // A parameter whose gradient changed its sign waits a step.
        let used = Pointwise.Value.where(turn.lt(0), 0, g)
        return [t[0].addcmul(used.sign(), size, value: -1), used, size]
      }
      return (update, try group.number("lr"))
    }
    let previous = try state.zeros("prev")
    let size = try state["step_size"] ?? state.filled("step_size", with: lr)
    try update([parameter, previous, size], [gradient])
    state.step += 1
  }
}
