import CKernels

extension UnaryRule {
  static let abs = UnaryRule("abs", .abs, integers: .keep, "AbsBackward0", saving: .input) { g, s in
    try g * s[0].sign()
  }
  static let sign = UnaryRule("sign", .sign, integers: .keep, "SignBackward0") { g, _ in
    try g.zeroGradient()
  }
  static let sgn = UnaryRule(
    "sgn", .sign, integers: .keep, "SgnBackward0", saving: .inputAndOutput
  ) { g, _ in try g.zeroGradient() }
}

extension BinaryRule {
  static let copysign = BinaryRule(
    "copysign", .copysign, integers: .toFloat, "CopysignBackward0",
    rightNumber: "CopysignBackward1", savingOutput: true,
    left: { a, _ in
      Input(a, saving: a) { g, s in
        try Tensor.where(s[0].eq(0), 0, g * (s.output / s[0]))
      }
    },
    right: { _, b in Input(b) { g, _ in try g.zeroGradient() } })
}

extension Tensor {
  /// Computes the absolute value (PyTorch: `torch.abs`).
  public func abs() throws -> Tensor { try unary(.abs) }
  /// Applies ``abs()`` in place.
  @discardableResult public func abs_() throws -> Tensor { try unary_(.abs) }
  /// Computes the sign: −1, 0 or 1; 0 for NaN (PyTorch: `torch.sign`).
  public func sign() throws -> Tensor { try unary(.sign) }
  /// Applies ``sign()`` in place.
  @discardableResult public func sign_() throws -> Tensor { try unary_(.sign) }
  /// Computes the sign of real elements (PyTorch: `torch.sgn`).
  public func sgn() throws -> Tensor { try unary(.sgn) }

  /// Combines the magnitude of `self` with the sign of `other` (PyTorch: `torch.copysign`).
  public func copysign(_ other: Tensor) throws -> Tensor { try binary(.copysign, other) }
  /// Combines the magnitude of `self` with the sign of a number.
  public func copysign<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.copysign, other)
  }
  /// Returns the next representable number in the direction of `other`
  /// (PyTorch: `torch.nextafter`).
  public func nextafter(_ other: Tensor) throws -> Tensor {
    try noGrad {
      let half = Tensor.resultType(self, other).isHalf
      return half
        ? try nextHalf(other) : try Tensor.binary(.nextafter, "nextafter", self, other)
    }.recorded(
      "NextafterBackward0",
      Input(self, saving: self, other) { g, s in try Tensor.where(s[0].eq(s[1]), 0, g) },
      Input(other) { g, _ in try g.zeroGradient() })
  }

  /// Computes the neighbors of 16-bit numbers in float32: one unit in the last place away, or half
  /// a unit below a power of two.
  private func nextHalf(_ other: Tensor) throws -> Tensor {
    let type = Tensor.resultType(self, other)
    let (digits, least) = type == .float16 ? (11.0, -13.0) : (8.0, -125.0)
    let a = try to(type).to(.float32)
    let direction = try other.to(type).to(.float32).sub(a).sign()
    let (mantissa, exponent) = try a.frexp()
    let shrinks = try mantissa.abs().eq(0.5).logicalAnd(a.sign().mul(direction).lt(0))
    // Zero has no exponent of its own; its neighbors are the smallest subnormal numbers.
    let scale = try Tensor.where(a.eq(0), least, exponent.to(.float32).sub(shrinks.to(.float32)))
    let place = try scale.clamp(min: least).sub(digits)
    let next = try a.add(direction.mul(Tensor.pow(2.0, place)))
    let bounded = try Tensor.where(a.isinf(), a.sign().mul(type.greatestFinite), next)
    let result = try Tensor.where(direction.eq(0), a, bounded)
    return try Tensor.where(isnan().logicalOr(other.isnan()), Double.nan, result).to(type)
  }

  /// Computes the Heaviside step function: 0 for negative elements and NaN, 1 for positive ones,
  /// `values` at zero (PyTorch: `torch.heaviside`).
  ///
  /// `backward` through it throws, as in PyTorch.
  /// - Throws: ``TensorError`` if the dtypes differ.
  public func heaviside(_ values: Tensor) throws -> Tensor {
    try require(
      dtype == values.dtype, .dtype, "heaviside",
      "heaviside is not yet implemented for tensors with different dtypes: \(dtype) and \(values.dtype)"
    )
    return try noGrad {
      try Tensor.where(eq(0), values, gt(0).to(dtype))
    }.recorded(
      "NotImplemented", .underivable(self, "heaviside"), .underivable(values, "heaviside"))
  }

  /// Replaces NaN and infinities, by default with 0 and the extremes of the dtype
  /// (PyTorch: `torch.nan_to_num`).
  public func nanToNum(
    nan: Double = 0, posinf: Double? = nil, neginf: Double? = nil
  ) throws -> Tensor {
    guard dtype.isFloatingPoint else { return try clone() }
    let greatest = dtype.greatestFinite
    return try noGrad {
      var result = try Tensor.where(isnan(), nan, self)
      result = try Tensor.where(result.isposinf(), posinf ?? greatest, result)
      return try Tensor.where(result.isneginf(), neginf ?? -greatest, result)
    }.recorded(
      "NanToNumBackward0",
      Input(self, saving: self) { g, s in
        try Tensor.where(s[0].isfinite(), g, 0)
      })
  }

  /// Returns mantissas with magnitude in [0.5, 1) and int32 exponents: `self = mantissa ·
  /// 2^exponent` (PyTorch: `torch.frexp`).
  public func frexp() throws -> (mantissa: Tensor, exponent: Tensor) {
    try require(
      dtype.isFloatingPoint, .dtype, "frexp", "torch.frexp() only supports floating-point dtypes")
    let exponent = try unary(.frexpExponent, "frexp").to(.int32)
    let mantissa = try unary(.frexpMantissa, "frexp")
    return try (
      mantissa.recorded(
        "FrexpBackward0",
        Input(self, saving: exponent) { g, s in
          try g / Tensor.pow(2.0, s[0]).to(g.dtype)
        }), exponent
    )
  }

  /// Calls `body` with this tensor, half precision widened to float32, and narrows the result.
  ///
  /// A composed operation then rounds only once, like a single kernel.
  func widened(_ body: (Tensor) throws -> Tensor) throws -> Tensor {
    dtype.isHalf ? try body(to(.float32)).to(dtype) : try body(self)
  }
}
