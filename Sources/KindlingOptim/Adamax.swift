public import KindlingCore
import KindlingPlatform

/// The Adamax optimizer: Adam with the infinity norm (PyTorch: `torch.optim.Adamax`).
///
/// - Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, arXiv:1412.6980, §7.1.
open class Adamax: Optimizer {
  private var cache = OptionCache<(update: PointwiseUpdate, lr: Double, beta1: Double)>()

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `eps` or `weightDecay`, for a beta
  ///   outside [0, 1), and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 2e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, betas: betas, eps: eps, weightDecay: weightDecay,
      maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 2e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr),
        "betas": .tuple([CheckpointValue(betas.0), CheckpointValue(betas.1)]),
        "eps": CheckpointValue(eps), "weight_decay": CheckpointValue(weightDecay),
        "foreach": nil, "maximize": .bool(maximize), "differentiable": false, "capturable": false,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("eps", "epsilon value")
    try group.checkBetas()
    try group.refuseNegative("weight_decay", "weight_decay value")
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let (update, lr, beta1) = try cache.of(group) { group in
      let (beta1, beta2) = try group.pair("betas"), eps = try group.number("eps")
      let decay = try group.number("weight_decay"), maximize = try group.flag("maximize")
      let update = PointwiseUpdate(changing: 3, reading: 1, numbers: 1) { t, g, n in
        let g = g[0].regularized(t[0], weightDecay: decay, maximize: maximize)
        let average = t[1].lerp(g, weight: 1 - beta1)
        let largest = (t[2] * beta2).maximum(g.abs() + eps)
        return [t[0].addcdiv(average, largest, value: n[0]), average, largest]
      }
      return (update, try group.number("lr"), beta1)
    }
    let average = try state.zeros("exp_avg"), largest = try state.zeros("exp_inf")
    let rate = lr / (1 - pow(beta1, Double(state.step + 1)))
    try update([parameter, average, largest], [gradient], numbers: [-rate])
    state.step += 1
  }
}
