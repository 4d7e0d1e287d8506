public import KindlingCore
import KindlingPlatform

/// The NAdam optimizer: Adam with Nesterov momentum (PyTorch: `torch.optim.NAdam`).
///
/// - Source: Dozat, *Incorporating Nesterov Momentum into Adam*, ICLR workshop 2016.
open class NAdam: Optimizer {
  private struct Options {
    let update: PointwiseUpdate
    let lr, momentumDecay: Double
    let betas: (Double, Double)
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
    let o = try cache.of(group, NAdam.options)
    let product = try state.number("mu_product", initially: 1)
    let average = try state.zeros("exp_avg"), square = try state.zeros("exp_avg_sq")
    state.step += 1
    let step = Double(state.step)
    func momentum(at step: Double) -> Double {
      o.betas.0 * (1 - 0.5 * pow(0.96, step * o.momentumDecay))
    }
    let (mu, next) = (momentum(at: step), momentum(at: step + 1))
    let soFar = try product.mul_(mu).item()
    try o.update(
      [parameter, average, square], [gradient],
      numbers: [
        1 - pow(o.betas.1, step), -o.lr * (1 - mu) / (1 - soFar), -o.lr * next / (1 - soFar * next),
      ])
  }

  /// The numbers of the update are the second bias correction and the negated rates of the gradient and
  /// of its average.
  private static func options(_ group: ParamGroup) throws -> Options {
    let lr = try group.number("lr"), eps = try group.number("eps")
    let (beta1, beta2) = try group.pair("betas"), decay = try group.number("weight_decay")
    let isDecoupled = try group.flag("decoupled_weight_decay")
    let maximize = try group.flag("maximize")
    let update = PointwiseUpdate(changing: 3, reading: 1, numbers: 3) { t, g, n in
      let p = isDecoupled && decay != 0 ? t[0] * (1 - lr * decay) : t[0]
      let g = g[0].regularized(p, weightDecay: isDecoupled ? 0 : decay, maximize: maximize)
      let average = t[1].lerp(g, weight: 1 - beta1)
      let square = (t[2] * beta2).addcmul(g, g, value: 1 - beta2)
      let size = (square / n[0]).sqrt() + eps
      return [
        p.addcdiv(g, size, value: n[1]).addcdiv(average, size, value: n[2]), average, square,
      ]
    }
    return Options(
      update: update, lr: lr, momentumDecay: try group.number("momentum_decay"),
      betas: (beta1, beta2))
  }
}
