/// Special functions of mathematics and statistics (PyTorch: `torch.special`).
///
/// Functions that PyTorch also has on tensors are only methods of ``Tensor``: `erf`, `lgamma`,
/// `i0`, `polygamma`, …. Integers and bools are converted to the default float type.
public enum Special {}

extension Tensor {
  /// Applies a rule for which PyTorch has no 16-bit form.
  func precise(_ rule: UnaryRule) throws -> Tensor {
    try Tensor.refuseHalf(dtype, rule.name)
    return try unary(rule)
  }

  /// Applies a rule for which PyTorch has no 16-bit form.
  static func precise(_ rule: BinaryRule, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try refuseHalf(resultType(a, b), rule.name)
    return try binary(rule, a, b)
  }

  private static func refuseHalf(_ dtype: DType, _ name: String) throws {
    try require(
      !dtype.isHalf, .dtype, name,
      "\"\(name)_cpu\" not implemented for '\(dtype.scalarName)'; convert with to(.float32)")
  }
}
