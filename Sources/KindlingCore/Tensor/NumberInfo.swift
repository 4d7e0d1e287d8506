/// The limits of a floating-point dtype (PyTorch: `torch.finfo`).
public struct FloatInfo: Sendable, Hashable {
  /// The dtype.
  public let dtype: DType
  /// The number of bits of one element.
  public let bits: Int
  /// The distance from 1 to the next larger number.
  public let eps: Double
  /// The largest finite number.
  public let max: Double
  /// The smallest finite number, `-max`.
  public let min: Double
  /// The smallest positive normal number.
  public let smallestNormal: Double
  /// The smallest positive normal number, the older name of ``smallestNormal``.
  public var tiny: Double { smallestNormal }
  /// The decimal resolution: a power of ten up to which digits are accurate.
  public let resolution: Double
}

/// The limits of an integer dtype (PyTorch: `torch.iinfo`).
public struct IntegerInfo: Sendable, Hashable {
  /// The dtype.
  public let dtype: DType
  /// The number of bits of one element.
  public let bits: Int
  /// The largest number.
  public let max: Int
  /// The smallest number.
  public let min: Int
}

/// Returns the limits of a floating-point dtype, by default the default dtype
/// (PyTorch: `torch.finfo`).
///
/// - Throws: ``TensorError`` `.dtype` for integers and bool.
public func finfo(_ dtype: DType? = nil) throws -> FloatInfo {
  let dtype = dtype ?? .default
  try require(
    dtype.isFloatingPoint, .dtype, "finfo",
    "requires a floating point input type, got \(got: dtype); use iinfo")
  let (smallest, resolution) =
    switch dtype {
    case .float16: (0x1p-14, 1e-3)
    case .bfloat16: (0x1p-126, 1e-2)
    case .float64: (0x1p-1022, 1e-15)
    default: (0x1p-126, 1e-6)
    }
  return FloatInfo(
    dtype: dtype, bits: 8 * dtype.byteSize, eps: dtype.epsilon, max: dtype.greatestFinite,
    min: -dtype.greatestFinite, smallestNormal: smallest, resolution: resolution)
}

/// Returns the limits of an integer dtype (PyTorch: `torch.iinfo`).
///
/// - Throws: ``TensorError`` `.dtype` for floating-point types and bool.
public func iinfo(_ dtype: DType) throws -> IntegerInfo {
  try require(
    dtype.isInteger, .dtype, "iinfo",
    "requires an integer input type, got \(got: dtype)\(dtype.isFloatingPoint ? "; use finfo" : "")"
  )
  return IntegerInfo(
    dtype: dtype, bits: 8 * dtype.byteSize, max: dtype.integerLimits.upperBound,
    min: dtype.integerLimits.lowerBound)
}

extension DType {
  /// The distance from 1 to the next larger number of a floating-point dtype.
  package var epsilon: Double {
    switch self {
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    case .float64: 0x1p-52
    default: 0x1p-23
    }
  }

  /// The largest finite number of a floating-point dtype.
  package var greatestFinite: Double {
    switch self {
    case .float16: 65504
    case .bfloat16: 0x1.fep127
    case .float64: .greatestFiniteMagnitude
    default: Double(Float.greatestFiniteMagnitude)
    }
  }

  /// The integers that the dtype represents exactly; for floats, the nonnegative ones.
  var integerLimits: ClosedRange<Int> {
    switch self {
    case .bool: 0...1
    case .uint8: 0...255
    case .int8: -128...127
    case .int16: Int(Int16.min)...Int(Int16.max)
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .int64: Int.min...Int.max
    default: 0...(1 << digits)
    }
  }

  /// The number of bits of a float's significand, including the implicit one.
  var digits: Int { 1 - epsilon.exponent }
}
