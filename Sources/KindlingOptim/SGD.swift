public import KindlingCore

/// Stochastic gradient descent, optionally with momentum or Nesterov momentum
/// (PyTorch: `torch.optim.SGD`).
///
/// Each step passes over a parameter's memory once.
/// - Source: Sutskever et al., *On the importance of initialization and momentum in deep learning*,
///   ICML 2013, with PyTorch's way of applying the learning rate.
open class SGD: Optimizer {
  private var cache = OptionCache<SGDStep>()
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
    var step = try cache.of(group, SGD.options)
    var buffer: Tensor?
    if step.momentum != 0 {
      buffer = state["momentum_buffer"]
      if buffer == nil {
        begun.insert(ObjectIdentifier(state))
        buffer = try Tensor(uninitializedLike: parameter, parameter.dtype)
        state["momentum_buffer"] = buffer
      }
      // PyTorch looks for the buffers of all parameters before the first update, so that a parameter
      // that comes twice begins twice.
      step.isFirst = begun.contains(ObjectIdentifier(state))
    }
    try parameter.backend.sgdStep(parameter, gradient, momentumBuffer: buffer, step)
    parameter.storage.version += 1
  }

  private static func options(_ group: ParamGroup) throws -> SGDStep {
    SGDStep(
      lr: try group.number("lr"), momentum: try group.number("momentum"),
      dampening: try group.number("dampening"), weightDecay: try group.number("weight_decay"),
      nesterov: try group.flag("nesterov"), maximize: try group.flag("maximize"))
  }
}
