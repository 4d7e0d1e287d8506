public import KindlingCore

/// Sums, means or maxima of looked-up vectors (PyTorch: `nn.EmbeddingBag`).
open class EmbeddingBag: Module {
  /// How many vectors there are.
  public let numEmbeddings: Int
  /// Their size.
  public let embeddingDim: Int
  /// What becomes of the vectors of a bag.
  public let mode: EmbeddingBagMode
  /// The norm that looked-up vectors are scaled down to, in place.
  public final var maxNorm: Double? { writtenMaxNorm?.doubleValue }
  package let writtenMaxNorm: Scalar?
  /// The p of that norm.
  public final var normType: Double { writtenNormType.doubleValue }
  package let writtenNormType: Scalar
  /// Whether gradients are divided by the number of times a vector was looked up.
  public let scaleGradByFreq: Bool
  /// Whether the last offset is the end of the last bag.
  public let includeLastOffset: Bool
  /// A vector that counts for nothing.
  public let paddingIdx: Int?
  /// `[numEmbeddings, embeddingDim]`.
  @Parameter public var weight: Tensor

  /// A table of normal numbers, drawn from the default generator as PyTorch draws them.
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

  /// Creates a table of given vectors, by default frozen
  /// (PyTorch: `nn.EmbeddingBag.from_pretrained`).
  ///
  /// - Throws: `TensorError` `.shape` where `embeddings` is no matrix, and `.value` for a `paddingIdx`
  ///   outside it.
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

  /// Draws the vectors anew (PyTorch: `EmbeddingBag.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.normal_(weight)
    if let paddingIdx { try noGrad { _ = try weight.select(0, paddingIdx).zero_() } }
  }

  /// The bags' vectors.
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

  /// ``forward(_:offsets:perSampleWeights:)`` with the hooks around it.
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
