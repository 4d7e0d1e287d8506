public import KindlingCore
import KindlingPlatform

/// The Adafactor optimizer, which stores the second moment of a matrix as one row and one column
/// (PyTorch: `torch.optim.Adafactor`).
///
/// - Source: Shazeer and Stern, *Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*,
///   arXiv:1804.04235.
open class Adafactor: Optimizer {
  private struct Options {
    let lr, beta2Decay, eps2, d, weightDecay: Double
    let eps1: Double?
    let maximize: Bool
  }
  private var cache = OptionCache<Options>()

  /// Creates an optimizer of `params`.
  ///
  /// `beta2Decay` is the exponent of the second moment's decay rate. `eps` holds the lower bound of
  /// the squared gradient (`nil`: the dtype's epsilon) and the lower bound of a parameter's scale.
  /// Updates with a root mean square above `d` are scaled down to it.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, epsilon or `weightDecay`, a positive
  ///   `beta2Decay`, a `d` below 1, and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-2, beta2Decay: some OptimizerOption = -0.8,
    eps: (Double?, Double) = (nil, 1e-3), d: some OptimizerOption = 1.0,
    weightDecay: some OptimizerOption = 0.0, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, beta2Decay: beta2Decay, eps: eps, d: d,
      weightDecay: weightDecay, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-2, beta2Decay: some OptimizerOption = -0.8,
    eps: (Double?, Double) = (nil, 1e-3), d: some OptimizerOption = 1.0,
    weightDecay: some OptimizerOption = 0.0, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "beta2_decay": CheckpointValue(beta2Decay),
        "eps": .tuple([eps.0.map { .double($0) } ?? nil, .double(eps.1)]),
        "d": CheckpointValue(d), "weight_decay": CheckpointValue(weightDecay), "foreach": nil,
        "maximize": .bool(maximize),
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuse("lr", "Learning rate should be >= 0 but is") { 0 <= $0 }
    try group.refuse("beta2_decay", "beta2_decay should be <= 0 but is") { $0 <= 0 }
    let (eps1, eps2) = try Adafactor.epsilons(group)
    if let eps1, !(0 <= eps1) {
      throw TensorError(.value, "", "epsilon1 should be >= 0 but is: \(eps1)")
    }
    try require(0 <= eps2, .value, "", "epsilon2 should be >= 0 but is: \(eps2)")
    try group.refuse("d", "Clipping threshold d should be >= 1 but is") { 1 <= $0 }
    try group.refuse("weight_decay", "weight_decay should be >= 0 but is") { 0 <= $0 }
  }

  private static func epsilons(_ group: ParamGroup) throws -> (Double?, Double) {
    guard let both = group["eps"]?.elements, both.count == 2,
      let second = try both[1].optionNumber()
    else {
      throw group.unfit("eps", "a pair of numbers, the first of which may be None")
    }
    if case .none = both[0] { return (nil, second) }
    guard let first = try both[0].optionNumber() else {
      throw group.unfit("eps", "a pair of numbers, the first of which may be None")
    }
    return (first, second)
  }

  override open func stateForm(
    of name: String, for parameter: Tensor
  ) -> (shape: [Int], dtype: DType) {
    var shape = parameter.shape
    if name == "row_var" && shape.count > 1 { shape[shape.count - 1] = 1 }
    if name == "col_var" && shape.count > 1 { shape[shape.count - 2] = 1 }
    return (shape, parameter.dtype)
  }

  private func moments(_ name: String, _ state: ParameterState) throws -> Tensor {
    if let known = state[name] { return known }
    let parameter = state.parameter
    let made = try Tensor(
      uninitialized: stateForm(of: name, for: parameter).shape, parameter.dtype,
      on: parameter.backend)
    try made.zero_()
    state[name] = made
    return made
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    if parameter.numel == 0 { return }
    let o = try cache.of(group) { group in
      let eps = try Adafactor.epsilons(group)
      return Options(
        lr: try group.number("lr"), beta2Decay: try group.number("beta2_decay"), eps2: eps.1,
        d: try group.number("d"), weightDecay: try group.number("weight_decay"), eps1: eps.0,
        maximize: try group.flag("maximize"))
    }
    let grad = o.maximize ? try -gradient : gradient
    let eps1 = o.eps1 ?? parameter.dtype.epsilon
    state.step += 1
    let step = Double(state.step), count = Double(parameter.numel).squareRoot()
    let share = pow(step, o.beta2Decay)
    let size = try max(o.eps2, parameter.norm().item() / count)
    let alpha = size * min(o.lr, 1 / step.squareRoot())
    if o.weightDecay != 0 { try parameter.mul_(1 - o.lr * o.weightDecay) }
    var estimate: Tensor
    if grad.ndim > 1 {
      let row = try moments("row_var", state), column = try moments("col_var", state)
      try row.lerp_(
        grad.norm(dim: -1, keepdim: true).square() / grad.shape[grad.ndim - 1], weight: share)
      try column.lerp_(
        grad.norm(dim: -2, keepdim: true).square() / grad.shape[grad.ndim - 2], weight: share)
      estimate = try row.matmul(column) / row.mean(dims: [-2], keepdim: true).clamp(min: eps1)
    } else {
      estimate = try moments("variance", state)
      try estimate.lerp_(grad * grad, weight: share)
    }
    let change = try estimate.clamp(min: eps1 * eps1).rsqrt().mul_(grad)
    let scale = try max(1, change.norm().item() / (count * o.d))
    try parameter.add_(change, alpha: -alpha / scale)
  }
}
