/// Reductions over unmasked elements.
///
/// If `dims` is nil or empty, all dimensions are reduced; `dtype` is the dtype of the result. All
/// throw ``TensorError`` for a mask that does not broadcast to its tensor.
extension Masked {
  /// Computes the sum; integers and bools sum in int64 (PyTorch: `torch.masked.sum`).
  public static func sum(
    _ x: Tensor, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .zero, "masked.sum")
      .sum(dims: dims ?? [], keepdim: keepdim, dtype: dtype ?? accumulating(x.dtype))
  }

  /// Computes the product; integers and bools multiply in int64 (PyTorch: `torch.masked.prod`).
  ///
  /// An empty list of dimensions reduces none.
  public static func prod(
    _ x: Tensor, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    let type = try x.accumulationType(dtype, "masked.prod")
    var y = try fill(x, mask, .one, "masked.prod").to(type)
    let reduced = dims == [] ? [] : try Layout.wrap(dims, x.ndim, "masked.prod")
    for d in reduced.sorted(by: >) {
      y = try y.prod(dim: d, keepdim: keepdim, dtype: y.dtype)
    }
    return y
  }

  /// Computes the maximum; equal elements share the gradient (PyTorch: `torch.masked.amax`).
  ///
  /// If all elements are masked out, the result is −∞, or the smallest integer.
  public static func amax(
    _ x: Tensor, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .lowest, "masked.amax").amax(dims: dims, keepdim: keepdim)
      .to(dtype ?? x.dtype)
  }

  /// Computes the minimum; equal elements share the gradient (PyTorch: `torch.masked.amin`).
  ///
  /// If all elements are masked out, the result is ∞, or the largest integer.
  public static func amin(
    _ x: Tensor, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .highest, "masked.amin").amin(dims: dims, keepdim: keepdim)
      .to(dtype ?? x.dtype)
  }

  /// Returns the index of the first maximum along `dim`, or in the flattened tensor if nil
  /// (PyTorch: `torch.masked.argmax`).
  ///
  /// The indices have the dtype of `x`.
  public static func argmax(
    _ x: Tensor, dim: Int? = nil, keepdim: Bool = false, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .lowest, "masked.argmax").argmax(dim: dim, keepdim: keepdim)
      .to(dtype ?? x.dtype)
  }

  /// Returns the index of the first minimum along `dim`, or in the flattened tensor if nil
  /// (PyTorch: `torch.masked.argmin`).
  ///
  /// The indices have the dtype of `x`.
  public static func argmin(
    _ x: Tensor, dim: Int? = nil, keepdim: Bool = false, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, .highest, "masked.argmin").argmin(dim: dim, keepdim: keepdim)
      .to(dtype ?? x.dtype)
  }

  /// Computes the mean; NaN if all elements are masked out (PyTorch: `torch.masked.mean`).
  public static func mean(
    _ x: Tensor, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    let total = try sum(x, dims: dims, keepdim: keepdim, dtype: dtype ?? x.dtype, mask: mask)
    return try total / count(x, mask, dims, keepdim, "masked.mean")
  }

  /// Computes the lower median over one dimension; NaN if all elements are masked out
  /// (PyTorch: `torch.masked.median`).
  ///
  /// - Throws: ``TensorError`` `.value` if all elements are masked out and the dtype has no NaN.
  public static func median(
    _ x: Tensor, dim: Int = -1, keepdim: Bool = false, dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    let wide = x.dtype.isFloatingPoint ? x : try x.to(.float32)
    let y = try fill(wide, mask, .nan, "masked.median").nanmedian(dim: dim, keepdim: keepdim).values
    if x.dtype.isFloatingPoint { return y }
    try require(
      noGrad({ try !y.isnan().any().item(as: Bool.self) }), .value, "masked.median",
      "masked median expects no fully masked out rows if dtype is not floating point")
    return try y.to(dtype ?? x.dtype)
  }

  /// Computes the p-norm (PyTorch: `torch.masked.norm`).
  public static func norm(
    _ x: Tensor, _ p: Double = 2, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    try fill(x, mask, p == -.infinity ? .highest : .zero, "masked.norm")
      .norm(p: p, dims: dims, keepdim: keepdim, dtype: dtype ?? x.dtype)
  }

  /// Computes the variance; integers and bools are converted to float32
  /// (PyTorch: `torch.masked.var`).
  ///
  /// The divisor is the number of elements minus `correction`, but at least 0.
  public static func `var`(
    _ x: Tensor, dims: [Int]? = nil, correction: Double = 1, keepdim: Bool = false,
    dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    let type = dtype ?? (x.dtype.isFloatingPoint ? x.dtype : .float32)
    let computed = type.isFloatingPoint ? type : .float32
    let counts = try count(x, mask, dims, true, "masked.var")
    let mean = try sum(x, dims: dims, keepdim: true, dtype: type, mask: mask) / counts
    let squares = try x.sub(mean).square()
    let total = try sum(squares, dims: dims, keepdim: keepdim, dtype: computed, mask: mask)
    let freedom = try counts.to(computed).sub(correction).clamp(min: 0)
    return try (total / freedom.reshape(total.shape)).to(type)
  }

  /// Computes the standard deviation, the root of ``var(_:dims:correction:keepdim:dtype:mask:)``
  /// (PyTorch: `torch.masked.std`).
  public static func std(
    _ x: Tensor, dims: [Int]? = nil, correction: Double = 1, keepdim: Bool = false,
    dtype: DType? = nil, mask: Tensor? = nil
  ) throws -> Tensor {
    try self.var(x, dims: dims, correction: correction, keepdim: keepdim, dtype: dtype, mask: mask)
      .sqrt()
  }

  /// Computes `log Σ exp(x)`; −∞ if all elements are masked out
  /// (PyTorch: `torch.masked.logsumexp`).
  public static func logsumexp(
    _ x: Tensor, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil,
    mask: Tensor? = nil
  ) throws -> Tensor {
    let dims = try Layout.wrap(dims, x.ndim, "masked.logsumexp")
    return try fill(x, mask, .lowest, "masked.logsumexp").logsumexp(dims: dims, keepdim: keepdim)
      .to(dtype ?? x.dtype)
  }

  /// Counts the unmasked elements.
  private static func count(
    _ x: Tensor, _ mask: Tensor?, _ dims: [Int]?, _ keepdim: Bool, _ operation: String
  ) throws -> Tensor {
    let part =
      try mask.map { try expanded($0, x, operation) }
      ?? Tensor.ones(x.shape, dtype: .bool, device: x.device)
    return try part.sum(dims: dims, keepdim: keepdim)
  }
}
