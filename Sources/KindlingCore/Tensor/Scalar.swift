/// A number with its category for type promotion.
public enum Scalar: Sendable, Hashable {
  /// A Boolean value, of the lowest category.
  case bool(Bool)
  /// An integer.
  case int(Int)
  /// A floating-point number, of the highest category.
  case double(Double)

  /// The number as a `Double` (`true` is 1).
  public var doubleValue: Double {
    switch self {
    case .bool(let b): b ? 1 : 0
    case .int(let i): Double(i)
    case .double(let d): d
    }
  }

  /// The dtype of a tensor created from this number.
  public var dtype: DType {
    switch self {
    case .bool: .bool
    case .int: .int64
    case .double: .default
    }
  }
}

/// A Swift type that can be an element of a tensor.
public protocol TensorScalar: TensorNestable where Leaf == Self {
  /// The dtype whose elements have the layout of this type.
  static var dtype: DType { get }
  /// The value as a ``Scalar``.
  var scalar: Scalar { get }
  /// Creates the value nearest to `scalar`, or nil if it does not fit (as in `Int8(exactly:)`).
  init?(scalar: Scalar)
}

extension Int: TensorScalar {
  /// The dtype ``DType/int64``.
  public static var dtype: DType { .int64 }
  /// This integer.
  public var scalar: Scalar { .int(self) }
  /// Creates the integer equal to `scalar`, or nil for a fraction or a number out of range.
  public init?(scalar: Scalar) {
    switch scalar {
    case .bool(let b): self = b ? 1 : 0
    case .int(let i): self = i
    case .double(let d):
      guard let i = Int(exactly: d) else { return nil }
      self = i
    }
  }
}

extension TensorScalar where Self: FixedWidthInteger {
  /// This integer.
  public var scalar: Scalar { .int(Int(self)) }
  /// Creates the integer equal to `scalar`, or nil for a fraction or a number out of range.
  public init?(scalar: Scalar) {
    guard let i = Int(scalar: scalar), let v = Self(exactly: i) else { return nil }
    self = v
  }
}
extension Int64: TensorScalar {
  /// The dtype ``DType/int64``.
  public static var dtype: DType { .int64 }
}
extension Int32: TensorScalar {
  /// The dtype ``DType/int32``.
  public static var dtype: DType { .int32 }
}
extension Int16: TensorScalar {
  /// The dtype ``DType/int16``.
  public static var dtype: DType { .int16 }
}
extension Int8: TensorScalar {
  /// The dtype ``DType/int8``.
  public static var dtype: DType { .int8 }
}
extension UInt8: TensorScalar {
  /// The dtype ``DType/uint8``.
  public static var dtype: DType { .uint8 }
}

extension TensorScalar where Self: BinaryFloatingPoint {
  /// This number, exactly.
  public var scalar: Scalar { .double(Double(self)) }
  /// Creates the number of this type that is nearest to `scalar`.
  public init?(scalar: Scalar) { self = Self(scalar.doubleValue) }
}
extension Double: TensorScalar {
  /// The dtype ``DType/float64``.
  public static var dtype: DType { .float64 }
}
extension Float: TensorScalar {
  /// The dtype ``DType/float32``.
  public static var dtype: DType { .float32 }
}
#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
  extension Float16: TensorScalar {
    /// The dtype ``DType/float16``.
    public static var dtype: DType { .float16 }
  }
#endif

extension Bool: TensorScalar {
  /// The dtype ``DType/bool``.
  public static var dtype: DType { .bool }
  /// This Boolean value.
  public var scalar: Scalar { .bool(self) }
  /// Creates true if `scalar` is not 0.
  public init?(scalar: Scalar) {
    switch scalar {
    case .bool(let b): self = b
    case .int(let i): self = i != 0
    case .double(let d): self = d != 0
    }
  }
}

extension Scalar: TensorScalar {
  /// The dtype ``DType/float64``.
  public static var dtype: DType { .float64 }
  /// This number.
  public var scalar: Scalar { self }
  /// Creates a copy of `scalar`.
  public init?(scalar: Scalar) { self = scalar }
}
