import CKernels

extension BinaryRule {
  static let eq = BinaryRule("eq", .eq, integers: .toBool)
  static let ne = BinaryRule("ne", .ne, integers: .toBool)
  static let lt = BinaryRule("lt", .lt, integers: .toBool)
  static let le = BinaryRule("le", .le, integers: .toBool)
  static let gt = BinaryRule("gt", .gt, integers: .toBool)
  static let ge = BinaryRule("ge", .ge, integers: .toBool)
}

extension UnaryRule {
  static let isnan = UnaryRule("isnan", .isnan, integers: .toBool)
  static let isinf = UnaryRule("isinf", .isinf, integers: .toBool)
  static let isfinite = UnaryRule("isfinite", .isfinite, integers: .toBool)
  static let signbit = UnaryRule("signbit", .signbit, integers: .toBool)
}

/// Comparisons, which return bool tensors and have no gradient.
///
/// NaN is unequal to everything, including itself.
extension Tensor {
  /// Tests elementwise whether `self` equals `other` (PyTorch: `torch.eq`).
  public func eq(_ other: Tensor) throws -> Tensor { try binary(.eq, other) }
  /// Tests elementwise whether `self` equals a number.
  public func eq<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.eq, other) }
  /// Tests elementwise whether `self` differs from `other` (PyTorch: `torch.ne`).
  public func ne(_ other: Tensor) throws -> Tensor { try binary(.ne, other) }
  /// Tests elementwise whether `self` differs from a number.
  public func ne<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.ne, other) }
  /// Tests elementwise whether `self` is less than `other` (PyTorch: `torch.lt`).
  public func lt(_ other: Tensor) throws -> Tensor { try binary(.lt, other) }
  /// Tests elementwise whether `self` is less than a number.
  public func lt<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.lt, other) }
  /// Tests elementwise whether `self` is at most `other` (PyTorch: `torch.le`).
  public func le(_ other: Tensor) throws -> Tensor { try binary(.le, other) }
  /// Tests elementwise whether `self` is at most a number.
  public func le<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.le, other) }
  /// Tests elementwise whether `self` is greater than `other` (PyTorch: `torch.gt`).
  public func gt(_ other: Tensor) throws -> Tensor { try binary(.gt, other) }
  /// Tests elementwise whether `self` is greater than a number.
  public func gt<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.gt, other) }
  /// Tests elementwise whether `self` is at least `other` (PyTorch: `torch.ge`).
  public func ge(_ other: Tensor) throws -> Tensor { try binary(.ge, other) }
  /// Tests elementwise whether `self` is at least a number.
  public func ge<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.ge, other) }
}

extension Tensor {
  /// Tests elementwise for NaN (PyTorch: `torch.isnan`).
  public func isnan() throws -> Tensor {
    dtype.isFloatingPoint ? try unary(.isnan) : try everywhere(false)
  }
  /// Tests elementwise for positive or negative infinity (PyTorch: `torch.isinf`).
  public func isinf() throws -> Tensor {
    dtype.isFloatingPoint ? try unary(.isinf) : try everywhere(false)
  }
  /// Tests elementwise for finite values (PyTorch: `torch.isfinite`).
  public func isfinite() throws -> Tensor {
    dtype.isFloatingPoint ? try unary(.isfinite) : try everywhere(true)
  }
  /// Tests elementwise for positive infinity (PyTorch: `torch.isposinf`).
  public func isposinf() throws -> Tensor {
    dtype.isFloatingPoint ? try eq(Double.infinity) : try everywhere(false)
  }
  /// Tests elementwise for negative infinity (PyTorch: `torch.isneginf`).
  public func isneginf() throws -> Tensor {
    dtype.isFloatingPoint ? try eq(-Double.infinity) : try everywhere(false)
  }
  /// Tests elementwise for real numbers, which all elements are (PyTorch: `torch.isreal`).
  public func isreal() throws -> Tensor { try everywhere(true) }
  /// Tests elementwise whether the sign bit is set, also for −0 (PyTorch: `torch.signbit`).
  public func signbit() throws -> Tensor {
    dtype == .bool ? try everywhere(false) : try unary(.signbit)
  }

  private func everywhere(_ value: Bool) throws -> Tensor {
    let result = try Tensor(uninitializedLike: self, .bool)
    try backend.fill(result, .bool(value))
    return result
  }
}

extension Tensor {
  /// Returns whether both tensors have the same shape and elements (PyTorch: `torch.equal`).
  ///
  /// The dtypes may differ; the numbers are compared.
  public func equal(_ other: Tensor) throws -> Bool {
    guard shape == other.shape else { return false }
    return try noGrad { try eq(other).all().item(as: Bool.self) }
  }

  /// Tests elementwise whether `|self - other| ≤ atol + rtol · |other|` (PyTorch: `torch.isclose`).
  ///
  /// An infinity is close only to itself; NaN is close to NaN if `equalNan` is true.
  public func isclose(
    _ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNan: Bool = false
  ) throws -> Tensor {
    try require(
      dtype == other.dtype, .dtype, "isclose",
      "\(dtype.scalarName) did not match \(other.dtype.scalarName); convert one with to(_:)")
    try require(
      rtol >= 0 && atol >= 0, .value, "isclose",
      "rtol and atol must be greater than or equal to zero, but got \(got: rtol) and \(got: atol)")
    return try noGrad {
      var close = try eq(other)
      if equalNan && dtype.isFloatingPoint {
        close = try close.logicalOr(isnan().logicalAnd(other.isnan()))
      }
      if rtol == 0 && atol == 0 { return close }
      // PyTorch also takes differences of integers in the default float type.
      let (a, b) =
        dtype.isFloatingPoint ? (self, other) : (try to(DType.default), try other.to(DType.default))
      let allowed = try b.abs().mul(rtol).add(atol)
      let error = try a.sub(b).abs()
      return try close.logicalOr(error.isfinite().logicalAnd(error.le(allowed)))
    }
  }

  /// Returns whether ``isclose(_:rtol:atol:equalNan:)`` holds for all elements
  /// (PyTorch: `torch.allclose`).
  public func allclose(
    _ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNan: Bool = false
  ) throws -> Bool {
    let close = try isclose(other, rtol: rtol, atol: atol, equalNan: equalNan)
    return try close.all().item(as: Bool.self)
  }
}
