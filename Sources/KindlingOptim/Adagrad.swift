public import KindlingCore

/// The Adagrad optimizer (PyTorch: `torch.optim.Adagrad`).
///
/// - Source: Duchi et al., *Adaptive Subgradient Methods for Online Learning and Stochastic
///   Optimization*, JMLR 12 (2011).
open class Adagrad: Optimizer {
  private var cache = OptionCache<(update: PointwiseUpdate, lr: Double, decay: Double)>()

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative number, and like
  ///   ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-2, lrDecay: some OptimizerOption = 0,
    weightDecay: some OptimizerOption = 0, initialAccumulatorValue: some OptimizerOption = 0,
    eps: some OptimizerOption = 1e-10, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, lrDecay: lrDecay, weightDecay: weightDecay,
      initialAccumulatorValue: initialAccumulatorValue, eps: eps, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-2, lrDecay: some OptimizerOption = 0,
    weightDecay: some OptimizerOption = 0, initialAccumulatorValue: some OptimizerOption = 0,
    eps: some OptimizerOption = 1e-10, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "lr_decay": CheckpointValue(lrDecay),
        "eps": CheckpointValue(eps), "weight_decay": CheckpointValue(weightDecay),
        "initial_accumulator_value": CheckpointValue(initialAccumulatorValue), "foreach": nil,
        "maximize": .bool(maximize), "differentiable": false, "fused": nil,
      ])
    // PyTorch creates the sums with the optimizer, so a state dict saved before any step contains
    // them.
    for group in paramGroups {
      for parameter in group.params { _ = try sum(state(of: parameter)) }
    }
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("lr_decay", "lr_decay value")
    try group.refuseNegative("weight_decay", "weight_decay value")
    try group.refuseNegative("initial_accumulator_value", "initial_accumulator_value value")
    try group.refuseNegative("eps", "epsilon value")
  }

  /// Returns the sum of squares; a new one starts from the optimizer's default, whatever the
  /// group's option.
  private func sum(_ state: ParameterState) throws -> Tensor {
    if let known = state["sum"] { return known }
    return try state.filled("sum", with: defaults.number("initial_accumulator_value"))
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let (update, lr, decay) = try cache.of(group) { group in
      let eps = try group.number("eps"), weightDecay = try group.number("weight_decay")
      let maximize = try group.flag("maximize")
      let update = PointwiseUpdate(changing: 2, reading: 1, numbers: 1) { t, g, n in
        let g = g[0].regularized(t[0], weightDecay: weightDecay, maximize: maximize)
        let sum = t[1].addcmul(g, g)
        return [t[0].addcdiv(g, sum.sqrt() + eps, value: n[0]), sum]
      }
      return (update, try group.number("lr"), try group.number("lr_decay"))
    }
    let rate = lr / (1 + Double(state.step) * decay)
    try update([parameter, sum(state)], [gradient], numbers: [-rate])
    state.step += 1
  }

  override open func savedNumbers(
    _ state: ParameterState
  ) -> [(name: String, value: CheckpointValue)] { state.savedStep }
}
