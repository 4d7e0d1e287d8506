import CKernels

extension BinaryRule {
  static let mul = BinaryRule(
    "mul", .mul, "MulBackward0",
    left: { a, b in Input(a, saving: b) { g, s in try g * s[0] } },
    right: { a, b in Input(b, saving: a) { g, s in try g * s[0] } })
  static let div = BinaryRule(
    "div", .div, integers: .toFloat, "DivBackward0",
    left: { a, b in Input(a, saving: b) { g, s in try g / s[0] } },
    right: { a, b in Input(b, saving: a, b) { g, s in try -g * (s[0] / s[1] / s[1]) } })
  // Floor division is piecewise constant, so its gradient is zero almost everywhere.
  static let divFloor = BinaryRule(
    "div_floor", .divFloor, "DivBackward2",
    left: { a, b in Input(a, saving: b) { g, _ in try g.zeroGradient() } },
    right: { a, b in Input(b, saving: a, b) { g, _ in try g.zeroGradient() } })
  static let divTrunc = BinaryRule(
    "div_trunc", .divTrunc, "DivBackward2",
    left: { a, b in Input(a, saving: b) { g, _ in try g.zeroGradient() } },
    right: { a, b in Input(b, saving: a, b) { g, _ in try g.zeroGradient() } })
  static let floorDivide = BinaryRule(
    "floor_divide", .divFloor, "NotImplemented",
    left: { a, _ in .underivable(a, "floor_divide") },
    right: { _, b in .underivable(b, "floor_divide") })
  static let remainder = BinaryRule(
    "remainder", .remainder, "RemainderBackward1", rightNumber: "RemainderBackward0",
    left: { a, _ in Input(a) { g, _ in g } },
    right: { a, b in Input(b, saving: a, b) { g, s in try -g * s[0].div(s[1], rounding: .floor) } })
  static let fmod = BinaryRule(
    "fmod", .fmod, "FmodBackward1", rightNumber: "FmodBackward0",
    left: { a, _ in Input(a) { g, _ in g } },
    right: { a, b in Input(b, saving: a, b) { g, s in try -g * s[0].div(s[1], rounding: .trunc) } })
  static let gcd = BinaryRule("gcd", .gcd)
  static let lcm = BinaryRule("lcm", .lcm)
}

extension UnaryRule {
  static let neg = UnaryRule("neg", .neg, integers: .keep, "NegBackward0") { g, _ in try g.neg() }
}

// MARK: Sums and differences
extension Tensor {
  /// Computes `self + alpha · other`, elementwise with broadcasting and promotion
  /// (PyTorch: `torch.add`).
  ///
  /// For two bool tensors, the sum is their logical or.
  /// - Throws: ``TensorError`` if `alpha` is fractional and the operands are integers, or if the
  ///   shapes do not broadcast.
  public func add(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    try Tensor.sum(self, other, alpha.scalar, nil)
  }
  /// Adds `alpha · other`, where `other` is a number.
  public func add<S: TensorScalar>(_ other: S, alpha: some TensorScalar = 1) throws -> Tensor {
    try add(Tensor.wrapped(other, like: self), alpha: alpha)
  }
  /// Adds `alpha · other` in place (PyTorch: `Tensor.add_`).
  @discardableResult
  public func add_(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    try inPlace("add_", [other], preserving: false) { try Tensor.sum($0, other, alpha.scalar, $1) }
  }
  /// Adds `alpha` times a number in place.
  @discardableResult
  public func add_<S: TensorScalar>(_ other: S, alpha: some TensorScalar = 1) throws -> Tensor {
    try add_(Tensor.wrapped(other, like: self), alpha: alpha)
  }

  /// Computes `self - alpha · other`, elementwise (PyTorch: `torch.sub`).
  ///
  /// - Throws: ``TensorError`` for bool tensors, which PyTorch does not subtract either.
  public func sub(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    try Tensor.difference(self, other, alpha.scalar, nil)
  }
  /// Computes `self - alpha · other`, where `other` is a number.
  public func sub<S: TensorScalar>(_ other: S, alpha: some TensorScalar = 1) throws -> Tensor {
    try sub(Tensor.wrapped(other, like: self), alpha: alpha)
  }
  /// Subtracts `alpha · other` from this tensor in place (PyTorch: `Tensor.sub_`).
  @discardableResult
  public func sub_(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    try inPlace("sub_", [other], preserving: false) {
      try Tensor.difference($0, other, alpha.scalar, $1)
    }
  }
  /// Subtracts `alpha` times a number in place.
  @discardableResult
  public func sub_<S: TensorScalar>(_ other: S, alpha: some TensorScalar = 1) throws -> Tensor {
    try sub_(Tensor.wrapped(other, like: self), alpha: alpha)
  }

  /// Computes `other - alpha · self` (PyTorch: `torch.rsub`).
  public func rsub(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    let alpha = alpha.scalar, factor = alpha.doubleValue
    try Tensor.checkDifference(other, self, alpha)
    let (scaled, rest) = try scaled(by: alpha, in: Tensor.resultType(other, self))
    let y = try Tensor.binary(.sub, "rsub", other, scaled, rest)
    guard isGradEnabled, requiresGrad || other.requiresGrad else { return y }
    let own = Input(self) { g, _ in factor == 1 ? try -g : try -g * alpha }
    if other.isWrappedNumber { return try y.recorded("RsubBackward1", own) }
    return try y.recorded("RsubBackward0", own, Input(other) { g, _ in g })
  }
  /// Computes `other - alpha · self`, where `other` is a number.
  public func rsub<S: TensorScalar>(_ other: S, alpha: some TensorScalar = 1) throws -> Tensor {
    try rsub(Tensor.wrapped(other, like: self), alpha: alpha)
  }

  /// Negates each element (PyTorch: `torch.neg`).
  public func neg() throws -> Tensor {
    try checkNegatable()
    return try unary(.neg)
  }
  /// Applies ``neg()`` in place.
  @discardableResult
  public func neg_() throws -> Tensor {
    try checkNegatable()
    return try unary_(.neg)
  }
  /// Returns this tensor (PyTorch: `torch.positive`).
  ///
  /// - Throws: ``TensorError`` `.dtype` for bools.
  public func positive() throws -> Tensor {
    try require(
      dtype != .bool, .dtype, "positive", "the `+` operator, on a bool tensor is not supported.")
    return self
  }

  private static func sum(
    _ a: Tensor, _ b: Tensor, _ alpha: Scalar, _ out: Tensor?
  ) throws -> Tensor {
    try checkAlpha("add", alpha, a, b)
    let (scaled, factor) = try b.scaled(by: alpha, in: resultType(a, b))
    let y = try binary(.add, "add", a, scaled, factor, into: out)
    guard isGradEnabled, a.requiresGrad || b.requiresGrad else { return y }
    return try y.recorded(
      "AddBackward0", Input(a) { g, _ in g },
      Input(b) { g, _ in alpha.doubleValue == 1 ? g : try g.mul(alpha) })
  }

  private static func difference(
    _ a: Tensor, _ b: Tensor, _ alpha: Scalar, _ out: Tensor?
  ) throws -> Tensor {
    try checkDifference(a, b, alpha)
    let (scaled, factor) = try b.scaled(by: alpha, in: resultType(a, b))
    let y = try binary(.sub, "sub", a, scaled, factor, into: out)
    guard isGradEnabled, a.requiresGrad || b.requiresGrad else { return y }
    return try y.recorded(
      "SubBackward0", Input(a) { g, _ in g },
      Input(b) { g, _ in alpha.doubleValue == 1 ? try -g : try -g * alpha })
  }

  /// Returns the operand and the factor for a kernel, which takes the factor as a double.
  ///
  /// An integer factor that no double represents multiplies the tensor here, in `type`.
  @inline(__always)
  func scaled(
    by factor: Scalar, in type: @autoclosure () -> DType
  ) throws -> (operand: Tensor, factor: Double) {
    if case .int(let integer) = factor, Int(exactly: Double(integer)) != integer {
      let type = type()
      if type == .int64 { return (try to(type).mul(integer), 1) }
    }
    return (self, factor.doubleValue)
  }

  private static func checkAlpha(
    _ operation: String, _ alpha: Scalar, _ a: Tensor, _ b: Tensor
  ) throws {
    let type = resultType(a, b)
    switch alpha {
    case .int: try alpha.check(fits: type, operation)
    case .bool:
      try require(
        type == .bool, .dtype, operation, "Boolean alpha only supported for Boolean results.")
    case .double:
      try require(
        type.isFloatingPoint, .dtype, operation,
        "For integral input tensors, argument alpha must not be a floating point number.")
      try alpha.check(fits: type, operation)
    }
  }

  private static func checkDifference(_ a: Tensor, _ b: Tensor, _ alpha: Scalar) throws {
    try require(
      a.dtype != .bool || b.dtype != .bool, .dtype, "sub",
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logicalXor()` operator instead."
    )
    try require(
      a.dtype != .bool && b.dtype != .bool, .dtype, "sub",
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logicalNot()` operator instead."
    )
    try checkAlpha("sub", alpha, a, b)
  }

  private func checkNegatable() throws {
    try require(
      dtype != .bool, .dtype, "neg",
      "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logicalNot()` operator instead."
    )
  }
}

// MARK: Products and quotients
extension Tensor {
  /// The rounding of a quotient (PyTorch: `rounding_mode`).
  public enum RoundingMode: String, Sendable {
    /// Towards zero, like C's integer division.
    case trunc
    /// Towards negative infinity, like Python's `//`.
    case floor
  }

  /// Computes `self · other`, elementwise with broadcasting and promotion (PyTorch: `torch.mul`).
  public func mul(_ other: Tensor) throws -> Tensor { try binary(.mul, other) }
  /// Computes `self · other`, where `other` is a number.
  public func mul<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.mul, other) }
  /// Multiplies this tensor by `other` in place (PyTorch: `Tensor.mul_`).
  @discardableResult
  public func mul_(_ other: Tensor) throws -> Tensor { try binary_(.mul, other) }
  /// Multiplies this tensor by a number in place.
  @discardableResult
  public func mul_<S: TensorScalar>(_ other: S) throws -> Tensor { try binary_(.mul, other) }

  /// Computes `self / other`, elementwise (PyTorch: `torch.div`).
  ///
  /// Without `rounding`, integers are converted to the default float type. With `rounding`, they
  /// stay integers.
  /// - Throws: ``TensorError`` "ZeroDivisionError" if `rounding` is given and an integer is divided
  ///   by zero.
  public func div(_ other: Tensor, rounding: RoundingMode? = nil) throws -> Tensor {
    try Tensor.quotient(self, other, rounding, nil)
  }
  /// Computes `self / other`, where `other` is a number.
  public func div<S: TensorScalar>(_ other: S, rounding: RoundingMode? = nil) throws -> Tensor {
    try div(Tensor.wrapped(other, like: self), rounding: rounding)
  }
  /// Divides this tensor by `other` in place (PyTorch: `Tensor.div_`).
  @discardableResult
  public func div_(_ other: Tensor, rounding: RoundingMode? = nil) throws -> Tensor {
    try inPlace("div_", [other]) { try Tensor.quotient($0, other, rounding, $1) }
  }
  /// Divides this tensor by a number in place.
  @discardableResult
  public func div_<S: TensorScalar>(_ other: S, rounding: RoundingMode? = nil) throws -> Tensor {
    try div_(Tensor.wrapped(other, like: self), rounding: rounding)
  }

  private static func quotient(
    _ a: Tensor, _ b: Tensor, _ rounding: RoundingMode?, _ out: Tensor?
  ) throws -> Tensor {
    guard let rounding else { return try binary(.div, a, b, into: out) }
    try checkDivisor(rounding == .floor ? "div_floor" : "div_trunc", a, b)
    if rounding == .trunc, out == nil, resultType(a, b).isHalf {
      // PyTorch rounds the quotient to 16 bits before it truncates.
      return try noGrad { try a.div(b).trunc() }.recorded(
        "DivBackward2", Input(a, saving: b) { g, _ in try g.zeroGradient() },
        Input(b, saving: a, b) { g, _ in try g.zeroGradient() })
    }
    return try binary(rounding == .floor ? .divFloor : .divTrunc, a, b, into: out)
  }

  /// Computes `self // other`, rounded towards negative infinity (PyTorch: `torch.floor_divide`).
  ///
  /// `backward` through it throws, as in PyTorch; use ``div(_:rounding:)-(Tensor,_)`` for a
  /// gradient.
  public func floorDivide(_ other: Tensor) throws -> Tensor {
    try Tensor.checkDivisor("div_floor", self, other)
    return try binary(.floorDivide, other)
  }
  /// Computes `self // other`, where `other` is a number.
  public func floorDivide<S: TensorScalar>(_ other: S) throws -> Tensor {
    try floorDivide(Tensor.wrapped(other, like: self))
  }

  /// Computes Python's modulo, which has the sign of the divisor (PyTorch: `torch.remainder`).
  ///
  /// - Throws: ``TensorError`` "ZeroDivisionError" for an integer modulo zero.
  public func remainder(_ other: Tensor) throws -> Tensor {
    try Tensor.checkDivisor("remainder", self, other)
    return try binary(.remainder, other)
  }
  /// Computes Python's modulo by a number.
  public func remainder<S: TensorScalar>(_ other: S) throws -> Tensor {
    try remainder(Tensor.wrapped(other, like: self))
  }
  /// Applies ``remainder(_:)-(Tensor)`` in place.
  @discardableResult
  public func remainder_(_ other: Tensor) throws -> Tensor {
    try Tensor.checkDivisor("remainder", self, other)
    return try binary_(.remainder, other)
  }

  /// Computes C's modulo, which has the sign of the dividend (PyTorch: `torch.fmod`).
  ///
  /// - Throws: ``TensorError`` "ZeroDivisionError" for an integer modulo zero.
  public func fmod(_ other: Tensor) throws -> Tensor {
    try Tensor.checkDivisor("fmod", self, other)
    return try binary(.fmod, other)
  }
  /// Computes C's modulo by a number.
  public func fmod<S: TensorScalar>(_ other: S) throws -> Tensor {
    try fmod(Tensor.wrapped(other, like: self))
  }

  /// Computes the greatest common divisor of integers (PyTorch: `torch.gcd`).
  public func gcd(_ other: Tensor) throws -> Tensor { try binary(.gcd, other) }
  /// Computes the least common multiple of integers (PyTorch: `torch.lcm`).
  public func lcm(_ other: Tensor) throws -> Tensor { try binary(.lcm, other) }

  /// Throws if an integer would be divided by zero; unlike floats, integers have no result for it.
  static func checkDivisor(_ operation: String, _ a: Tensor, _ b: Tensor) throws {
    try require(
      resultType(a, b) != .bool, .dtype, operation,
      "\"\(operation)_cpu\" not implemented for 'Bool'; convert with to(_:)")
    guard !b.dtype.isFloatingPoint, !a.dtype.isFloatingPoint, a.numel > 0, b.numel > 0 else {
      return
    }
    try require(
      noGrad({ try b.all().item(as: Bool.self) }), .value, operation,
      "ZeroDivisionError: an integer divided by zero")
  }
}
