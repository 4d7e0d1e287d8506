public import KindlingCore

/// The Adam optimizer, with AMSGrad and both forms of weight decay (PyTorch: `torch.optim.Adam`).
///
/// Each step passes over a parameter's memory once.
/// - Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, arXiv:1412.6980; AMSGrad:
///   Reddi et al., *On the Convergence of Adam and Beyond*, arXiv:1904.09237.
open class Adam: Optimizer {
  private var cache = OptionCache<(step: AdamStep, amsgrad: Bool)>()

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
    let (options, amsgrad) = try cache.of(group, Adam.options)
    var step = options
    step.step = Double(state.step + 1)
    let average = try state.zeros("exp_avg"), square = try state.zeros("exp_avg_sq")
    let largest = amsgrad ? try state.zeros("max_exp_avg_sq") : nil
    try parameter.backend.adamStep(
      parameter, gradient, expAvg: average, expAvgSq: square, maxExpAvgSq: largest, step)
    state.step += 1
    parameter.storage.version += 1
  }

  private static func options(_ group: ParamGroup) throws -> (step: AdamStep, amsgrad: Bool) {
    let betas = try group.pair("betas")
    let step = AdamStep(
      lr: try group.number("lr"), beta1: betas.0, beta2: betas.1, eps: try group.number("eps"),
      weightDecay: try group.number("weight_decay"),
      decoupled: try group.flag("decoupled_weight_decay"), maximize: try group.flag("maximize"),
      step: 0)
    return (step, try group.flag("amsgrad"))
  }

  override open func savedNumbers(
    _ state: ParameterState
  ) -> [(name: String, value: CheckpointValue)] {
    state.savedStep
  }
}
