public import KindlingCore

/// The RMSprop optimizer, plain, centered, or with momentum (PyTorch: `torch.optim.RMSprop`).
///
/// - Source: Hinton, *Neural Networks for Machine Learning*, lecture 6; the centered form: Graves,
///   *Generating Sequences With Recurrent Neural Networks*, arXiv:1308.0850.
open class RMSprop: Optimizer {
  private var cache = OptionCache<(update: PointwiseUpdate, hasMomentum: Bool, centered: Bool)>()

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
    let (update, hasMomentum, centered) = try cache.of(group, RMSprop.formula)
    var tensors = [parameter, try state.zeros("square_avg")]
    if hasMomentum { tensors.append(try state.zeros("momentum_buffer")) }
    if centered { tensors.append(try state.zeros("grad_avg")) }
    try update(tensors, [gradient])
    state.step += 1
  }

  private static func formula(
    _ group: ParamGroup
  ) throws -> (update: PointwiseUpdate, hasMomentum: Bool, centered: Bool) {
    let lr = try group.number("lr"), alpha = try group.number("alpha")
    let eps = try group.number("eps"), momentum = try group.number("momentum")
    let decay = try group.number("weight_decay"), maximize = try group.flag("maximize")
    let centered = try group.flag("centered"), hasMomentum = momentum > 0
    let count = 2 + (hasMomentum ? 1 : 0) + (centered ? 1 : 0)
    let update = PointwiseUpdate(changing: count, reading: 1) { t, g, _ in
      let g = g[0].regularized(t[0], weightDecay: decay, maximize: maximize)
      let square = (t[1] * alpha).addcmul(g, g, value: 1 - alpha)
      var state = [square], spread = square
      if centered {
        let average = t[count - 1].lerp(g, weight: 1 - alpha)
        spread = square.addcmul(average, average, value: -1)
        state.append(average)
      }
      let size = spread.sqrt() + eps
      guard hasMomentum else { return [t[0].addcdiv(g, size, value: -lr)] + state }
      let buffer = (t[2] * momentum).addcdiv(g, size)
      state.insert(buffer, at: 1)
      return [t[0].add(buffer, alpha: -lr)] + state
    }
    return (update, hasMomentum, centered)
  }
}
