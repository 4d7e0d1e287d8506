import CKernels

extension Pointwise.Value {
  // MARK: Arithmetic

  /// Adds two values.
  public static func + (a: Self, b: Self) -> Self { binary(.add, a, b) }
  /// Subtracts `b` from `a`.
  public static func - (a: Self, b: Self) -> Self { binary(.sub, a, b) }
  /// Multiplies two values.
  public static func * (a: Self, b: Self) -> Self { binary(.mul, a, b) }
  /// Divides `a` by `b`.
  public static func / (a: Self, b: Self) -> Self { binary(.div, a, b) }
  /// Adds a constant.
  public static func + (a: Self, b: Double) -> Self { a + Self(b) }
  /// Subtracts a constant.
  public static func - (a: Self, b: Double) -> Self { a - Self(b) }
  /// Multiplies by a constant.
  public static func * (a: Self, b: Double) -> Self { a * Self(b) }
  /// Divides by a constant.
  public static func / (a: Self, b: Double) -> Self { a / Self(b) }
  /// Adds a constant.
  public static func + (a: Double, b: Self) -> Self { Self(a) + b }
  /// Subtracts from a constant.
  public static func - (a: Double, b: Self) -> Self { Self(a) - b }
  /// Multiplies by a constant.
  public static func * (a: Double, b: Self) -> Self { Self(a) * b }
  /// Divides a constant.
  public static func / (a: Double, b: Self) -> Self { Self(a) / b }
  /// Negates the value.
  public static prefix func - (x: Self) -> Self { unary(.neg, x) }

  /// Returns `self + alpha · other`, as ``Tensor/add(_:alpha:)`` computes it.
  public func add(_ other: Self, alpha: some PointwiseOperand) -> Self {
    let alpha = alpha.pointwiseValue
    return alpha.isNumber ? .binary(.add, self, other, factor: alpha) : self + alpha * other
  }
  /// Returns `self + value · a · b` (PyTorch: `torch.addcmul`).
  public func addcmul(_ a: Self, _ b: Self, value: some PointwiseOperand = 1) -> Self {
    let value = value.pointwiseValue
    return value.isNumber
      ? .apply(.ternary(.addcmul), [self, a, b], factor: value) : self + value * a * b
  }
  /// Returns `self + value · a / b` (PyTorch: `torch.addcdiv`).
  public func addcdiv(_ a: Self, _ b: Self, value: some PointwiseOperand = 1) -> Self {
    let value = value.pointwiseValue
    return value.isNumber
      ? .apply(.ternary(.addcdiv), [self, a, b], factor: value) : self + value * a / b
  }
  /// Returns `self + weight · (end − self)` (PyTorch: `torch.lerp`).
  public func lerp(_ end: Self, weight: some PointwiseOperand) -> Self {
    .apply(.ternary(.lerp), [self, end, weight.pointwiseValue])
  }

  // MARK: Bounds and choices

  /// Returns the larger value; NaN if one is NaN (PyTorch: `torch.maximum`).
  public func maximum(_ other: some PointwiseOperand) -> Self {
    .binary(.maximum, self, other.pointwiseValue)
  }
  /// Returns the smaller value; NaN if one is NaN (PyTorch: `torch.minimum`).
  public func minimum(_ other: some PointwiseOperand) -> Self {
    .binary(.minimum, self, other.pointwiseValue)
  }
  /// Limits the value to `min…max`; NaN stays (PyTorch: `torch.clamp`).
  public func clamp(min: some PointwiseOperand, max: some PointwiseOperand) -> Self {
    .apply(.ternary(.clamp), [self, min.pointwiseValue, max.pointwiseValue])
  }
  /// Returns `a` where the condition holds, else `b` (PyTorch: `torch.where`).
  public static func `where`(
    _ condition: Pointwise.Condition, _ a: some PointwiseOperand, _ b: some PointwiseOperand
  ) -> Self {
    let (a, b) = (a.pointwiseValue, b.pointwiseValue)
    if let known = condition.value.constant { return known != 0 ? a : b }
    return apply(.select, [condition.value, a, b])
  }

  // MARK: Comparisons

  /// Tests whether this value equals `other`.
  public func eq(_ other: some PointwiseOperand) -> Pointwise.Condition {
    .compare(.eq, self, other.pointwiseValue)
  }
  /// Tests whether this value differs from `other`.
  public func ne(_ other: some PointwiseOperand) -> Pointwise.Condition {
    .compare(.ne, self, other.pointwiseValue)
  }
  /// Tests whether this value is less than `other`.
  public func lt(_ other: some PointwiseOperand) -> Pointwise.Condition {
    .compare(.lt, self, other.pointwiseValue)
  }
  /// Tests whether this value is at most `other`.
  public func le(_ other: some PointwiseOperand) -> Pointwise.Condition {
    .compare(.le, self, other.pointwiseValue)
  }
  /// Tests whether this value is greater than `other`.
  public func gt(_ other: some PointwiseOperand) -> Pointwise.Condition {
    .compare(.gt, self, other.pointwiseValue)
  }
  /// Tests whether this value is at least `other`.
  public func ge(_ other: some PointwiseOperand) -> Pointwise.Condition {
    .compare(.ge, self, other.pointwiseValue)
  }

  // MARK: Functions of one value

  /// Returns the absolute value.
  public func abs() -> Self { .unary(.abs, self) }
  /// Returns −1, 0 or 1; 0 for NaN.
  public func sign() -> Self { .unary(.sign, self) }
  /// Returns the square.
  public func square() -> Self { .unary(.square, self) }
  /// Returns the square root.
  public func sqrt() -> Self { .unary(.sqrt, self) }
  /// Returns `1 / sqrt(self)`.
  public func rsqrt() -> Self { .unary(.rsqrt, self) }
  /// Returns `1 / self`.
  public func reciprocal() -> Self { .unary(.reciprocal, self) }
  /// Returns `self` to the power of `exponent`.
  public func pow(_ exponent: some PointwiseOperand) -> Self {
    let exponent = exponent.pointwiseValue
    // These powers have loops of their own, which are more accurate.
    return switch exponent.constant {
    case 2: square()
    case 3: square() * self
    case 0.5: sqrt()
    case -0.5: rsqrt()
    case -1: reciprocal()
    case -2: square().reciprocal()
    default: .binary(.pow, self, exponent)
    }
  }
  /// Returns e to the power of this value.
  public func exp() -> Self { .unary(.exp, self) }
  /// Returns `exp(self) − 1` without cancellation near 0.
  public func expm1() -> Self { .unary(.expm1, self) }
  /// Returns the natural logarithm.
  public func log() -> Self { .unary(.log, self) }
  /// Returns `log(1 + self)` without cancellation near 0.
  public func log1p() -> Self { .unary(.log1p, self) }
  /// Returns the sine.
  public func sin() -> Self { .unary(.sin, self) }
  /// Returns the cosine.
  public func cos() -> Self { .unary(.cos, self) }
  /// Returns the tangent.
  public func tan() -> Self { .unary(.tan, self) }
  /// Returns the arc tangent.
  public func atan() -> Self { .unary(.atan, self) }
  /// Returns the hyperbolic sine.
  public func sinh() -> Self { .unary(.sinh, self) }
  /// Returns the hyperbolic cosine.
  public func cosh() -> Self { .unary(.cosh, self) }
  /// Returns the hyperbolic tangent.
  public func tanh() -> Self { .unary(.tanh, self) }
  /// Returns `1 / (1 + exp(−self))`.
  public func sigmoid() -> Self { .unary(.sigmoid, self) }
  /// Returns 0 for negative values, else the value; NaN stays.
  public func relu() -> Self { .unary(.relu, self) }
  /// Returns the error function.
  public func erf() -> Self { .unary(.erf, self) }
  /// Returns `1 − erf(self)` without cancellation.
  public func erfc() -> Self { .unary(.erfc, self) }
  /// Returns the value rounded down to an integer.
  public func floor() -> Self { .unary(.floor, self) }
  /// Returns the value rounded to the nearest integer, and halves to the even one.
  public func round() -> Self { .unary(.round, self) }
}

extension Pointwise.Condition {
  static func compare(_ op: BinaryOp, _ a: Pointwise.Value, _ b: Pointwise.Value) -> Self {
    Self(value: .binary(op, a, b))
  }

  /// Tests whether both conditions hold.
  public func logicalAnd(_ other: Self) -> Self {
    if let known = value.constant { return known != 0 ? other : self }
    if let known = other.value.constant { return known != 0 ? self : other }
    return Self(value: .binary(.logicalAnd, value, other.value))
  }
  /// Tests whether one of the conditions holds.
  public func logicalOr(_ other: Self) -> Self {
    if let known = value.constant { return known != 0 ? self : other }
    if let known = other.value.constant { return known != 0 ? other : self }
    return Self(value: .binary(.logicalOr, value, other.value))
  }
}
