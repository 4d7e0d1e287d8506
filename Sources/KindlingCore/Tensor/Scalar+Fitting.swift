/// The rules for converting a number to an element of a tensor, shared by all operations
/// (PyTorch: `c10::Scalar::to`).
extension Scalar {
  /// Returns whether `dtype` can represent this number.
  ///
  /// Fractions are truncated, and every number is a bool. Only floating-point types have infinity
  /// and NaN; their finite numbers end at the largest one. Negative integers wrap around in
  /// unsigned types, but not beyond the largest value.
  func fits(_ dtype: DType) -> Bool {
    if dtype == .bool { return true }
    if dtype.isFloatingPoint {
      let number = doubleValue
      return !number.isFinite || number.magnitude <= dtype.greatestFinite
    }
    let range = dtype.integerLimits
    switch self {
    case .bool: return true
    case .int(let i):
      return range.contains(i) || range.lowerBound == 0 && (-range.upperBound..<0).contains(i)
    case .double(let d): return d >= Double(range.lowerBound) && d < dtype.integerLimit
    }
  }

  /// Throws ``TensorError`` `.value` if `dtype` cannot represent this number.
  package func check(fits dtype: DType, _ operation: String) throws {
    if !fits(dtype) { throw overflow(dtype.cName, operation) }
  }

  /// Checks like ``check(fits:_:)`` for operations that fill `count` elements: in a single one of a
  /// 16-bit type, too large a number becomes infinite.
  func check(fills dtype: DType, count: Int, _ operation: String) throws {
    if !dtype.isHalf || count != 1 { try check(fits: dtype, operation) }
  }

  /// Returns this number, which fits `dtype`, truncated if `dtype` is an integer type.
  func truncated(for dtype: DType) -> Scalar {
    guard dtype.isInteger, case .double(let d) = self,
      let whole = Int(exactly: d.rounded(.towardZero))
    else { return self }
    return .int(whole)
  }

  /// Returns the error for this number as an element of the type named `type`.
  func overflow(_ type: String, _ operation: String) -> TensorError {
    TensorError(
      .value, operation,
      "value cannot be converted to type \(type) without overflow: \(printed)")
  }

  private var printed: String {
    switch self {
    case .bool(let b): "\(b)"
    case .int(let i): "\(i)"
    case .double(let d): "\(d)"
    }
  }
}

extension DType {
  /// The first number above the range of an integer type.
  fileprivate var integerLimit: Double {
    self == .int64 ? 0x1p63 : Double(integerLimits.upperBound) + 1
  }

  /// The C++ type of an element, as in PyTorch's messages.
  fileprivate var cName: String {
    switch self {
    case .float16: "c10::Half"
    case .bfloat16: "c10::BFloat16"
    case .float32: "float"
    case .float64: "double"
    case .int8: "int8_t"
    case .int16: "int16_t"
    case .int32: "int"
    case .int64: "int64_t"
    case .uint8: "uint8_t"
    case .bool: "bool"
    }
  }
}
