public import KindlingCore
import KindlingPlatform

/// The RAdam optimizer: Adam that rectifies the variance of its learning rate
/// (PyTorch: `torch.optim.RAdam`).
///
/// - Source: Liu et al., *On the Variance of the Adaptive Learning Rate and Beyond*,
///   arXiv:1908.03265.
open class RAdam: Optimizer {
  private struct Options {
    /// The updates while the variance is intractable, and later.
    let plain, rectified: PointwiseUpdate
    let lr: Double
    let betas: (Double, Double)
  }
  private var cache = OptionCache<Options>()

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `eps` or `weightDecay`, for a beta
  ///   outside [0, 1), and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0,
    decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, betas: betas, eps: eps, weightDecay: weightDecay,
      decoupledWeightDecay: decoupledWeightDecay, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0,
    decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr),
        "betas": .tuple([CheckpointValue(betas.0), CheckpointValue(betas.1)]),
        "eps": CheckpointValue(eps), "weight_decay": CheckpointValue(weightDecay),
        "maximize": .bool(maximize), "foreach": nil, "capturable": false,
        "decoupled_weight_decay": .bool(decoupledWeightDecay), "differentiable": false,
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
    let o = try cache.of(group, RAdam.options)
    let average = try state.zeros("exp_avg"), square = try state.zeros("exp_avg_sq")
    state.step += 1
    let step = Double(state.step), (beta1, beta2) = o.betas
    let correction = 1 - pow(beta2, step)
    // The length of the simple moving average with the same centre of mass, and its limit.
    let limit = 2 / (1 - beta2) - 1
    let length = limit - 2 * step * pow(beta2, step) / correction
    let rate = o.lr / (1 - pow(beta1, step))
    let tensors = [parameter, average, square]
    guard length > 5 else { return try o.plain(tensors, [gradient], numbers: [-rate]) }
    let variance = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    try o.rectified(
      tensors, [gradient], numbers: [-rate * (variance * correction).squareRoot()])
  }

  /// The number of the updates is the negated rate.
  private static func options(_ group: ParamGroup) throws -> Options {
    let lr = try group.number("lr"), eps = try group.number("eps")
    let (beta1, beta2) = try group.pair("betas"), decay = try group.number("weight_decay")
    let isDecoupled = try group.flag("decoupled_weight_decay")
    let maximize = try group.flag("maximize")
    func update(isRectified: Bool) -> PointwiseUpdate {
      PointwiseUpdate(changing: 3, reading: 1, numbers: 1) { t, g, n in
        let p = isDecoupled && decay != 0 ? t[0] * (1 - lr * decay) : t[0]
        let g = g[0].regularized(p, weightDecay: isDecoupled ? 0 : decay, maximize: maximize)
        let average = t[1].lerp(g, weight: 1 - beta1)
        let square = (t[2] * beta2).addcmul(g, g, value: 1 - beta2)
        let result =
          isRectified
          ? p.addcdiv(average, square.sqrt() + eps, value: n[0]) : p.add(average, alpha: n[0])
        return [result, average, square]
      }
    }
    return Options(
      plain: update(isRectified: false), rectified: update(isRectified: true), lr: lr,
      betas: (beta1, beta2))
  }
}
