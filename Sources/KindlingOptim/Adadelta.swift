public import KindlingCore

/// The Adadelta optimizer (PyTorch: `torch.optim.Adadelta`).
///
/// - Source: Zeiler, *ADADELTA: An Adaptive Learning Rate Method*, arXiv:1212.5701.
open class Adadelta: Optimizer {
  private var cache = OptionCache<PointwiseUpdate>()

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `eps` or `weightDecay`, for `rho`
  ///   outside [0, 1], and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1.0, rho: some OptimizerOption = 0.9,
    eps: some OptimizerOption = 1e-6, weightDecay: some OptimizerOption = 0, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, rho: rho, eps: eps, weightDecay: weightDecay,
      maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1.0, rho: some OptimizerOption = 0.9,
    eps: some OptimizerOption = 1e-6, weightDecay: some OptimizerOption = 0, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "rho": CheckpointValue(rho), "eps": CheckpointValue(eps),
        "weight_decay": CheckpointValue(weightDecay), "maximize": .bool(maximize),
        "capturable": false, "foreach": nil, "differentiable": false,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuse("rho", "Invalid rho value") { 0 <= $0 && $0 <= 1 }
    try group.refuseNegative("eps", "epsilon value")
    try group.refuseNegative("weight_decay", "weight_decay value")
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let update = try cache.of(group) { group in
      let lr = try group.number("lr"), rho = try group.number("rho"), eps = try group.number("eps")
      let decay = try group.number("weight_decay"), maximize = try group.flag("maximize")
      return PointwiseUpdate(changing: 3, reading: 1) { t, g, _ in
        let g = g[0].regularized(t[0], weightDecay: decay, maximize: maximize)
        let square = (t[1] * rho).addcmul(g, g, value: 1 - rho)
        let delta = (t[2] + eps).sqrt() / (square + eps).sqrt() * g
        let accumulated = (t[2] * rho).addcmul(delta, delta, value: 1 - rho)
        return [t[0].add(delta, alpha: -lr), square, accumulated]
      }
    }
    let square = try state.zeros("square_avg"), delta = try state.zeros("acc_delta")
    try update([parameter, square, delta], [gradient])
    state.step += 1
  }
}
