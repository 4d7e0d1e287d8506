import CKernels

// What the lists of operations (operations.h) say of each.

extension UnaryOp {
  /// PyTorch's name, for messages.
  var name: String { String(cString: kk_unary_name(self)) }
  /// Whether the result is bool.
  var isCondition: Bool { kk_unary_is_condition(self) }
}

extension BinaryOp {
  /// PyTorch's name, for messages.
  var name: String { String(cString: kk_binary_name(self)) }
  /// Whether the result is bool.
  var isCondition: Bool { kk_binary_is_condition(self) }
}

extension TernaryOp {
  /// PyTorch's name, for messages.
  var name: String { String(cString: kk_ternary_name(self)) }
}

extension ReduceOp {
  /// PyTorch's name, for messages.
  var name: String { String(cString: kk_reduce_name(self)) }
}
