public import KindlingCore

/// The Muon optimizer: momentum with orthogonalized matrices (PyTorch: `torch.optim.Muon`).
///
/// It is meant for the matrices of hidden layers. Use another optimizer, such as AdamW, for biases
/// and embeddings.
/// - Source: Jordan et al., *Muon: An optimizer for hidden layers in neural networks* (2024).
open class Muon: Optimizer {
  /// The adjustment of the learning rate to the shape of a matrix.
  public enum LearningRateAdjustment: String, Sendable {
    /// The factor √max(1, rows / columns).
    case original
    /// The factor 0.2 √max(rows, columns), for learning rates tuned for AdamW.
    case matchRMSAdamW = "match_rms_adamw"
    /// The factor √(rows / columns).
    case spectralUnclamped = "spectral_unclamped"
  }

  private struct Options {
    let lr, weightDecay, momentum, eps: Double
    let nesterov: Bool
    let coefficients: [Double]
    let steps: Int
    let adjustment: LearningRateAdjustment
  }
  private var cache = OptionCache<Options>()

  /// Creates an optimizer of `params`, which must be matrices.
  ///
  /// `nsCoefficients` are the coefficients of the Newton–Schulz iteration, and `nsSteps`, below
  /// 100, is the number of iterations. `adjustLrFn` adjusts the learning rate to the shape of a
  /// matrix; `nil` means `.original`.
  ///
  /// - Throws: `TensorError` `.value` for a negative `lr`, `momentum` or `weightDecay`, a parameter
  ///   that is not a matrix, and like ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-3, weightDecay: some OptimizerOption = 0.1,
    momentum: some OptimizerOption = 0.95, nesterov: Bool = true,
    nsCoefficients: (Double, Double, Double) = (3.4445, -4.7750, 2.0315),
    eps: some OptimizerOption = 1e-7, nsSteps: Int = 5, adjustLrFn: LearningRateAdjustment? = nil
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, weightDecay: weightDecay, momentum: momentum,
      nesterov: nesterov, nsCoefficients: nsCoefficients, eps: eps, nsSteps: nsSteps,
      adjustLrFn: adjustLrFn)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-3, weightDecay: some OptimizerOption = 0.1,
    momentum: some OptimizerOption = 0.95, nesterov: Bool = true,
    nsCoefficients: (Double, Double, Double) = (3.4445, -4.7750, 2.0315),
    eps: some OptimizerOption = 1e-7, nsSteps: Int = 5, adjustLrFn: LearningRateAdjustment? = nil
  ) throws {
    let (a, b, c) = nsCoefficients
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "weight_decay": CheckpointValue(weightDecay),
        "momentum": CheckpointValue(momentum), "nesterov": .bool(nesterov),
        "ns_coefficients": .tuple([.double(a), .double(b), .double(c)]),
        "eps": CheckpointValue(eps), "ns_steps": .int(nsSteps),
        "adjust_lr_fn": adjustLrFn.map { .string($0.rawValue) } ?? nil,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuse("lr", "Learning rate should be >= 0 but is") { 0 <= $0 }
    try group.refuse("momentum", "momentum should be >= 0 but is") { 0 <= $0 }
    try group.refuse("weight_decay", "weight decay should be >= 0 but is") { 0 <= $0 }
    _ = try Muon.options(group)
    for parameter in group.params where parameter.ndim != 2 {
      throw TensorError(
        .value, "",
        "Muon only supports 2D parameters whereas we found a parameter with size: torch.Size(\(parameter.shape))"
      )
    }
  }

  private static func options(_ group: ParamGroup) throws -> Options {
    let coefficients =
      try group["ns_coefficients"]?.elements?.compactMap { try $0.optionNumber() } ?? []
    try require(
      coefficients.count == 3, .value, "", "Coefficients must be a tuple of exactly 3 values")
    let steps = try group.integer("ns_steps")
    try require(
      steps < 100, .value, "", "Number of steps must be less than 100 for computational efficiency")
    var adjustment = LearningRateAdjustment.original
    if let name = group["adjust_lr_fn"]?.stringValue {
      guard let known = LearningRateAdjustment(rawValue: name) else {
        throw TensorError(.value, "", "Adjust learning rate function \(name) is not supported")
      }
      adjustment = known
    }
    return Options(
      lr: try group.number("lr"), weightDecay: try group.number("weight_decay"),
      momentum: try group.number("momentum"), eps: try group.number("eps"),
      nesterov: try group.flag("nesterov"), coefficients: coefficients, steps: max(0, steps),
      adjustment: adjustment)
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let o = try cache.of(group, Muon.options)
    let buffer = try state.zeros("momentum_buffer")
    try buffer.lerp_(gradient, weight: 1 - o.momentum)
    let direction = o.nesterov ? try gradient.lerp(buffer, weight: o.momentum) : buffer
    let change = try Muon.orthogonalized(direction, o)
    try parameter.mul_(1 - o.lr * o.weightDecay)
    try parameter.add_(change, alpha: -o.lr * Muon.factor(o.adjustment, parameter.shape))
  }

  /// Returns an approximation of U Vᵀ for a matrix U S Vᵀ, by Newton–Schulz iteration in bfloat16.
  private static func orthogonalized(_ matrix: Tensor, _ o: Options) throws -> Tensor {
    let isTall = matrix.shape[0] > matrix.shape[1]
    var x = try matrix.to(.bfloat16)
    if isTall { x = try x.t() }
    x = try x / x.norm().clamp(min: o.eps)
    for _ in 0..<o.steps {
      let gram = try x.matmul(x.t())
      let change = try gram.addmm(gram, gram, beta: o.coefficients[1], alpha: o.coefficients[2])
      x = try x.addmm(change, x, beta: o.coefficients[0])
    }
    return isTall ? try x.t() : x
  }

  private static func factor(_ adjustment: LearningRateAdjustment, _ shape: [Int]) -> Double {
    let (rows, columns) = (Double(shape[0]), Double(shape[1]))
    return switch adjustment {
    case .original: max(1, rows / columns).squareRoot()
    case .matchRMSAdamW: 0.2 * max(rows, columns).squareRoot()
    case .spectralUnclamped: (rows / columns).squareRoot()
    }
  }
}
