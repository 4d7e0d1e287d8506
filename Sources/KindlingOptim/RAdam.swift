public import KindlingCore
import KindlingPlatform

/// The RAdam optimizer: Adam that rectifies the variance of its learning rate
/// (PyTorch: `torch.optim.RAdam`).
///
/// - Source: Liu et al., *On the Variance of the Adaptive Learning Rate and Beyond*,
///   arXiv:1908.03265.
open class RAdam: Optimizer {
  private struct Options {
    let lr, eps, weightDecay: Double
    let betas: (Double, Double)
    let decoupled, maximize: Bool
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
    let o = try cache.of(group) { group in
      Options(
        lr: try group.number("lr"), eps: try group.number("eps"),
        weightDecay: try group.number("weight_decay"), betas: try group.pair("betas"),
        decoupled: try group.flag("decoupled_weight_decay"), maximize: try group.flag("maximize"))
    }
    let average = try state.zeros("exp_avg"), square = try state.zeros("exp_avg_sq")
    state.step += 1
    let step = Double(state.step), (beta1, beta2) = o.betas
    let correction = 1 - pow(beta2, step)
    // The length of the simple moving average with the same centre of mass, and its limit.
    let limit = 2 / (1 - beta2) - 1
    let length = limit - 2 * step * pow(beta2, step) / correction
    var rectified: Double?
    if length > 5 {
      let variance = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
      rectified = (variance * correction).squareRoot()
    }
    try parameter.apply(
      UpdateStep(
        .radam(
          keep: o.decoupled ? 1 - o.lr * o.weightDecay : 1, beta1: beta1, beta2: beta2, eps: o.eps,
          rate: o.lr / (1 - pow(beta1, step)), rectified: rectified),
        weightDecay: o.decoupled ? 0 : o.weightDecay, maximize: o.maximize),
      gradient, average, square)
  }

  override open func savedNumbers(
    _ state: ParameterState
  ) -> [(name: String, value: CheckpointValue)] { state.savedStep }
}
