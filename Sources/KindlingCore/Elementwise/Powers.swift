import CKernels

extension UnaryRule {
  static let sqrt = UnaryRule("sqrt", .sqrt, "SqrtBackward0", saving: .output) { g, s in
    try g / (s.output * 2)
  }
  static let rsqrt = UnaryRule("rsqrt", .rsqrt, "RsqrtBackward0", saving: .output) { g, s in
    try g * -0.5 * s.output.pow(3)
  }
  static let reciprocal = UnaryRule(
    "reciprocal", .reciprocal, "ReciprocalBackward0", saving: .output
  ) { g, s in
    try -g * (s.output * s.output)
  }
}

extension BinaryRule {
  // x⁰ is constant in x, and 0ʸ in y: without the masks, 0·∞ would give NaN.
  static let pow = BinaryRule(
    "pow", .pow, "PowBackward1", leftNumber: "PowBackward2", savingOutput: true,
    left: { a, b in
      Input(a, saving: a, b) { g, s in
        try Tensor.where(s[1].eq(0), 0, g * (s[1] * s[0].pow(s[1] - 1)))
      }
    },
    right: { a, b in
      Input(b, saving: a, b) { g, s in
        try Tensor.where(s[0].eq(0).logicalAnd(s[1].ge(0)), 0, g * (s.output * s[0].log()))
      }
    })
}

extension Tensor {
  /// Computes the square root, NaN below 0 (PyTorch: `torch.sqrt`).
  public func sqrt() throws -> Tensor { try unary(.sqrt) }
  /// Applies ``sqrt()`` in place.
  @discardableResult public func sqrt_() throws -> Tensor { try unary_(.sqrt) }
  /// Computes the reciprocal of the square root (PyTorch: `torch.rsqrt`).
  public func rsqrt() throws -> Tensor { try unary(.rsqrt) }
  /// Applies ``rsqrt()`` in place.
  @discardableResult public func rsqrt_() throws -> Tensor { try unary_(.rsqrt) }
  /// Computes the reciprocal of each element as a float (PyTorch: `torch.reciprocal`).
  public func reciprocal() throws -> Tensor { try unary(.reciprocal) }
  /// Applies ``reciprocal()`` in place.
  @discardableResult public func reciprocal_() throws -> Tensor { try unary_(.reciprocal) }
  /// Computes the square; bools are converted to int64 (PyTorch: `torch.square`).
  public func square() throws -> Tensor { try pow(2) }
  /// Applies ``square()`` in place.
  @discardableResult public func square_() throws -> Tensor { try pow_(2) }

  /// Raises each element to the power of a number (PyTorch: `torch.pow`).
  ///
  /// - Throws: ``TensorError`` for integers to a negative integer power.
  public func pow<S: TensorScalar>(_ exponent: S) throws -> Tensor {
    try power(exponent.scalar, into: nil)
  }
  /// Raises each element to the power of a number, in place.
  @discardableResult
  public func pow_<S: TensorScalar>(_ exponent: S) throws -> Tensor {
    try inPlace("pow_") { try $0.power(exponent.scalar, into: $1) }
  }
  /// Raises `self` to the power of `exponent`, elementwise (PyTorch: `torch.pow`).
  public func pow(_ exponent: Tensor) throws -> Tensor {
    try Tensor.checkPower(self, exponent)
    return try binary(.pow, exponent)
  }
  /// Raises `self` to the power of `exponent`, in place.
  @discardableResult
  public func pow_(_ exponent: Tensor) throws -> Tensor {
    try Tensor.checkPower(self, exponent)
    return try binary_(.pow, exponent)
  }
  /// Raises a number to the power of each element; the result is contiguous.
  public static func pow<S: TensorScalar>(_ base: S, _ exponent: Tensor) throws -> Tensor {
    let base = try wrapped(base, like: exponent)
    try checkPower(base, exponent)
    return try binary(.pow, base, exponent.contiguous())
  }

  private static func checkPower(_ base: Tensor, _ exponent: Tensor) throws {
    try require(
      base.dtype != .bool || exponent.dtype != .bool, .dtype, "pow",
      "\"pow\" not implemented for 'Bool'; convert with to(_:)")
  }

  private func power(_ exponent: Scalar, into out: Tensor?) throws -> Tensor {
    let y = try powerValues(exponent, into: out)
    guard isGradEnabled, requiresGrad else { return y }
    return try y.recorded(
      "PowBackward0",
      Input(self, saving: self) { g, s in
        switch exponent {
        case .int(0): try g.zeroGradient()
        case .double(let p) where p == 0: try g.zeroGradient()
        case .int(2): try g * (s[0] * 2)
        case .int(let n) where n > Int.min: try g * (s[0].pow(n - 1) * n)
        default: try g * (s[0].pow(exponent.doubleValue - 1) * exponent)
        }
      })
  }

  private func powerValues(_ exponent: Scalar, into out: Tensor?) throws -> Tensor {
    if dtype.isHalf { try exponent.check(fits: dtype, "pow") }
    guard dtype.isFloatingPoint else {
      if dtype.isInteger, case .int = exponent { try exponent.check(fits: dtype, "pow") }
      if case .int(let n) = exponent, n < 0 {
        throw TensorError(
          .value, "pow", "Integers to negative integer powers are not allowed; convert with to(_:)")
      }
      if dtype == .bool, case .bool(let isOne) = exponent {
        // x to the power of false is true; x to the power of true is x.
        return try Tensor.binary(
          .logicalOr, "pow", self, .wrapped(!isOne, like: self), integers: .toBool, into: out)
      }
      return try Tensor.binary(.pow, "pow", self, .wrapped(exponent, like: self), into: out)
    }
    // These powers have their own kernel, which is also more accurate.
    switch exponent.doubleValue {
    case 2: return try unary(.square, "pow", into: out)
    // Rounded after each step, like PyTorch's; its float16 has no kernel for these two.
    case 3 where dtype != .float16:
      return try Tensor.binary(.mul, "pow", unary(.square, "pow"), self, into: out)
    case -2 where dtype != .float16:
      return try unary(.square, "pow").unary(.reciprocal, "pow", into: out)
    case 0.5: return try unary(.sqrt, "pow", into: out)
    case -0.5: return try unary(.rsqrt, "pow", into: out)
    case -1: return try unary(.reciprocal, "pow", into: out)
    case let e: return try unary(.pow, "pow", .toFloat, (e, 0), into: out)
    }
  }

  /// Computes powers in float64 (PyTorch: `torch.float_power`).
  public func floatPower(_ exponent: Tensor) throws -> Tensor {
    try to(DType.float64).pow(exponent.to(DType.float64))
  }
  /// Computes powers with a number as exponent in float64.
  public func floatPower<S: TensorScalar>(_ exponent: S) throws -> Tensor {
    try to(DType.float64).pow(exponent.scalar.doubleValue)
  }

  /// Computes `self · 2^other` (PyTorch: `torch.ldexp`).
  ///
  /// The result has the dtype of `self` if that is a float and `other` is not.
  public func ldexp(_ other: Tensor) throws -> Tensor {
    try require(
      !dtype.isFloatingPoint || other.dtype != .bool, .dtype, "ldexp",
      "\"ldexp_cpu_exp\" not implemented for 'Bool'")
    return try noGrad { try ldexpValues(other) }.recorded(
      "LdexpBackward0",
      Input(self, saving: other) { g, s in try g * Tensor.pow(2.0, s[0]) },
      Input(other) { g, s in try g * s.output * 0.693147180559945309417 }, savingOutput: true)
  }
  private func ldexpValues(_ other: Tensor) throws -> Tensor {
    guard dtype.isFloatingPoint, !other.dtype.isFloatingPoint else {
      return try mul(Tensor.pow(2.0, other))
    }
    // The exponent is applied in two halves, so that no factor overflows if the result does not.
    let wide = try other.to(dtype.computeType), half = try wide.div(2).floor()
    let scaled = try mul(Tensor.pow(2.0, half)).mul(Tensor.pow(2.0, wide.sub(half)))
    return try scaled.to(dtype)
  }
}
