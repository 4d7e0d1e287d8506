public import KindlingCore

extension F {
  /// Looks up the rows of `weight` that `indices` select (PyTorch: `F.embedding`).
  ///
  /// - Parameters:
  ///   - indices: int64 or int32, of any shape.
  ///   - weight: the embedding matrix, `[numEmbeddings, embeddingDim]`.
  ///   - paddingIdx: a row that gets no gradient; a negative value counts from the end.
  ///   - maxNorm: the norm limit; rows looked up that exceed it are rescaled in place.
  ///   - normType: the `p` of the norm.
  ///   - scaleGradByFreq: whether to divide a row's gradient by its number of occurrences in
  ///     `indices`.
  /// - Returns: the rows, `[*, embeddingDim]` for indices `[*]`.
  /// - Throws: `TensorError` `.index` for an index out of range, `.dtype`, `.shape` and `.value`.
  public static func embedding(
    _ indices: Tensor, _ weight: Tensor, paddingIdx: Int? = nil, maxNorm: Double? = nil,
    normType: Double = 2, scaleGradByFreq: Bool = false
  ) throws -> Tensor {
    try weight.embedding(
      indices, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq)
  }
}
