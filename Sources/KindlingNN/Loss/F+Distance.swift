public import KindlingCore

/// Distances and angles between vectors.
extension F {
  /// Computes the cosine similarity of vectors along `dim` (PyTorch: `F.cosine_similarity`).
  ///
  /// Norms smaller than `eps` are replaced by `eps`.
  public static func cosineSimilarity(
    _ x1: Tensor, _ x2: Tensor, dim: Int = 1, eps: Double = 1e-8
  ) throws -> Tensor {
    let type = Tensor.resultType(x1, x2)
    guard type.isFloatingPoint else {
      throw TensorError(
        .dtype, "cosine_similarity",
        "expected common dtype to be floating point, yet common dtype is \(type.scalarName)")
    }
    guard eps >= 0 else {
      throw TensorError(
        .value, "cosine_similarity", "eps must be non-negative, got: \(eps)")
    }
    let shape = try Layout.broadcast(x1.shape, x2.shape, "cosine_similarity")
    func unit(_ x: Tensor) throws -> Tensor {
      let x = try x.to(type).expand(shape)
      let norm = try x.norm(dim: dim, keepdim: true).clone()
      try noGrad { _ = try norm.clamp_(min: eps) }
      return try x.div(norm)
    }
    return try unit(x1).mul(unit(x2)).sum(dim: dim)
  }

  /// Computes the p-norm of `x1 − x2 + eps` over the last dimension
  /// (PyTorch: `F.pairwise_distance`).
  public static func pairwiseDistance(
    _ x1: Tensor, _ x2: Tensor, p: Double = 2, eps: Double = 1e-6, keepdim: Bool = false
  ) throws -> Tensor {
    let rank = max(x1.ndim, x2.ndim)
    return try x1.sub(x2).add(eps).norm("NormBackward1", p, [rank - 1], keepdim)
  }

  /// Computes the p-norm distances between all pairs of rows, in order (PyTorch: `F.pdist`).
  ///
  /// - Shape: `[N, D]` → `[N(N − 1)/2]`.
  public static func pdist(_ x: Tensor, p: Double = 2) throws -> Tensor {
    guard x.ndim == 2 else {
      throw TensorError(.shape, "pdist", "pdist only supports 2D tensors, got: \(x.ndim)D")
    }
    guard x.dtype == .float32 || x.dtype == .float64 else {
      throw TensorError(.dtype, "pdist", "pdist only supports floating-point dtypes")
    }
    guard p >= 0 else {
      throw TensorError(.value, "pdist", "pdist only supports non-negative p values")
    }
    let n = x.shape[0], columns = x.shape[1]
    _ = try Layout.checkedCount([n, n, max(columns, 1)], x.dtype, "pdist")
    if n < 2 || columns == 0 {
      let shape = x.shape
      return try Tensor.zeros([n < 2 ? 0 : n * (n - 1) / 2], dtype: x.dtype, device: x.device)
        .recorded(
          "PdistBackward0",
          Input(x, saving: x) { g, s in
            try Tensor.zeros(shape, dtype: g.dtype, device: g.device)
              .flat(in: s[0], "PdistBackwardBackward0")
          }, savingOutput: true)
    }
    let pairs = try Tensor.triuIndices(n, n, offset: 1, device: x.device)
    return try Composed.record("PdistBackward0", [x, pairs], savingOutput: true) { s in
      let apart = try s[0].indexSelect(0, s[1].select(0, 0))
        .sub(s[0].indexSelect(0, s[1].select(0, 1)))
      switch p {
      case 1:
        // Unlike the gradient of a norm, this gradient is NaN if a difference is NaN.
        let sign = try noGrad { try Tensor.where(apart.isnan(), apart, apart.sgn()) }
        return try (apart * sign).sum(dim: 1)
      case .infinity: return try chebyshevNorm(apart)
      default: return try apart.norm(p: p, dim: 1)
      }
    }
  }

  /// Returns the maximum absolute value of each row.
  ///
  /// Each element that attains it gets the whole gradient, as in PyTorch.
  private static func chebyshevNorm(_ x: Tensor) throws -> Tensor {
    try noGrad { try x.abs().amax(dim: 1) }.recorded(
      "PdistBackward0",
      Input(x, saving: x) { g, s in
        let gap = try (s[0].abs() - s.output.unsqueeze(1)).abs().ceil().clamp(max: 1)
        return try g.unsqueeze(1) * s[0].sign() * (1 - gap)
      }, savingOutput: true)
  }
}
