public import KindlingCore
import KindlingPlatform

/// The NAdam optimizer: Adam with Nesterov momentum (PyTorch: `torch.optim.NAdam`).
///
/// - Source: Dozat, *Incorporating Nesterov Momentum into Adam*, ICLR workshop 2016.
open class NAdam: Optimizer {
  private struct Options {
    let lr, eps, weightDecay, momentumDecay: Double
    let betas: (Double, Double)
    let decoupled, maximize: Bool
  }
  private var cache = OptionCache<Options>()

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `eps`, `weightDecay` or `momentumDecay`,
  ///   for a beta outside [0, 1), and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 2e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0,
    momentumDecay: some OptimizerOption = 4e-3, decoupledWeightDecay: Bool = false,
    maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, betas: betas, eps: eps, weightDecay: weightDecay,
      momentumDecay: momentumDecay, decoupledWeightDecay: decoupledWeightDecay, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 2e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0,
    momentumDecay: some OptimizerOption = 4e-3, decoupledWeightDecay: Bool = false,
    maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr),
        "betas": .tuple([CheckpointValue(betas.0), CheckpointValue(betas.1)]),
        "eps": CheckpointValue(eps), "weight_decay": CheckpointValue(weightDecay),
        "momentum_decay": CheckpointValue(momentumDecay),
        "decoupled_weight_decay": .bool(decoupledWeightDecay), "maximize": .bool(maximize),
        "foreach": nil, "capturable": false, "differentiable": false,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("eps", "epsilon value")
    try group.checkBetas()
    try group.refuseNegative("weight_decay", "weight_decay value")
    try group.refuseNegative("momentum_decay", "momentum_decay value")
  }

  override open func stateForm(
    of name: String, for parameter: Tensor
  ) -> (shape: [Int], dtype: DType) {
    name == "mu_product" ? ([], .float32) : (parameter.shape, parameter.dtype)
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let o = try cache.of(group) { group in
      Options(
        lr: try group.number("lr"), eps: try group.number("eps"),
        weightDecay: try group.number("weight_decay"),
        momentumDecay: try group.number("momentum_decay"), betas: try group.pair("betas"),
        decoupled: try group.flag("decoupled_weight_decay"), maximize: try group.flag("maximize"))
    }
    let product = try state.number("mu_product", initially: 1)
    let average = try state.zeros("exp_avg"), square = try state.zeros("exp_avg_sq")
    state.step += 1
    let step = Double(state.step)
    func momentum(at step: Double) -> Double {
      o.betas.0 * (1 - 0.5 * pow(0.96, step * o.momentumDecay))
    }
    let (mu, next) = (momentum(at: step), momentum(at: step + 1))
    let soFar = try product.mul_(mu).item()
    try parameter.apply(
      UpdateStep(
        .nadam(
          keep: o.decoupled ? 1 - o.lr * o.weightDecay : 1, beta1: o.betas.0, beta2: o.betas.1,
          eps: o.eps, correction: 1 - pow(o.betas.1, step),
          gradientRate: o.lr * (1 - mu) / (1 - soFar), averageRate: o.lr * next / (1 - soFar * next)
        ),
        weightDecay: o.decoupled ? 0 : o.weightDecay, maximize: o.maximize),
      gradient, average, square)
  }

  override open func savedNumbers(
    _ state: ParameterState
  ) -> [(name: String, value: CheckpointValue)] { state.savedStep }
}
