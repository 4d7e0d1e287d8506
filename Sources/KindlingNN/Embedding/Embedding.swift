public import KindlingCore

/// The base class of ``Embedding`` and ``EmbeddingBag``: a table of embedding vectors.
open class EmbeddingTable: Module {
  /// The number of embeddings.
  public let numEmbeddings: Int
  /// The size of each embedding.
  public let embeddingDim: Int
  /// The index of an embedding that is left out of training.
  public let paddingIdx: Int?
  /// The norm limit; embeddings looked up that exceed it are rescaled in place.
  public final var maxNorm: Double? { writtenMaxNorm?.doubleValue }
  let writtenMaxNorm: Scalar?
  /// The `p` of the norm.
  public final var normType: Double { writtenNormType.doubleValue }
  let writtenNormType: Scalar
  /// Whether to divide an embedding's gradient by its number of occurrences in the input.
  public let scaleGradByFreq: Bool
  /// The embeddings, `[numEmbeddings, embeddingDim]`.
  @Parameter public var weight: Tensor

  init(
    _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int?, maxNorm: (any TensorScalar)?,
    normType: any TensorScalar, scaleGradByFreq: Bool, dtype: DType?, device: Device,
    _ layer: String
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    writtenMaxNorm = maxNorm?.scalar
    writtenNormType = normType.scalar
    self.scaleGradByFreq = scaleGradByFreq
    var problem: TensorError?
    do {
      self.paddingIdx = try paddingIdx.map { try Tensor.wrappedPadding($0, numEmbeddings) }
    } catch {
      self.paddingIdx = paddingIdx
      problem = error as? TensorError
    }
    weight = parameterMemory([numEmbeddings, embeddingDim], dtype, device, layer, &problem)
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  init(
    pretrained embeddings: Tensor, freeze: Bool, paddingIdx: Int?, maxNorm: (any TensorScalar)?,
    normType: any TensorScalar, scaleGradByFreq: Bool, _ layer: String
  ) throws {
    try require(
      embeddings.ndim == 2, .shape, layer,
      "Embeddings parameter is expected to be 2-dimensional, but its shape is \(embeddings.shape)")
    (numEmbeddings, embeddingDim) = (embeddings.shape[0], embeddings.shape[1])
    self.paddingIdx = try paddingIdx.map { try Tensor.wrappedPadding($0, embeddings.shape[0]) }
    writtenMaxNorm = maxNorm?.scalar
    writtenNormType = normType.scalar
    self.scaleGradByFreq = scaleGradByFreq
    weight = embeddings.detach()
    super.init()
    try weight.requiresGrad_(!freeze)
  }

  /// Reinitializes the embeddings (PyTorch: `reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.normal_(weight)
    if let paddingIdx { try noGrad { _ = try weight.select(0, paddingIdx).zero_() } }
  }
}

/// A lookup table of embedding vectors (PyTorch: `nn.Embedding`).
///
/// - Shape: int64 or int32 `[*]` → `[*, embeddingDim]`.
/// - Throws: on use, `TensorError` if an argument was invalid, or like
///   ``F/embedding(_:_:paddingIdx:maxNorm:normType:scaleGradByFreq:)``.
open class Embedding: EmbeddingTable, Layer {
  /// Creates a table with normal values drawn from the default generator, as in PyTorch.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil,
    maxNorm: (any TensorScalar)? = nil,
    normType: any TensorScalar = 2.0, scaleGradByFreq: Bool = false, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    super.init(
      numEmbeddings, embeddingDim, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq, dtype: dtype, device: device, "Embedding")
  }

  /// Creates a table of the given embeddings, by default frozen
  /// (PyTorch: `nn.Embedding.from_pretrained`).
  ///
  /// - Throws: `TensorError` `.shape` if `embeddings` is not a matrix.
  public init(
    pretrained embeddings: Tensor, freeze: Bool = true, paddingIdx: Int? = nil,
    maxNorm: (any TensorScalar)? = nil, normType: any TensorScalar = 2.0,
    scaleGradByFreq: Bool = false
  ) throws {
    try super.init(
      pretrained: embeddings, freeze: freeze, paddingIdx: paddingIdx, maxNorm: maxNorm,
      normType: normType, scaleGradByFreq: scaleGradByFreq, "Embedding")
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.embedding(
      x, weight, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq)
  }

  override class var form: LayerForm? {
    LayerForm(
      Embedding.self, "sparse", .init("num_embeddings", \.numEmbeddings, .bare),
      .init("embedding_dim", \.embeddingDim, .bare),
      .init("padding_idx", \.paddingIdx, .unless(nil)).ifMissing(nil),
      .init("max_norm", \.writtenMaxNorm, .unless(nil)),
      .init("norm_type", \.writtenNormType, .when { $0.normType != 2 }),
      .init("scale_grad_by_freq", \.scaleGradByFreq, .ifTrue).then("sparse", .bool(false)),
      tensors: { (count: Int, width: Int, _, _, _, _) in [("weight", [count, width])] }
    ) { (count, width, padding, maxNorm: Scalar?, normType: Scalar, scales) in
      Embedding(
        count, width, paddingIdx: padding, maxNorm: maxNorm, normType: normType,
        scaleGradByFreq: scales)
    }
  }
}
