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
    try query.attention(
      key, value, mask: attnMask, dropout: dropoutP, isCausal: isCausal, scale: scale,
      enableGQA: enableGQA)
  }
}
