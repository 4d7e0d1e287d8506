import Synchronization

/// The type of a tensor's elements.
public enum DType: Int32, Sendable, CaseIterable {
  case float16, bfloat16, float32, float64, int8, int16, int32, int64, uint8, bool

  /// The size of one element in bytes.
  public var byteSize: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// Whether elements are floating-point numbers.
  public var isFloatingPoint: Bool { rawValue <= DType.float64.rawValue }
  /// Whether elements are integers (`bool` is not).
  public var isInteger: Bool { !isFloatingPoint && self != .bool }
  /// Whether elements are 16-bit floats, which are computed in float32.
  package var isHalf: Bool { rawValue <= DType.bfloat16.rawValue }
  /// The dtype in which elements are computed.
  package var computeType: DType { isHalf ? .float32 : self }

  /// Returns the dtype to which `self` and `other` promote (PyTorch: `torch.promote_types`).
  public func promoted(with other: DType) -> DType {
    if self == other { return self }
    switch (isFloatingPoint, other.isFloatingPoint) {
    case (true, false): return self
    case (false, true): return other
    case (true, true):
      if isHalf && other.isHalf { return .float32 }
      return rawValue > other.rawValue ? self : other
    case (false, false):
      if self == .bool { return other }
      if other == .bool { return self }
      if self == .uint8 || other == .uint8 {
        let signed = self == .uint8 ? other : self
        return signed == .int8 ? .int16 : signed
      }
      return rawValue > other.rawValue ? self : other
    }
  }

  /// The category (bool, integer, float); promotion never lowers it.
  var category: Int { self == .bool ? 0 : isInteger ? 1 : 2 }

  /// PyTorch's name in messages: `Float`, `Long`, ….
  package var scalarName: String {
    switch self {
    case .float16: "Half"
    case .bfloat16: "BFloat16"
    case .float32: "Float"
    case .float64: "Double"
    case .int8: "Char"
    case .int16: "Short"
    case .int32: "Int"
    case .int64: "Long"
    case .uint8: "Byte"
    case .bool: "Bool"
    }
  }

  /// The default dtype of new floating-point tensors (PyTorch: `torch.set_default_dtype`).
  ///
  /// Set it before other threads create tensors.
  public static var `default`: DType {
    get { DType(rawValue: defaultDType.load(ordering: .relaxed)) ?? .float32 }
    set { defaultDType.store(newValue.rawValue, ordering: .relaxed) }
  }
}

extension DType: CustomStringConvertible {
  /// PyTorch's name without its module: `float32`.
  public var description: String { "\(name)" }
  private var name: String {
    switch self {
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .float32: "float32"
    case .float64: "float64"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .bool: "bool"
    }
  }
}

/// Sets the default dtype of new floating-point tensors, ``DType/default``
/// (PyTorch: `torch.set_default_dtype`).
///
/// - Throws: ``TensorError`` `.dtype` unless `dtype` is a floating-point type.
public func setDefaultDtype(_ dtype: DType) throws {
  try require(
    dtype.isFloatingPoint, .dtype, "setDefaultDtype",
    "only floating-point types are supported as the default type, got \(got: dtype)")
  DType.default = dtype
}

private let defaultDType = Atomic(DType.float32.rawValue)
