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
    try require(
      type.isFloatingPoint, .dtype, "cosine_similarity",
      "expected common dtype to be floating point, yet common dtype is \(type.scalarName)")
    try require(eps >= 0, .value, "cosine_similarity", "eps must be non-negative, got: \(got: eps)")
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
    try x.pdist(p: p)
  }
}
