/// Random fills in place, sampled from `generator` or the default generator; all return this
/// tensor.
///
/// The gradient of a fill is zero, as in PyTorch.
extension Tensor {
  /// Fills this tensor with uniform samples from [from, to) (PyTorch: `Tensor.uniform_`).
  @discardableResult
  public func uniform_(
    _ from: Double = 0, _ to: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try requireFloat("uniform_")
    let limit = dtype.greatestFinite
    for (name, bound) in [("from", from), ("to", to)] where !(bound.magnitude <= limit) {
      throw TensorError(.value, "uniform_", "\(name)=\(bound) is out of bounds for \(dtype)")
    }
    try require(
      from <= to, .value, "uniform_",
      "expects to return a [from, to) range, but found from=\(from) > to=\(to)")
    try require(
      to - from <= limit, .value, "uniform_",
      "expects to - from <= \(limit), the greatest \(dtype), but found to=\(to) and from=\(from)")
    return try fillRandom("uniform_", "UniformBackward0", .uniform(from: from, to: to), generator)
  }

  /// Fills this tensor with normal samples (PyTorch: `Tensor.normal_`).
  @discardableResult
  public func normal_(
    _ mean: Double = 0, _ std: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try Tensor.checkDeviation("normal_", std)
    try requireFloat("normal_", emptily: true)
    return try fillRandom("normal_", "NormalBackward0", .normal(mean: mean, std: std), generator)
  }

  /// Fills this tensor with log-normal samples (PyTorch: `Tensor.log_normal_`).
  ///
  /// `mean` and `std` are those of the logarithms.
  @discardableResult
  public func logNormal_(
    _ mean: Double = 1, _ std: Double = 2, generator: Generator? = nil
  ) throws -> Tensor {
    try require(std > 0, .value, "logNormal_", "expects std > 0.0, but found std=\(std)")
    try requireFloat("logNormal_", emptily: true)
    return try fillRandom(
      "logNormal_", "LogNormalBackward0", .logNormal(mean: mean, std: std), generator)
  }

  /// Fills this tensor with exponential samples of rate `lambd` (PyTorch: `Tensor.exponential_`).
  @discardableResult
  public func exponential_(_ lambd: Double = 1, generator: Generator? = nil) throws -> Tensor {
    try require(
      lambd > 0, .value, "exponential_", "expects lambda > 0.0, but found lambda=\(lambd)")
    try requireFloat("exponential_", emptily: true)
    return try fillRandom(
      "exponential_", "ExponentialBackward0", .exponential(rate: lambd), generator)
  }

  /// Fills this tensor with geometric samples: the trials up to the first success of probability
  /// `p` (PyTorch: `Tensor.geometric_`).
  @discardableResult
  public func geometric_(_ p: Double, generator: Generator? = nil) throws -> Tensor {
    try require(
      p > 0 && p < 1, .value, "geometric_", "expects p to be in (0, 1), but got p=\(got: p)")
    try require(
      dtype != .bool || numel == 0, .dtype, "geometric_",
      "not implemented for bool; use an integer or float dtype")
    return try fillRandom("geometric_", "GeometricBackward0", .geometric(p), generator)
  }

  /// Fills this tensor with Cauchy samples (PyTorch: `Tensor.cauchy_`).
  @discardableResult
  public func cauchy_(
    _ median: Double = 0, _ sigma: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try require(sigma > 0, .value, "cauchy_", "expects sigma > 0.0, but found sigma=\(sigma)")
    try requireFloat("cauchy_")
    return try fillRandom(
      "cauchy_", "CauchyBackward0", .cauchy(median: median, sigma: sigma), generator)
  }

  /// Fills this tensor with integers from 0 to the maximum of an integer dtype
  /// (PyTorch: `Tensor.random_`).
  ///
  /// For float dtypes, the maximum is the largest integer up to which all integers are exact.
  @discardableResult
  public func random_(generator: Generator? = nil) throws -> Tensor {
    let wide = dtype == .int64 || dtype == .float64
    let range = UInt64(dtype.integerLimits.upperBound) + 1
    return try fillRandom(
      "random_", "RandomBackward2", .integers(from: 0, range: range, wide: wide), generator)
  }

  /// Fills this tensor with integers from 0 up to, but not including, `to`
  /// (PyTorch: `Tensor.random_`).
  @discardableResult
  public func random_(_ to: Int, generator: Generator? = nil) throws -> Tensor {
    try fillRandom("random_", "RandomBackward1", integerRange("random_", 0, to), generator)
  }

  /// Fills this tensor with integers from `from` up to, but not including, `to`
  /// (PyTorch: `Tensor.random_`).
  @discardableResult
  public func random_(_ from: Int, _ to: Int, generator: Generator? = nil) throws -> Tensor {
    try fillRandom("random_", "RandomBackward0", integerRange("random_", from, to), generator)
  }

  // MARK: Shared with the other random operations

  func fillRandom(
    _ operation: String, _ node: String, _ distribution: Distribution, _ generator: Generator?
  ) throws -> Tensor {
    try inPlace(operation, preserving: false) { x, destination in
      let out = destination.alias()
      if out.numel > 0 { try out.backend.random(distribution, generator ?? .default, into: out) }
      return try out.recorded(node, Input(x, pullback: Tensor.zeroGradient))
    }
  }

  /// Returns zeros: the pullback of an operation that does not depend on its input.
  static func zeroGradient(_ gradient: Tensor, _ saved: SavedTensors) throws -> Tensor? {
    try Tensor.zeros(like: gradient)
  }

  /// Throws for dtypes other than floats; with `emptily`, empty tensors pass, as in PyTorch.
  func requireFloat(_ operation: String, emptily: Bool = false) throws {
    if emptily && numel == 0 { return }
    try require(
      dtype.isFloatingPoint, .dtype, operation,
      "not implemented for '\(expected: dtype.scalarName)': expected a floating point dtype, but got \(got: dtype)"
    )
  }

  static func checkDeviation(_ operation: String, _ std: Double) throws {
    try require(std >= 0, .value, operation, "expects std >= 0.0, but found std \(std)")
  }

  /// Returns the distribution of integers from `low` up to, but not including, `high`; throws if
  /// the dtype does not have them.
  func integerRange(_ operation: String, _ low: Int, _ high: Int) throws -> Distribution {
    try require(
      low < high, .value, operation,
      "expects 'from' to be less than 'to', but got from=\(got: low) >= to=\(got: high)")
    var (low, high) = (low, high)
    if dtype.isFloatingPoint {
      low = dtype.nextInteger(fromAbove: low)
      high = dtype.nextInteger(fromBelow: high)
      try require(
        low < high, .value, operation,
        "expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from=\(got: low) >= to=\(got: high)"
      )
    }
    let allowed = dtype.valueLimits
    try require(
      allowed.contains(Double(low)), .value, operation,
      "from is out of bounds for \(dtype): \(low)")
    try require(
      allowed.contains(Double(high - 1)), .value, operation,
      "to - 1 is out of bounds for \(dtype): \(high - 1)")
    return .integers(from: low, to: high)
  }
}

extension DType {
  /// The range of values that convert to the dtype without overflow.
  fileprivate var valueLimits: ClosedRange<Double> {
    if isFloatingPoint { return -greatestFinite...greatestFinite }
    return Double(integerLimits.lowerBound)...Double(integerLimits.upperBound)
  }

  /// Rounds `value` to this float dtype and back to an integer.
  private func rounded(_ value: Int) -> Int {
    let result: Double =
      switch self {
      case .float16: Double(Float16(Float(value)))
      case .bfloat16: Double(Float(value).roundedToBFloat16)
      case .float32: Double(Float(value))
      default: Double(value)
      }
    return Int(exactly: result) ?? (result < 0 ? .min : .max)
  }

  /// Returns the smallest bound from which conversion stays in a range that starts at `from`, by
  /// PyTorch's method.
  ///
  /// Floats far from zero are more than 1 apart.
  fileprivate func nextInteger(fromAbove from: Int) -> Int {
    let above = rounded(from &+ 1)
    if above >= from { return from }
    let exponent = Int.bitWidth - 1 - (from &+ 1).magnitude.leadingZeroBitCount
    return above &+ 1 << max(exponent - digits + 1, 0)
  }

  /// Returns the largest bound up to which conversion stays in a range that ends before `to`.
  fileprivate func nextInteger(fromBelow to: Int) -> Int {
    let below = rounded(to &- 1)
    if below < to { return to }
    let exponent = Int.bitWidth - 1 - (to &- 1).magnitude.leadingZeroBitCount
    return below &- 1 << max(exponent - digits + 1, 0)
  }
}

extension Float {
  fileprivate var roundedToBFloat16: Float {
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
  }
}
