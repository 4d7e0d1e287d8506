/// Operations that keep the shape.
///
/// Masked-out elements count as the identity, which determines the values at their positions in the
/// result.
extension Masked {
  /// Computes the cumulative sum along `dim` (PyTorch: `torch.masked.cumsum`).
  public static func cumsum(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .zero, "masked.cumsum").cumsum(dim: dim, dtype: dtype ?? x.dtype)
  }

  /// Computes the cumulative product along `dim` (PyTorch: `torch.masked.cumprod`).
  public static func cumprod(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .one, "masked.cumprod").cumprod(dim: dim, dtype: dtype ?? x.dtype)
  }

  /// Computes the softmax along `dim`: 0 for masked-out elements, NaN if all are masked out
  /// (PyTorch: `torch.masked.softmax`).
  public static func softmax(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .lowest, "masked.softmax").softmax(dim: dim, dtype: dtype)
  }

  /// Returns the logarithm of ``softmax(_:dim:dtype:mask:)`` (PyTorch: `torch.masked.log_softmax`).
  public static func logSoftmax(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .lowest, "masked.log_softmax").logSoftmax(dim: dim, dtype: dtype)
  }

  /// Returns the softmax of `−x` along `dim` (PyTorch: `torch.masked.softmin`).
  public static func softmin(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .highest, "masked.softmin").neg().softmax(dim: dim, dtype: dtype)
  }

  /// Computes `x / max(‖x‖, eps)` along `dim` (PyTorch: `torch.masked.normalize`).
  public static func normalize(
    _ x: Tensor, _ p: Double, dim: Int, eps: Double = 1e-12, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    let size = try norm(x, p, dims: [dim], keepdim: true, dtype: dtype, mask: mask)
    let floor = try Tensor.full([], eps, dtype: size.dtype, device: size.device)
    return try fill(x, mask, .zero, "masked.normalize") / size.maximum(floor)
  }

  /// Computes `log(exp(a) + exp(b))`, each with its own mask (PyTorch: `torch.masked.logaddexp`).
  public static func logaddexp(
    _ a: Tensor, _ b: Tensor, dtype: DType? = nil, inputMask: Tensor? = nil,
    otherMask: Tensor? = nil
  ) throws -> Tensor {
    try fill(a, inputMask, .lowest, "masked.logaddexp")
      .logaddexp(fill(b, otherMask, .lowest, "masked.logaddexp")).to(dtype ?? a.dtype)
  }
}
