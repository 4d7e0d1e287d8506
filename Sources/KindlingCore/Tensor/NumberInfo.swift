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
  guard dtype.isFloatingPoint else {
    throw TensorError(
      .dtype, "finfo", "requires a floating point input type, got \(dtype); use iinfo")
  }
  let (eps, smallest, resolution) =
    switch dtype {
    case .float16: (0x1p-10, 0x1p-14, 1e-3)
    case .bfloat16: (0x1p-7, 0x1p-126, 1e-2)
    case .float64: (0x1p-52, 0x1p-1022, 1e-15)
    default: (0x1p-23, 0x1p-126, 1e-6)
    }
  return FloatInfo(
    dtype: dtype, bits: 8 * dtype.byteSize, eps: eps, max: dtype.greatestFinite,
    min: -dtype.greatestFinite, smallestNormal: smallest, resolution: resolution)
}

/// Returns the limits of an integer dtype (PyTorch: `torch.iinfo`).
///
/// - Throws: ``TensorError`` `.dtype` for floating-point types and bool.
public func iinfo(_ dtype: DType) throws -> IntegerInfo {
  guard dtype.isInteger else {
    throw TensorError(
      .dtype, "iinfo",
      "requires an integer input type, got \(dtype)\(dtype.isFloatingPoint ? "; use finfo" : "")")
  }
  return IntegerInfo(
    dtype: dtype, bits: 8 * dtype.byteSize, max: dtype.integerLimits.upperBound,
    min: dtype.integerLimits.lowerBound)
}
