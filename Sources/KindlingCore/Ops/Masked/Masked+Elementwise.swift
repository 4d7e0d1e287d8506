/// Operations that keep the shape. Elements that take no part count as the identity, and what
/// stands in their place in the result follows from that.
extension Masked {
  /// Running sums along `dim` (PyTorch: `torch.masked.cumsum`).
  public static func cumsum(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .zero, "masked.cumsum").cumsum(dim: dim, dtype: dtype ?? x.dtype)
  }

  /// Running products along `dim` (PyTorch: `torch.masked.cumprod`).
  public static func cumprod(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .one, "masked.cumprod").cumprod(dim: dim, dtype: dtype ?? x.dtype)
  }

  /// The softmax along `dim`: 0 for what takes no part, NaN where nothing does
  /// (PyTorch: `torch.masked.softmax`).
  public static func softmax(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .lowest, "masked.softmax").softmax(dim: dim, dtype: dtype)
  }

  /// The logarithm of ``softmax(_:dim:dtype:mask:)`` (PyTorch: `torch.masked.log_softmax`).
  public static func logSoftmax(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .lowest, "masked.log_softmax").logSoftmax(dim: dim, dtype: dtype)
  }

  /// The softmax of `−x` along `dim` (PyTorch: `torch.masked.softmin`).
  public static func softmin(
    _ x: Tensor, dim: Int, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .highest, "masked.softmin").neg().softmax(dim: dim, dtype: dtype)
  }

  /// `x / max(‖x‖, eps)` along `dim` (PyTorch: `torch.masked.normalize`).
  public static func normalize(
    _ x: Tensor, _ p: Double, dim: Int, eps: Double = 1e-12, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    let size = try norm(x, p, dims: [dim], keepdim: true, dtype: dtype, mask: mask)
    let floor = try Tensor.full([], eps, dtype: size.dtype, device: size.device)
    return try fill(x, mask, .zero, "masked.normalize") / size.maximum(floor)
  }

  /// `log(exp(a) + exp(b))`, each with its own mask (PyTorch: `torch.masked.logaddexp`).
  public static func logaddexp(
    _ a: Tensor, _ b: Tensor, dtype: DType? = nil, inputMask: Tensor? = nil,
    otherMask: Tensor? = nil
  ) throws -> Tensor {
    try fill(a, inputMask, .lowest, "masked.logaddexp")
      .logaddexp(fill(b, otherMask, .lowest, "masked.logaddexp")).to(dtype ?? a.dtype)
  }
}
