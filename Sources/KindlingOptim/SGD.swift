public import KindlingCore

/// Stochastic gradient descent, optionally with momentum or Nesterov momentum
/// (PyTorch: `torch.optim.SGD`).
///
/// Each step passes over a parameter's memory once.
/// - Source: Sutskever et al., *On the importance of initialization and momentum in deep learning*,
///   ICML 2013, with PyTorch's way of applying the learning rate.
open class SGD: Optimizer {
  private struct Formula {
    let first, later: PointwiseUpdate
    let hasMomentum: Bool
  }
  private var cache = OptionCache<Formula>()
  /// The states whose buffer this step has made.
  private var begun: Set<ObjectIdentifier> = []

  /// Creates an optimizer of `params`.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `momentum` or `weightDecay`, for
  ///   `nesterov` without momentum or with dampening, and like
  ///   ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-3, momentum: some OptimizerOption = 0,
    dampening: some OptimizerOption = 0, weightDecay: some OptimizerOption = 0,
    nesterov: Bool = false,
    maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, momentum: momentum, dampening: dampening,
      weightDecay: weightDecay, nesterov: nesterov, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-3, momentum: some OptimizerOption = 0,
    dampening: some OptimizerOption = 0, weightDecay: some OptimizerOption = 0,
    nesterov: Bool = false,
    maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "momentum": CheckpointValue(momentum),
        "dampening": CheckpointValue(dampening), "weight_decay": CheckpointValue(weightDecay),
        "nesterov": .bool(nesterov), "maximize": .bool(maximize), "foreach": nil,
        "differentiable": false, "fused": nil,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("momentum", "momentum value")
    try group.refuseNegative("weight_decay", "weight_decay value")
    if try group.flag("nesterov"),
      try group.number("momentum") <= 0 || group.number("dampening") != 0
    {
      throw TensorError(.value, "", "Nesterov momentum requires a momentum and zero dampening")
    }
  }

  override open func performStep() throws {
    begun = []
    try super.performStep()
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let formula = try cache.of(group, SGD.formula)
    guard formula.hasMomentum else { return try formula.first([parameter], [gradient]) }
    let known = state["momentum_buffer"]
    let buffer = try known ?? Tensor(uninitializedLike: parameter, parameter.dtype)
    // PyTorch looks for the buffers of all parameters before the first update, so that a parameter
    // that comes twice begins twice.
    let isFirst = known == nil || begun.contains(ObjectIdentifier(state))
    try (isFirst ? formula.first : formula.later)([parameter, buffer], [gradient])
    if isFirst { begun.insert(ObjectIdentifier(state)) }
    if known == nil { state["momentum_buffer"] = buffer }
  }

  private static func formula(_ group: ParamGroup) throws -> Formula {
    let lr = try group.number("lr"), momentum = try group.number("momentum")
    let dampening = try group.number("dampening"), decay = try group.number("weight_decay")
    let nesterov = try group.flag("nesterov"), maximize = try group.flag("maximize")
    func update(isFirst: Bool) -> PointwiseUpdate {
      PointwiseUpdate(changing: momentum == 0 ? 1 : 2, reading: 1) { t, g, _ in
        let g = g[0].regularized(t[0], weightDecay: decay, maximize: maximize)
        if momentum == 0 { return [t[0].add(g, alpha: -lr)] }
        // The first buffer is the gradient, without dampening.
        let buffer = isFirst ? g : (t[1] * momentum).add(g, alpha: 1 - dampening)
        let step = nesterov ? g.add(buffer, alpha: momentum) : buffer
        return [t[0].add(step, alpha: -lr), buffer]
      }
    }
    return Formula(
      first: update(isFirst: true), later: update(isFirst: false), hasMomentum: momentum != 0)
  }
}
