public import KindlingCore

extension F {
  /// Computes `softmax(q · kᵀ · scale + mask) · v` (PyTorch: `F.scaled_dot_product_attention`).
  ///
  /// - Parameters:
  ///   - query: the queries, `[*, L, E]`.
  ///   - key: the keys, `[*, S, E]`.
  ///   - value: the values, `[*, S, Ev]`.
  ///   - attnMask: a bool mask (true takes part in attention) or a float mask added to the scores;
  ///     broadcasts.
  ///   - dropoutP: the dropout probability of attention weights. It applies to every call: there is
  ///     no training mode here.
  ///   - isCausal: whether each query attends only to keys up to its own position; excludes a mask.
  ///   - scale: the factor of the scores; `nil` means `1 / √E`.
  ///   - enableGQA: whether each head of keys and values serves several heads of queries.
  /// - Returns: the weighted means of the values, `[*, L, Ev]`.
  /// - Throws: `TensorError` if shapes or dtypes do not match, or for a mask with `isCausal`.
  public static func scaledDotProductAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, attnMask: Tensor? = nil, dropoutP: Double = 0,
    isCausal: Bool = false, scale: Double? = nil, enableGQA: Bool = false
  ) throws -> Tensor {
    let name = "scaled_dot_product_attention"
    guard query.ndim >= 2, key.ndim >= 2, value.ndim >= 2 else {
      throw TensorError(
        .shape, name,
        "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: \(query.ndim) key.dim: \(key.ndim) and value.dim: \(value.ndim) instead."
      )
    }
    guard query.dtype == key.dtype, query.dtype == value.dtype, query.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, name,
        "Expected query, key, and value to have the same dtype, but got query.dtype: \(query.dtype) key.dtype: \(key.dtype) and value.dtype: \(value.dtype) instead."
      )
    }
    guard attnMask == nil || !isCausal else {
      throw TensorError(
        .value, name, "Explicit attn_mask should not be set when is_causal=True")
    }
    if let attnMask, attnMask.dtype != .bool && attnMask.dtype != query.dtype {
      throw TensorError(
        .dtype, name,
        "Expected attn_mask dtype to be bool or to match query dtype, but got attn_mask.dtype: \(attnMask.dtype) and query.dtype: \(query.dtype) instead."
      )
    }
    guard (0...1).contains(dropoutP) else {
      throw TensorError(
        .value, name, "dropout probability has to be between 0 and 1, but got \(dropoutP)")
    }
    var inputs = [query, key, value]
    if enableGQA { inputs = try grouped(inputs, name) }
    let size = query.shape[query.ndim - 1], rate = dropoutP
    let factor = (scale ?? 1 / Double(max(size, 1)).squareRoot()).squareRoot()
    let hasMask = attnMask != nil
    let type = query.dtype
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
      let weightsOfSeen: Tensor
      if isCausal || hasMask {
        // Queries that attend to no key get zeros. Their scores are replaced before the softmax
        // too: otherwise its NaN would spread through the backward pass.
        let blind = try scores.detach().eq(-Double.infinity).all(dim: -1, keepdim: true)
        weightsOfSeen = try scores.maskedFill(blind, 0).softmax(dim: -1).maskedFill(blind, 0)
      } else {
        weightsOfSeen = try scores.softmax(dim: -1)
      }
      var weights = weightsOfSeen
      if rate > 0 { weights = try dropout(weights, p: rate) }
      return try weights.matmul(s[2])
    }
    let all = inputs + (attnMask.map { [$0] } ?? [])
    let isFlash =
      inputs.allSatisfy { $0.ndim == 4 } && rate == 0 && attnMask?.requiresGrad != true
      && !inputs.contains { $0.numel == 0 }
    if isFlash {
      return try Composed.record("ScaledDotProductFlashAttentionForCpuBackward0", all, attended)
    }
    return try attended(all).to(type)
  }

  /// Repeats keys and values for the query heads that share them.
  private static func grouped(_ inputs: [Tensor], _ name: String) throws -> [Tensor] {
    guard inputs.allSatisfy({ $0.ndim >= 3 }) else {
      throw TensorError(.shape, name, "enable_gqa needs a dimension of heads")
    }
    let heads = inputs.map { $0.shape[$0.ndim - 3] }
    guard heads[1] > 0, heads[2] > 0, heads[0] % heads[1] == 0, heads[0] % heads[2] == 0 else {
      throw TensorError(
        .shape, name,
        "Number of heads in key and value must divide the number of heads in query, but got \(heads)"
      )
    }
    return [
      inputs[0], try inputs[1].repeatInterleave(heads[0] / heads[1], dim: -3),
      try inputs[2].repeatInterleave(heads[0] / heads[2], dim: -3),
    ]
  }

  /// Computes `x1ᵀ · weight[o] · x2 + bias[o]` for each output `o` (PyTorch: `F.bilinear`).
  ///
  /// - Shape: `x1` `[*, in1]`, `x2` `[*, in2]`, `weight` `[out, in1, in2]`, `bias` `[out]` →
  ///   `[*, out]`.
  public static func bilinear(
    _ x1: Tensor, _ x2: Tensor, _ weight: Tensor, _ bias: Tensor? = nil
  ) throws -> Tensor {
    let name = "bilinear"
    guard x1.ndim > 0, x1.ndim == x2.ndim else {
      throw TensorError(
        .shape, name,
        "bilinear(): input dimensions do not match: got \(x1.ndim) and \(x2.ndim)")
    }
    let lead = Array(x1.shape.dropLast())
    guard lead == Array(x2.shape.dropLast()) else {
      throw TensorError(
        .shape, name,
        "bilinear(): input batch dimensions do not match: got \(x1.shape) and \(x2.shape)")
    }
    guard weight.ndim == 3 else {
      throw TensorError(.shape, name, "bilinear(): weight should be 3D, but is \(weight.ndim)D")
    }
    for (i, x) in [x1, x2].enumerated() where x.shape[x.ndim - 1] != weight.shape[i + 1] {
      throw TensorError(
        .shape, name,
        "bilinear(): input\(i + 1) size does not match weight size: got \(x.shape[x.ndim - 1]) but expected \(weight.shape[i + 1])"
      )
    }
    if let bias, bias.shape != [weight.shape[0]] {
      throw TensorError(
        .shape, name,
        "bilinear(): bias size does not match weight size: got \(bias.shape) but expected [\(weight.shape[0])]"
      )
    }
    for tensor in [x2, weight] + (bias.map { [$0] } ?? []) where tensor.dtype != x1.dtype {
      throw TensorError(
        .dtype, name,
        "All tensors must have the same dtype, got input1: \(x1.dtype) and \(tensor.dtype)")
    }
    let (out, in1, in2) = (weight.shape[0], weight.shape[1], weight.shape[2])
    let rows = lead.reduce(1, *)
    let y = try Composed.record(
      "TrilinearBackward0", [x1.reshape([rows, in1]), weight, x2.reshape([rows, in2])],
      isLinear: true
    ) { s in
      let partial = try s[0].matmul(s[1].permute(1, 0, 2).reshape([in1, out * in2]))
      return try partial.reshape([rows, out, in2]).mul(s[2].unsqueeze(1)).sum(dim: 2)
        .to(s[0].dtype)
    }
    let shaped = try y.view(lead + [out])
    return try bias.map { try shaped.add($0) } ?? shaped
  }
}
