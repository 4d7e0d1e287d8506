public import KindlingCore

/// A lookup table of embedding vectors (PyTorch: `nn.Embedding`).
///
/// - Shape: int64 or int32 `[*]` → `[*, embeddingDim]`.
/// - Throws: on use, `TensorError` if an argument was invalid, or like
///   ``F/embedding(_:_:paddingIdx:maxNorm:normType:scaleGradByFreq:)``.
open class Embedding: Module, Layer {
  /// The number of embeddings.
  public let numEmbeddings: Int
  /// The size of each embedding.
  public let embeddingDim: Int
  /// The index of an embedding that is initialized to zeros and gets no gradient.
  public let paddingIdx: Int?
  /// The norm limit; embeddings looked up that exceed it are rescaled in place.
  public final var maxNorm: Double? { writtenMaxNorm?.doubleValue }
  package let writtenMaxNorm: Scalar?
  /// The `p` of the norm.
  public final var normType: Double { writtenNormType.doubleValue }
  package let writtenNormType: Scalar
  /// Whether to divide an embedding's gradient by its number of occurrences in the input.
  public let scaleGradByFreq: Bool
  /// The embeddings, `[numEmbeddings, embeddingDim]`.
  @Parameter public var weight: Tensor

  /// Creates a table with normal values drawn from the default generator, as in PyTorch.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil,
    maxNorm: (any TensorScalar)? = nil,
    normType: any TensorScalar = 2.0, scaleGradByFreq: Bool = false, dtype: DType? = nil,
    device: Device = .cpu
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    writtenMaxNorm = maxNorm?.scalar
    writtenNormType = normType.scalar
    self.scaleGradByFreq = scaleGradByFreq
    var problem: TensorError?
    do {
      self.paddingIdx = try paddingIdx.map { try F.wrappedPadding($0, numEmbeddings) }
    } catch {
      self.paddingIdx = paddingIdx
      problem = error as? TensorError
    }
    weight = parameterMemory([numEmbeddings, embeddingDim], dtype, device, "Embedding", &problem)
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
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
    guard embeddings.ndim == 2 else {
      throw TensorError(
        .shape, "Embedding",
        "Embeddings parameter is expected to be 2-dimensional, but its shape is \(embeddings.shape)"
      )
    }
    (numEmbeddings, embeddingDim) = (embeddings.shape[0], embeddings.shape[1])
    self.paddingIdx = try paddingIdx.map { try F.wrappedPadding($0, embeddings.shape[0]) }
    writtenMaxNorm = maxNorm?.scalar
    writtenNormType = normType.scalar
    self.scaleGradByFreq = scaleGradByFreq
    weight = embeddings.detach()
    super.init()
    try weight.requiresGrad_(!freeze)
  }

  /// Reinitializes the embeddings (PyTorch: `Embedding.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.normal_(weight)
    if let paddingIdx { try noGrad { _ = try weight.select(0, paddingIdx).zero_() } }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.embedding(
      x, weight, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType,
      scaleGradByFreq: scaleGradByFreq)
  }

  override open func extraRepr() -> String {
    var text = "\(numEmbeddings), \(embeddingDim)"
    if let paddingIdx { text += ", padding_idx=\(paddingIdx)" }
    if let writtenMaxNorm { text += ", max_norm=\(PrintedNumber.python(writtenMaxNorm))" }
    if normType != 2 { text += ", norm_type=\(PrintedNumber.python(writtenNormType))" }
    if scaleGradByFreq { text += ", scale_grad_by_freq=True" }
    return text
  }
}
