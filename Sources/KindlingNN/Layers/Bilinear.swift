public import KindlingCore

/// ``F/bilinear(_:_:_:_:)`` with parameters (PyTorch: `nn.Bilinear`).
open class Bilinear: Module {
  /// The size of the first input.
  public let in1Features: Int
  /// The size of the second input.
  public let in2Features: Int
  /// The size of the result.
  public let outFeatures: Int
  /// `[outFeatures, in1Features, in2Features]`.
  @Parameter public var weight: Tensor
  /// `[outFeatures]`, if there is one.
  @Parameter public var bias: Tensor?

  /// A bilinear map whose parameters are drawn as PyTorch draws them, from the default generator.
  public init(
    _ in1Features: Int, _ in2Features: Int, _ outFeatures: Int, bias: Bool = true,
    dtype: DType? = nil, device: Device = .cpu
  ) {
    self.in1Features = in1Features
    self.in2Features = in2Features
    self.outFeatures = outFeatures
    var problem: TensorError?
    weight = parameterMemory(
      [outFeatures, in1Features, in2Features], dtype, device, "Bilinear", &problem)
    self.bias = bias ? parameterMemory([outFeatures], dtype, device, "Bilinear", &problem) : nil
    if in1Features <= 0 {
      problem =
        problem
        ?? TensorError(.value, "Bilinear", "in1_features must be > 0, but got \(in1Features)")
    }
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Draws the parameters anew (PyTorch: `Bilinear.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    let bound = 1 / Double(in1Features).squareRoot()
    try Init.uniform_(weight, -bound, bound)
    if let bias { try Init.uniform_(bias, -bound, bound) }
  }

  /// The map of two inputs.
  open func forward(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.bilinear(x1, x2, weight, bias)
  }

  /// ``forward(_:_:)`` with the hooks around it.
  public func callAsFunction(_ x1: Tensor, _ x2: Tensor) throws -> Tensor {
    try call([x1, x2]) { try forward($0[0], $0[1]) }
  }

  override open func extraRepr() -> String {
    "in1_features=\(in1Features), in2_features=\(in2Features), out_features=\(outFeatures), bias=\((bias != nil).python)"
  }
}

/// Sums, means or maxima of looked-up vectors (PyTorch: `nn.EmbeddingBag`).
open class EmbeddingBag: Module {
  /// How many vectors there are.
  public let numEmbeddings: Int
  /// Their size.
  public let embeddingDim: Int
  /// What becomes of the vectors of a bag.
  public let mode: EmbeddingBagMode
  /// The norm that looked-up vectors are scaled down to, in place.
  public let maxNorm: Double?
  /// The p of that norm.
  public let normType: Double
  /// Whether the last offset is the end of the last bag.
  public let includeLastOffset: Bool
  /// A vector that counts for nothing.
  public let paddingIdx: Int?
  /// `[numEmbeddings, embeddingDim]`.
  @Parameter public var weight: Tensor

  /// A table of normal numbers, drawn from the default generator as PyTorch draws them.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, maxNorm: Double? = nil, normType: Double = 2,
    mode: EmbeddingBagMode = .mean, includeLastOffset: Bool = false, paddingIdx: Int? = nil,
    dtype: DType? = nil, device: Device = .cpu
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    self.maxNorm = maxNorm
    self.normType = normType
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
      input, weight, offsets: offsets, maxNorm: maxNorm, normType: normType, mode: mode,
      perSampleWeights: perSampleWeights, includeLastOffset: includeLastOffset,
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
    if let maxNorm { text += ", max_norm=\(PrintedNumber.shortest(maxNorm))" }
    if normType != 2 { text += ", norm_type=\(PrintedNumber.shortest(normType))" }
    text += ", mode='\(mode.rawValue)'"
    if let paddingIdx { text += ", padding_idx=\(paddingIdx)" }
    return text
  }
}
