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

/// Logic on truth values: whatever is not zero is true (NaN too). Results are bool.
extension Tensor {
  /// Where both are true (PyTorch: `torch.logical_and`).
  public func logicalAnd(_ other: Tensor) throws -> Tensor { try binary(.logicalAnd, other) }
  /// Where one or both are true (PyTorch: `torch.logical_or`).
  public func logicalOr(_ other: Tensor) throws -> Tensor { try binary(.logicalOr, other) }
  /// Where exactly one is true (PyTorch: `torch.logical_xor`).
  public func logicalXor(_ other: Tensor) throws -> Tensor { try binary(.logicalXor, other) }
  /// Where this tensor is zero (PyTorch: `torch.logical_not`).
  public func logicalNot() throws -> Tensor { try unary(.logicalNot) }
}

/// Operations on the bits of integers; on bools they are logic. Floats throw.
extension Tensor {
  /// The bits that both have (PyTorch: `torch.bitwise_and`).
  public func bitwiseAnd(_ other: Tensor) throws -> Tensor { try binary(.bitwiseAnd, other) }
  /// The bits shared with a number.
  public func bitwiseAnd<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.bitwiseAnd, other)
  }
  /// The bits that either has (PyTorch: `torch.bitwise_or`).
  public func bitwiseOr(_ other: Tensor) throws -> Tensor { try binary(.bitwiseOr, other) }
  /// The bits of this tensor or a number.
  public func bitwiseOr<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.bitwiseOr, other)
  }
  /// The bits that exactly one has (PyTorch: `torch.bitwise_xor`).
  public func bitwiseXor(_ other: Tensor) throws -> Tensor { try binary(.bitwiseXor, other) }
  /// The bits that differ from a number's.
  public func bitwiseXor<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.bitwiseXor, other)
  }
  /// The complement (PyTorch: `torch.bitwise_not`).
  public func bitwiseNot() throws -> Tensor { try unary(.bitwiseNot) }
  /// The bits moved up by `other` places; 0 where that is all of them
  /// (PyTorch: `torch.bitwise_left_shift`).
  public func bitwiseLeftShift(_ other: Tensor) throws -> Tensor { try binary(.shiftLeft, other) }
  /// The bits moved up by a number of places.
  public func bitwiseLeftShift<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.shiftLeft, other)
  }
  /// The bits moved down by `other` places, copies of the sign moving in
  /// (PyTorch: `torch.bitwise_right_shift`).
  public func bitwiseRightShift(_ other: Tensor) throws -> Tensor { try binary(.shiftRight, other) }
  /// The bits moved down by a number of places.
  public func bitwiseRightShift<S: TensorScalar>(_ other: S) throws -> Tensor {
    try binary(.shiftRight, other)
  }
  /// ``bitwiseAnd(_:)-(Tensor)`` in place.
  @discardableResult
  public func bitwiseAnd_(_ other: Tensor) throws -> Tensor { try binary_(.bitwiseAnd, other) }
  /// ``bitwiseOr(_:)-(Tensor)`` in place.
  @discardableResult
  public func bitwiseOr_(_ other: Tensor) throws -> Tensor { try binary_(.bitwiseOr, other) }
  /// ``bitwiseXor(_:)-(Tensor)`` in place.
  @discardableResult
  public func bitwiseXor_(_ other: Tensor) throws -> Tensor { try binary_(.bitwiseXor, other) }
  /// ``logicalNot()`` in place.
  @discardableResult
  public func logicalNot_() throws -> Tensor {
    try overwrite("logicalNot_", recording: false) { try $0.logicalNot() }
  }
}
