public import KindlingCore

extension F {
  /// Reduces the embeddings of each bag of indices to one row (PyTorch: `F.embedding_bag`).
  ///
  /// - Parameters:
  ///   - input: `[B, N]`, bags of equal size, or `[N]`, bags one after another.
  ///   - weight: the embedding matrix, `[numEmbeddings, embeddingDim]`.
  ///   - offsets: the start of each bag in an `input` of `[N]`.
  ///   - maxNorm: the norm limit; rows looked up that exceed it are rescaled in place.
  ///   - normType: the `p` of the norm.
  ///   - scaleGradByFreq: whether to divide a row's gradient by its number of occurrences; not for
  ///     `.max`.
  ///   - mode: the reduction.
  ///   - perSampleWeights: weights in the shape of `input`; for `.sum` only.
  ///   - includeLastOffset: whether the last offset is the end of the last bag.
  ///   - paddingIdx: a row to leave out of the reduction.
  /// - Returns: one row for each bag, `[B, embeddingDim]`.
  /// - Throws: `TensorError` if an index is out of range or the arguments do not match.
  public static func embeddingBag(
    _ input: Tensor, _ weight: Tensor, offsets: Tensor? = nil, maxNorm: Double? = nil,
    normType: Double = 2, scaleGradByFreq: Bool = false, mode: EmbeddingBagMode = .mean,
    perSampleWeights: Tensor? = nil, includeLastOffset: Bool = false,
    paddingIdx: Int? = nil
  ) throws -> Tensor {
    try weight.embeddingBag(
      input, offsets: offsets, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq, mode: mode, perSampleWeights: perSampleWeights,
      includeLastOffset: includeLastOffset, paddingIdx: paddingIdx)
  }
}
