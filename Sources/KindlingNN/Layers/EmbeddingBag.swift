public import KindlingCore

/// Sums, means or maxima of bags of embeddings (PyTorch: `nn.EmbeddingBag`).
open class EmbeddingBag: Module {
  /// The number of embeddings.
  public let numEmbeddings: Int
  /// The size of each embedding.
  public let embeddingDim: Int
  /// The reduction of the embeddings of a bag.
  public let mode: EmbeddingBagMode
  /// The norm limit; embeddings looked up that exceed it are rescaled in place.
  public final var maxNorm: Double? { writtenMaxNorm?.doubleValue }
  package let writtenMaxNorm: Scalar?
  /// The `p` of the norm.
  public final var normType: Double { writtenNormType.doubleValue }
  package let writtenNormType: Scalar
  /// Whether to divide an embedding's gradient by its number of occurrences in the input.
  public let scaleGradByFreq: Bool
  /// Whether the last offset is the end of the last bag.
  public let includeLastOffset: Bool
  /// The index of an embedding to leave out of the reduction.
  public let paddingIdx: Int?
  /// The embeddings, `[numEmbeddings, embeddingDim]`.
  @Parameter public var weight: Tensor

  /// Creates a table with normal values drawn from the default generator, as in PyTorch.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, maxNorm: (any TensorScalar)? = nil,
    normType: any TensorScalar = 2.0,
    scaleGradByFreq: Bool = false, mode: EmbeddingBagMode = .mean, includeLastOffset: Bool = false,
    paddingIdx: Int? = nil, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    writtenMaxNorm = maxNorm?.scalar
    writtenNormType = normType.scalar
    self.scaleGradByFreq = scaleGradByFreq
    self.mode = mode
    self.includeLastOffset = includeLastOffset
    var problem: TensorError?
    do {
      self.paddingIdx = try paddingIdx.map { try F.wrappedPadding($0, numEmbeddings) }
    } catch {
      self.paddingIdx = paddingIdx
      problem = error as? TensorError
    }
    weight = parameterMemory(
      [numEmbeddings, embeddingDim], dtype, device, "EmbeddingBag", &problem)
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
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
    guard embeddings.ndim == 2 else {
      throw TensorError(
        .shape, "EmbeddingBag",
        "Embeddings parameter is expected to be 2-dimensional, but its shape is \(embeddings.shape)"
      )
    }
    (numEmbeddings, embeddingDim) = (embeddings.shape[0], embeddings.shape[1])
    writtenMaxNorm = maxNorm?.scalar
    writtenNormType = normType.scalar
    self.scaleGradByFreq = scaleGradByFreq
    self.mode = mode
    self.includeLastOffset = includeLastOffset
    self.paddingIdx = try paddingIdx.map { try F.wrappedPadding($0, embeddings.shape[0]) }
    weight = embeddings.detach()
    super.init()
    try weight.requiresGrad_(!freeze)
  }

  /// Reinitializes the embeddings (PyTorch: `EmbeddingBag.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.normal_(weight)
    if let paddingIdx { try noGrad { _ = try weight.select(0, paddingIdx).zero_() } }
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

  override open func extraRepr() -> String {
    var text = "\(numEmbeddings), \(embeddingDim)"
    if let writtenMaxNorm { text += ", max_norm=\(PrintedNumber.python(writtenMaxNorm))" }
    if normType != 2 { text += ", norm_type=\(PrintedNumber.python(writtenNormType))" }
    if scaleGradByFreq { text += ", scale_grad_by_freq=True" }
    text += ", mode='\(mode.rawValue)'"
    if let paddingIdx { text += ", padding_idx=\(paddingIdx)" }
    return text
  }
}
