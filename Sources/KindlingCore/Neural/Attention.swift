extension Tensor {
  /// Computes `softmax(q · kᵀ · scale + mask) · v` with this tensor as the queries `q`.
  package func attention(
    _ key: Tensor, _ value: Tensor, mask: Tensor?, dropout rate: Double, isCausal: Bool,
    scale: Double?, enableGQA: Bool
  ) throws -> Tensor {
    let name = "scaled_dot_product_attention"
    try require(
      ndim >= 2 && key.ndim >= 2 && value.ndim >= 2, .shape, name,
      "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: \(got: ndim) key.dim: \(got: key.ndim) and value.dim: \(got: value.ndim) instead."
    )
    try require(
      dtype == key.dtype && dtype == value.dtype && dtype.isFloatingPoint, .dtype, name,
      "Expected query, key, and value to have the same dtype, but got query.dtype: \(got: dtype) key.dtype: \(got: key.dtype) and value.dtype: \(got: value.dtype) instead."
    )
    try require(
      mask == nil || !isCausal, .value, name,
      "Explicit attn_mask should not be set when is_causal=True")
    if let mask, mask.dtype != .bool && mask.dtype != dtype {
      throw TensorError(
        .dtype, name,
        "Expected attn_mask dtype to be bool or to match query dtype, but got attn_mask.dtype: \(got: mask.dtype) and query.dtype: \(got: dtype) instead."
      )
    }
    try require(
      (0...1).contains(rate), .value, name,
      "dropout probability has to be between 0 and 1, but got \(got: rate)")
    var inputs = [self, key, value]
    if enableGQA { inputs = try Tensor.grouped(inputs, name) }
    let size = shape[ndim - 1]
    let factor = (scale ?? 1 / Double(Swift.max(size, 1)).squareRoot()).squareRoot()
    let hasMask = mask != nil
    let type = dtype
    func attended(_ given: [Tensor]) throws -> Tensor {
      // 16-bit floats are computed in float32 and rounded once.
      let s = try given.map { $0.dtype.isHalf ? try $0.to(.float32) : $0 }
      // Both operands are scaled, as in PyTorch, to avoid overflow.
      var scores = try s[0].mul(factor).matmul(s[1].mul(factor).transpose(-2, -1))
      if isCausal {
        let sees = try Tensor.ones(
          [s[0].shape[s[0].ndim - 2], s[1].shape[s[1].ndim - 2]], dtype: .bool,
          device: s[0].device
        ).tril()
        scores = try scores.maskedFill(sees.logicalNot(), -Double.infinity)
      } else if hasMask, s[3].dtype == .bool {
        scores = try scores.maskedFill(s[3].logicalNot(), -Double.infinity)
      } else if hasMask {
        scores = try scores.add(s[3])
      }
      var weights: Tensor
      if isCausal || hasMask {
        // Queries that attend to no key get zeros. Their scores are replaced before the softmax
        // too: otherwise its NaN would spread through the backward pass.
        let blind = try scores.detach().eq(-Double.infinity).all(dim: -1, keepdim: true)
        weights = try scores.maskedFill(blind, 0).softmax(dim: -1).maskedFill(blind, 0)
      } else {
        weights = try scores.softmax(dim: -1)
      }
      if rate > 0, weights.numel > 0 {
        weights = try weights.mul(noGrad { try weights.dropoutNoise(rate) })
      }
      return try weights.matmul(s[2])
    }
    let all = inputs + (mask.map { [$0] } ?? [])
    let isFlash =
      inputs.allSatisfy { $0.ndim == 4 } && rate == 0 && mask?.requiresGrad != true
      && !inputs.contains { $0.numel == 0 }
    if isFlash {
      return try Composed.record("ScaledDotProductFlashAttentionForCpuBackward0", all, attended)
    }
    return try attended(all).to(type)
  }

  /// Repeats keys and values for the query heads that share them.
  private static func grouped(_ inputs: [Tensor], _ name: String) throws -> [Tensor] {
    try require(
      inputs.allSatisfy({ $0.ndim >= 3 }), .shape, name, "enable_gqa needs a dimension of heads")
    let heads = inputs.map { $0.shape[$0.ndim - 3] }
    try require(
      heads[1] > 0 && heads[2] > 0 && heads[0] % heads[1] == 0 && heads[0] % heads[2] == 0,
      .shape, name,
      "Number of heads in key and value must divide the number of heads in query, but got \(got: heads)"
    )
    return [
      inputs[0], try inputs[1].repeatInterleave(heads[0] / heads[1], dim: -3),
      try inputs[2].repeatInterleave(heads[0] / heads[2], dim: -3),
    ]
  }
}
