public import KindlingCore

/// The RMSprop optimizer, plain, centered, or with momentum (PyTorch: `torch.optim.RMSprop`).
///
/// - Source: Hinton, *Neural Networks for Machine Learning*, lecture 6; the centered form: Graves,
///   *Generating Sequences With Recurrent Neural Networks*, arXiv:1308.0850.
open class RMSprop: Optimizer {
  private var cache = OptionCache<(step: UpdateStep, momentum: Double, centered: Bool)>()

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative number, and like
  ///   ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-2, alpha: some OptimizerOption = 0.99,
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0,
    momentum: some OptimizerOption = 0, centered: Bool = false, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, alpha: alpha, eps: eps, weightDecay: weightDecay,
      momentum: momentum, centered: centered, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-2, alpha: some OptimizerOption = 0.99,
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0,
    momentum: some OptimizerOption = 0, centered: Bool = false, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "momentum": CheckpointValue(momentum),
        "alpha": CheckpointValue(alpha), "eps": CheckpointValue(eps), "centered": .bool(centered),
        "weight_decay": CheckpointValue(weightDecay), "capturable": false, "foreach": nil,
        "maximize": .bool(maximize), "differentiable": false,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("eps", "epsilon value")
    try group.refuseNegative("momentum", "momentum value")
    try group.refuseNegative("weight_decay", "weight_decay value")
    try group.refuseNegative("alpha", "alpha value")
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let (step, momentum, centered) = try cache.of(group) { group in
      let momentum = try group.number("momentum")
      return (
        UpdateStep(
          .rmsprop(
            lr: try group.number("lr"), alpha: try group.number("alpha"),
            eps: try group.number("eps"), momentum: momentum),
          weightDecay: try group.number("weight_decay"), maximize: try group.flag("maximize")),
        momentum, try group.flag("centered")
      )
    }
    let square = try state.zeros("square_avg")
    let buffer = momentum > 0 ? try state.zeros("momentum_buffer") : nil
    let average = centered ? try state.zeros("grad_avg") : nil
    try parameter.apply(step, gradient, square, buffer, average)
    state.step += 1
  }

  override open func savedNumbers(
    _ state: ParameterState
  ) -> [(name: String, value: CheckpointValue)] { state.savedStep }
}
