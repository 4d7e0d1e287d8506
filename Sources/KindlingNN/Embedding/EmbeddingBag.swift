public import KindlingCore

/// Sums, means or maxima of bags of embeddings (PyTorch: `nn.EmbeddingBag`).
open class EmbeddingBag: EmbeddingTable {
  /// The reduction of the embeddings of a bag.
  public let mode: EmbeddingBagMode
  /// Whether the last offset is the end of the last bag.
  public let includeLastOffset: Bool

  /// Creates a table with normal values drawn from the default generator, as in PyTorch.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, maxNorm: (any TensorScalar)? = nil,
    normType: any TensorScalar = 2.0,
    scaleGradByFreq: Bool = false, mode: EmbeddingBagMode = .mean, includeLastOffset: Bool = false,
    paddingIdx: Int? = nil, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.mode = mode
    self.includeLastOffset = includeLastOffset
    super.init(
      numEmbeddings, embeddingDim, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq, dtype: dtype, device: device, "EmbeddingBag")
  }

  /// Creates a table of the given embeddings, by default frozen
  /// (PyTorch: `nn.EmbeddingBag.from_pretrained`).
  ///
  /// - Throws: `TensorError` `.shape` if `embeddings` is not a matrix, and `.value` for a
  ///   `paddingIdx` out of range.
  public init(
    pretrained embeddings: Tensor, freeze: Bool = true, maxNorm: (any TensorScalar)? = nil,
    normType: any TensorScalar = 2.0, scaleGradByFreq: Bool = false, mode: EmbeddingBagMode = .mean,
    includeLastOffset: Bool = false, paddingIdx: Int? = nil
  ) throws {
    self.mode = mode
    self.includeLastOffset = includeLastOffset
    try super.init(
      pretrained: embeddings, freeze: freeze, paddingIdx: paddingIdx, maxNorm: maxNorm,
      normType: normType, scaleGradByFreq: scaleGradByFreq, "EmbeddingBag")
  }

  /// Returns the reduced embedding of each bag.
  open func forward(
    _ input: Tensor, offsets: Tensor? = nil, perSampleWeights: Tensor? = nil
  ) throws -> Tensor {
    try checkInitialization()
    return try F.embeddingBag(
      input, weight, offsets: offsets, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq, mode: mode, perSampleWeights: perSampleWeights,
      includeLastOffset: includeLastOffset,
      paddingIdx: paddingIdx)
  }

  /// Returns the result of ``forward(_:offsets:perSampleWeights:)`` and runs the hooks.
  public func callAsFunction(
    _ input: Tensor, offsets: Tensor? = nil, perSampleWeights: Tensor? = nil
  ) throws -> Tensor {
    try call([input]) {
      try forward($0[0], offsets: offsets, perSampleWeights: perSampleWeights)
    }
  }

  override class var form: LayerForm? {
    LayerForm(
      EmbeddingBag.self, "sparse", .init("num_embeddings", \.numEmbeddings, .bare),
      .init("embedding_dim", \.embeddingDim, .bare),
      .init("max_norm", \.writtenMaxNorm, .unless(nil)),
      .init("norm_type", \.writtenNormType, .when { $0.normType != 2 }),
      .init("scale_grad_by_freq", \.scaleGradByFreq, .ifTrue),
      .init("padding_idx", \.paddingIdx, .unless(nil).last).ifMissing(nil),
      .init("mode", \.mode).then("sparse", .bool(false)),
      .init("include_last_offset", \.includeLastOffset, .hidden).ifMissing(false),
      tensors: { (count: Int, width: Int, _, _, _, _, _, _) in [("weight", [count, width])] }
    ) { (count, width, maxNorm: Scalar?, normType: Scalar, scales, padding, mode, includesLast) in
      EmbeddingBag(
        count, width, maxNorm: maxNorm, normType: normType, scaleGradByFreq: scales, mode: mode,
        includeLastOffset: includesLast, paddingIdx: padding)
    }
  }
}
