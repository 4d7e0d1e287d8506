public import KindlingCore

extension Init {
  /// Fills with a (semi-)orthogonal matrix times `gain` (PyTorch: `init.orthogonal_`; Saxe et al.,
  /// arXiv:1312.6120).
  ///
  /// Rows or columns, whichever are fewer, are orthonormal. Dimensions after the first are
  /// flattened.
  ///
  /// - Throws: `TensorError` for fewer than two dimensions, for dtypes other than float32 and
  ///   float64, and if LAPACK is not installed.
  @discardableResult
  public static func orthogonal_(
    _ tensor: Tensor, gain: Double = 1, generator: Generator? = nil
  ) throws -> Tensor {
    try require(
      tensor.ndim >= 2, .shape, "orthogonal_",
      "Only tensors with 2 or more dimensions are supported, but got shape \(got: tensor.shape)")
    if tensor.numel == 0 { return tensor }
    return try noGrad {
      let rows = tensor.shape[0], columns = tensor.numel / rows
      let drawn = try Tensor.empty([rows, columns], dtype: tensor.dtype, device: tensor.device)
        .normal_(0, 1, generator: generator)
      let isWide = rows < columns
      let (q, r) = try Linalg.qr(isWide ? drawn.transpose(0, 1) : drawn)
      // With R's diagonal made positive, the matrix is uniformly distributed (Mezzadri,
      // math-ph/0609050).
      let even = try q * r.diagonal().sign()
      try tensor.copy_((isWide ? even.transpose(0, 1) : even).reshape(tensor.shape))
      return try tensor.mul_(gain)
    }
  }
}
