public import KindlingCore
import KindlingPlatform

/// The Adam optimizer, with AMSGrad and both forms of weight decay (PyTorch: `torch.optim.Adam`).
///
/// Each step passes over a parameter's memory once.
/// - Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, arXiv:1412.6980; AMSGrad:
///   Reddi et al., *On the Convergence of Adam and Beyond*, arXiv:1904.09237.
open class Adam: Optimizer {
  private struct Formula {
    let update: PointwiseUpdate
    let lr: Double
    let betas: (Double, Double)
    let amsgrad: Bool
  }
  private var cache = OptionCache<Formula>()

  /// Creates an optimizer of `params`.
  ///
  /// With `decoupledWeightDecay` weight decay acts on the parameter itself (AdamW).
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `eps` or `weightDecay`, for a beta
  ///   outside [0, 1), and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0, amsgrad: Bool = false,
    maximize: Bool = false, decoupledWeightDecay: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, betas: betas, eps: eps, weightDecay: weightDecay,
      amsgrad: amsgrad, maximize: maximize, decoupledWeightDecay: decoupledWeightDecay)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 0, amsgrad: Bool = false,
    maximize: Bool = false, decoupledWeightDecay: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr),
        "betas": .tuple([CheckpointValue(betas.0), CheckpointValue(betas.1)]),
        "eps": CheckpointValue(eps), "weight_decay": CheckpointValue(weightDecay),
        "amsgrad": .bool(amsgrad), "maximize": .bool(maximize), "foreach": nil, "capturable": false,
        "differentiable": false, "fused": nil,
        "decoupled_weight_decay": .bool(decoupledWeightDecay),
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
    let formula = try cache.of(group, Adam.formula)
    var tensors = [parameter, try state.zeros("exp_avg"), try state.zeros("exp_avg_sq")]
    if formula.amsgrad { tensors.append(try state.zeros("max_exp_avg_sq")) }
    let step = Double(state.step + 1)
    let root = (1 - pow(formula.betas.1, step)).squareRoot()
    let size = formula.lr / (1 - pow(formula.betas.0, step))
    try formula.update(tensors, [gradient], numbers: [root, -size])
    state.step += 1
  }

  /// The numbers are the root of the second bias correction and the negated step size.
  private static func formula(_ group: ParamGroup) throws -> Formula {
    let lr = try group.number("lr"), eps = try group.number("eps")
    let (beta1, beta2) = try group.pair("betas"), decay = try group.number("weight_decay")
    let isDecoupled = try group.flag("decoupled_weight_decay")
    let maximize = try group.flag("maximize"), amsgrad = try group.flag("amsgrad")
    let update = PointwiseUpdate(changing: amsgrad ? 4 : 3, reading: 1, numbers: 2) { t, g, n in
      let p = isDecoupled && decay != 0 ? t[0] * (1 - lr * decay) : t[0]
      let g = g[0].regularized(p, weightDecay: isDecoupled ? 0 : decay, maximize: maximize)
      let average = t[1].lerp(g, weight: 1 - beta1)
      let square = (t[2] * beta2).addcmul(g, g, value: 1 - beta2)
      let largest = amsgrad ? t[3].maximum(square) : square
      let result = p.addcdiv(average, largest.sqrt() / n[0] + eps, value: n[1])
      return [result, average, square] + (amsgrad ? [largest] : [])
    }
    return Formula(update: update, lr: lr, betas: (beta1, beta2), amsgrad: amsgrad)
  }
}
