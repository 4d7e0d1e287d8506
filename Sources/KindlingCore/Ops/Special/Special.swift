/// Functions of mathematical physics and statistics (PyTorch: `torch.special`).
///
/// Those that PyTorch also has on tensors are methods of ``Tensor`` alone: `erf`, `lgamma`, `i0`,
/// `polygamma`, …. Integers and bools are taken in the default float type.
public enum Special {}

extension Tensor {
  /// Applies a rule that PyTorch has no 16-bit form of.
  func precise(_ rule: UnaryRule) throws -> Tensor {
    try Tensor.refuseHalf(dtype, rule.name)
    return try unary(rule)
  }

  /// Applies a rule that PyTorch has no 16-bit form of.
  static func precise(_ rule: BinaryRule, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try refuseHalf(resultType(a, b), rule.name)
    return try binary(rule, a, b)
  }

  private static func refuseHalf(_ dtype: DType, _ name: String) throws {
    guard !dtype.isHalf else {
      throw TensorError(
        .dtype, name,
        "\"\(name)_cpu\" not implemented for '\(dtype.scalarName)'; convert with to(.float32)")
    }
  }
}
