/// One number, with the category that type promotion asks for.
public enum Scalar: Sendable, Hashable {
  case bool(Bool)
  case int(Int)
  case double(Double)

  /// The number as a `Double` (`true` is 1).
  public var doubleValue: Double {
    switch self {
    case .bool(let b): b ? 1 : 0
    case .int(let i): Double(i)
    case .double(let d): d
    }
  }

  /// The dtype a tensor made of this number alone has.
  public var dtype: DType {
    switch self {
    case .bool: .bool
    case .int: .int64
    case .double: .default
    }
  }
}

/// A Swift type that can be one element of a tensor.
public protocol TensorScalar: TensorNestable where Leaf == Self {
  /// The dtype whose elements have this type's layout.
  static var dtype: DType { get }
  /// The value as a ``Scalar``.
  var scalar: Scalar { get }
  /// The value nearest to `scalar`, or nil where it does not fit (as in `Int8(exactly:)`).
  init?(scalar: Scalar)
}

extension Int: TensorScalar {
  public static var dtype: DType { .int64 }
  public var scalar: Scalar { .int(self) }
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
  public var scalar: Scalar { .int(Int(self)) }
  public init?(scalar: Scalar) {
    guard let i = Int(scalar: scalar), let v = Self(exactly: i) else { return nil }
    self = v
  }
}
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension Int16: TensorScalar { public static var dtype: DType { .int16 } }
extension Int8: TensorScalar { public static var dtype: DType { .int8 } }
extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }

extension TensorScalar where Self: BinaryFloatingPoint {
  public var scalar: Scalar { .double(Double(self)) }
  public init?(scalar: Scalar) { self = Self(scalar.doubleValue) }
}
extension Double: TensorScalar { public static var dtype: DType { .float64 } }
extension Float: TensorScalar { public static var dtype: DType { .float32 } }
#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
extension Float16: TensorScalar { public static var dtype: DType { .float16 } }
#endif

extension Bool: TensorScalar {
  public static var dtype: DType { .bool }
  public var scalar: Scalar { .bool(self) }
  public init?(scalar: Scalar) {
    switch scalar {
    case .bool(let b): self = b
    case .int(let i): self = i != 0
    case .double(let d): self = d != 0
    }
  }
}

extension Scalar: TensorScalar {
  public static var dtype: DType { .float64 }
  public var scalar: Scalar { self }
  public init?(scalar: Scalar) { self = scalar }
}
