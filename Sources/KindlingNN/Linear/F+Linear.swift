public import KindlingCore

extension F {
  /// Computes `x · weightᵀ + bias` (PyTorch: `F.linear`).
  ///
  /// - Shape: `x` `[*, in]`, `weight` `[out, in]` (or `[in]`), `bias` `[out]` → `[*, out]`.
  /// - Throws: `TensorError` `.shape` if the sizes `in` differ, `.dtype` if the dtypes differ.
  public static func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
    try x.linear(weight, bias)
  }

  /// Computes `x1ᵀ · weight[o] · x2 + bias[o]` for each output `o` (PyTorch: `F.bilinear`).
  ///
  /// - Shape: `x1` `[*, in1]`, `x2` `[*, in2]`, `weight` `[out, in1, in2]`, `bias` `[out]` →
  ///   `[*, out]`.
  public static func bilinear(
    _ x1: Tensor, _ x2: Tensor, _ weight: Tensor, _ bias: Tensor? = nil
  ) throws -> Tensor {
    try x1.bilinear(x2, weight, bias)
  }
}
