public import KindlingCore

/// A table of vectors, looked up by index (PyTorch: `nn.Embedding`).
///
/// - Shape: int64 or int32 `[*]` → `[*, embeddingDim]`.
/// - Throws: on use, `TensorError` where an argument was impossible, or as
///   ``F/embedding(_:_:paddingIdx:maxNorm:normType:scaleGradByFreq:)``.
open class Embedding: Module, Layer {
  /// How many vectors there are.
  public let numEmbeddings: Int
  /// Their size.
  public let embeddingDim: Int
  /// A vector that starts as zeros and gets no gradient.
  public let paddingIdx: Int?
  /// The norm that looked-up vectors are scaled down to, in place.
  public final var maxNorm: Double? { writtenMaxNorm?.doubleValue }
  package let writtenMaxNorm: Scalar?
  /// The p of that norm.
  public final var normType: Double { writtenNormType.doubleValue }
  package let writtenNormType: Scalar
  /// Whether gradients are divided by how often a vector was looked up.
  public let scaleGradByFreq: Bool
  /// `[numEmbeddings, embeddingDim]`.
  @Parameter public var weight: Tensor

  /// A table of normal numbers, drawn from the default generator as PyTorch draws them.
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

  /// A table of given vectors, by default frozen (PyTorch: `nn.Embedding.from_pretrained`).
  ///
  /// - Throws: `TensorError` `.shape` where `embeddings` is no matrix.
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

  /// Draws the vectors anew (PyTorch: `Embedding.reset_parameters`).
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
