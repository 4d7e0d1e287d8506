import CKernels

extension BinaryRule {
  static let logicalAnd = BinaryRule("logical_and", .logicalAnd, integers: .toBool)
  static let logicalOr = BinaryRule("logical_or", .logicalOr, integers: .toBool)
  static let logicalXor = BinaryRule("logical_xor", .logicalXor, integers: .toBool)
  static let bitwiseAnd = BinaryRule("bitwise_and", .bitwiseAnd)
  static let bitwiseOr = BinaryRule("bitwise_or", .bitwiseOr)
  static let bitwiseXor = BinaryRule("bitwise_xor", .bitwiseXor)
  static let shiftLeft = BinaryRule("bitwise_left_shift", .shiftLeft)
  static let shiftRight = BinaryRule("bitwise_right_shift", .shiftRight)
}

extension UnaryRule {
  static let logicalNot = UnaryRule("logical_not", .logicalNot, integers: .toBool)
  static let bitwiseNot = UnaryRule("bitwise_not", .bitwiseNot, integers: .keep)
}

/// Logical operations, which return bool; every nonzero element is true, also NaN.
extension Tensor {
  /// Computes the elementwise logical and (PyTorch: `torch.logical_and`).
  public func logicalAnd(_ other: Tensor) throws -> Tensor { try binary(.logicalAnd, other) }
  /// Computes the elementwise logical or (PyTorch: `torch.logical_or`).
  public func logicalOr(_ other: Tensor) throws -> Tensor { try binary(.logicalOr, other) }
  /// Computes the elementwise logical exclusive or (PyTorch: `torch.logical_xor`).
  public func logicalXor(_ other: Tensor) throws -> Tensor { try binary(.logicalXor, other) }
  /// Computes the elementwise logical not (PyTorch: `torch.logical_not`).
  public func logicalNot() throws -> Tensor { try unary(.logicalNot) }
}

/// Bitwise operations on integers, which are logical on bools and throw for floats.
extension Tensor {
  /// Computes the bitwise and (PyTorch: `torch.bitwise_and`).
  public func bitwiseAnd(_ other: Tensor) throws -> Tensor { try binary(.bitwiseAnd, other) }
  /// Computes the bitwise and with a number.
  public func bitwiseAnd<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.bitwiseAnd, other)
  }
  /// Computes the bitwise or (PyTorch: `torch.bitwise_or`).
  public func bitwiseOr(_ other: Tensor) throws -> Tensor { try binary(.bitwiseOr, other) }
  /// Computes the bitwise or with a number.
  public func bitwiseOr<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.bitwiseOr, other)
  }
  /// Computes the bitwise exclusive or (PyTorch: `torch.bitwise_xor`).
  public func bitwiseXor(_ other: Tensor) throws -> Tensor { try binary(.bitwiseXor, other) }
  /// Computes the bitwise exclusive or with a number.
  public func bitwiseXor<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.bitwiseXor, other)
  }
  /// Computes the bitwise complement (PyTorch: `torch.bitwise_not`).
  public func bitwiseNot() throws -> Tensor { try unary(.bitwiseNot) }
  /// Shifts the bits left by `other`; 0 if all bits are shifted out
  /// (PyTorch: `torch.bitwise_left_shift`).
  public func bitwiseLeftShift(_ other: Tensor) throws -> Tensor { try binary(.shiftLeft, other) }
  /// Shifts the bits left by a number.
  public func bitwiseLeftShift<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.shiftLeft, other)
  }
  /// Shifts the bits right by `other`, with sign extension (PyTorch: `torch.bitwise_right_shift`).
  public func bitwiseRightShift(_ other: Tensor) throws -> Tensor { try binary(.shiftRight, other) }
  /// Shifts the bits right by a number.
  public func bitwiseRightShift<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.shiftRight, other)
  }
  /// Applies ``bitwiseAnd(_:)-(Tensor)`` in place.
  @discardableResult
  public func bitwiseAnd_(_ other: Tensor) throws -> Tensor { try binary_(.bitwiseAnd, other) }
  /// Applies ``bitwiseOr(_:)-(Tensor)`` in place.
  @discardableResult
  public func bitwiseOr_(_ other: Tensor) throws -> Tensor { try binary_(.bitwiseOr, other) }
  /// Applies ``bitwiseXor(_:)-(Tensor)`` in place.
  @discardableResult
  public func bitwiseXor_(_ other: Tensor) throws -> Tensor { try binary_(.bitwiseXor, other) }
  /// Applies ``logicalNot()`` in place.
  @discardableResult
  public func logicalNot_() throws -> Tensor {
    try overwrite("logicalNot_", recording: false) { try $0.logicalNot() }
  }
}
