public import KindlingCore

/// Layer normalization over the last dimensions (PyTorch: `nn.LayerNorm`).
///
/// - Shape: `[*] + normalizedShape`, unchanged.
/// - Throws: on use, `TensorError` if an argument was invalid, or like
///   ``F/layerNorm(_:_:weight:bias:eps:)``.
open class LayerNorm: Module, Layer {
  /// The sizes of the normalized dimensions.
  public let normalizedShape: [Int]
  /// A value added to the variance for numerical stability.
  public final var eps: Double { writtenEps.doubleValue }
  package let writtenEps: Scalar
  /// Whether the layer has learnable affine parameters.
  public let elementwiseAffine: Bool
  /// The scale, of shape `normalizedShape`; initialized to ones.
  @Parameter public var weight: Tensor?
  /// The offset, of shape `normalizedShape`; initialized to zeros.
  @Parameter public var bias: Tensor?

  /// Creates a normalization over the last dimensions, of sizes `normalizedShape`.
  public init(
    _ normalizedShape: [Int], eps: any TensorScalar = 1e-5, elementwiseAffine: Bool = true,
    bias: Bool = true, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.normalizedShape = normalizedShape
    writtenEps = eps.scalar
    self.elementwiseAffine = elementwiseAffine
    var problem: TensorError?
    weight =
      elementwiseAffine
      ? parameterMemory(normalizedShape, dtype, device, "LayerNorm", &problem) : nil
    self.bias =
      elementwiseAffine && bias
      ? parameterMemory(normalizedShape, dtype, device, "LayerNorm", &problem) : nil
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Creates a normalization over the last dimension, of size `size`.
  public convenience init(
    _ size: Int, eps: any TensorScalar = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true,
    dtype: DType? = nil, device: Device = .cpu
  ) {
    self.init(
      [size], eps: eps, elementwiseAffine: elementwiseAffine, bias: bias, dtype: dtype,
      device: device)
  }

  /// Resets the parameters to ones and zeros (PyTorch: `LayerNorm.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    if let weight { try Init.ones_(weight) }
    if let bias { try Init.zeros_(bias) }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.layerNorm(x, normalizedShape, weight: weight, bias: bias, eps: eps)
  }

  override class var form: LayerForm? {
    LayerForm(
      LayerNorm.self, "normalization", .init("normalized_shape", \.normalizedShape, .bare),
      .init("eps", \.writtenEps), .init("elementwise_affine", \.elementwiseAffine),
      .presence("bias", \.bias),
      tensors: { shape, _, affine, _ in affine ? [("weight", shape)] : [] }
    ) { (shape: [Int], eps: Scalar, affine, bias) in
      LayerNorm(shape, eps: eps, elementwiseAffine: affine, bias: bias)
    }
  }
}

/// Root mean square normalization over the last dimensions (PyTorch: `nn.RMSNorm`).
///
/// - Throws: on use, `TensorError` like ``F/rmsNorm(_:_:weight:eps:)``.
open class RMSNorm: Module, Layer {
  /// The sizes of the normalized dimensions.
  public let normalizedShape: [Int]
  /// A value added to the mean square; `nil` uses the machine epsilon of the dtype.
  public final var eps: Double? { writtenEps?.doubleValue }
  package let writtenEps: Scalar?
  /// Whether the layer has a learnable weight.
  public let elementwiseAffine: Bool
  /// The scale, of shape `normalizedShape`; initialized to ones.
  @Parameter public var weight: Tensor?

  /// Creates a normalization over the last dimensions, of sizes `normalizedShape`.
  public init(
    _ normalizedShape: [Int], eps: (any TensorScalar)? = nil, elementwiseAffine: Bool = true,
    dtype: DType? = nil, device: Device = .cpu
  ) {
    self.normalizedShape = normalizedShape
    writtenEps = eps?.scalar
    self.elementwiseAffine = elementwiseAffine
    var problem: TensorError?
    weight =
      elementwiseAffine
      ? parameterMemory(normalizedShape, dtype, device, "RMSNorm", &problem) : nil
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Creates a normalization over the last dimension, of size `size`.
  public convenience init(
    _ size: Int, eps: (any TensorScalar)? = nil, elementwiseAffine: Bool = true,
    dtype: DType? = nil,
    device: Device = .cpu
  ) {
    self.init(
      [size], eps: eps, elementwiseAffine: elementwiseAffine, dtype: dtype, device: device)
  }

  /// Resets the weight to ones (PyTorch: `RMSNorm.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    if let weight { try Init.ones_(weight) }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.rmsNorm(x, normalizedShape, weight: weight, eps: eps)
  }

  override class var form: LayerForm? {
    LayerForm(
      RMSNorm.self, "normalization", .init("normalized_shape", \.normalizedShape, .bare),
      .init("eps", \.writtenEps), .init("elementwise_affine", \.elementwiseAffine),
      tensors: { shape, _, affine in affine ? [("weight", shape)] : [] }
    ) { (shape: [Int], eps: Scalar?, affine) in
      RMSNorm(shape, eps: eps, elementwiseAffine: affine)
    }
  }
}

/// Group normalization (PyTorch: `nn.GroupNorm`).
///
/// - Shape: `[N, C, *]`, unchanged.
/// - Throws: on use, `TensorError` if an argument was invalid, or like
///   ``F/groupNorm(_:_:weight:bias:eps:)``.
open class GroupNorm: Module, Layer {
  /// The number of groups.
  public let numGroups: Int
  /// The number of channels.
  public let numChannels: Int
  /// A value added to the variance for numerical stability.
  public final var eps: Double { writtenEps.doubleValue }
  package let writtenEps: Scalar
  /// Whether the layer has learnable affine parameters.
  public let affine: Bool
  /// The scale of each channel, `[numChannels]`; initialized to ones.
  @Parameter public var weight: Tensor?
  /// The offset of each channel, `[numChannels]`; initialized to zeros.
  @Parameter public var bias: Tensor?

  /// Creates a normalization of `numChannels` channels in `numGroups` groups.
  public init(
    _ numGroups: Int, _ numChannels: Int, eps: any TensorScalar = 1e-5, affine: Bool = true,
    bias: Bool = true, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.numGroups = numGroups
    self.numChannels = numChannels
    writtenEps = eps.scalar
    self.affine = affine
    var problem: TensorError?
    if numGroups <= 0 || numChannels % numGroups != 0 {
      problem = TensorError(
        .value, "GroupNorm",
        "num_channels (\(numChannels)) must be divisible by num_groups (\(numGroups))")
    }
    weight = affine ? parameterMemory([numChannels], dtype, device, "GroupNorm", &problem) : nil
    self.bias =
      affine && bias ? parameterMemory([numChannels], dtype, device, "GroupNorm", &problem) : nil
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Resets the parameters to ones and zeros (PyTorch: `GroupNorm.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    if let weight { try Init.ones_(weight) }
    if let bias { try Init.zeros_(bias) }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.groupNorm(x, numGroups, weight: weight, bias: bias, eps: eps)
  }

  override class var form: LayerForm? {
    LayerForm(
      GroupNorm.self, "normalization", .init("num_groups", \.numGroups, .bare),
      .init("num_channels", \.numChannels, .bare), .init("eps", \.writtenEps),
      .init("affine", \.affine), .presence("bias", \.bias),
      tensors: { _, channels, _, affine, _ in affine ? [("weight", [channels])] : [] }
    ) { (groups, channels, eps: Scalar, affine, bias) in
      GroupNorm(groups, channels, eps: eps, affine: affine, bias: bias)
    }
  }
}

/// Local response normalization over neighbouring channels (PyTorch: `nn.LocalResponseNorm`).
///
/// - Throws: on use, `TensorError` like ``F/localResponseNorm(_:_:alpha:beta:k:)``.
open class LocalResponseNorm: Module, Layer {
  /// The number of neighbouring channels.
  public let size: Int
  /// The factor of the mean square.
  public final var alpha: Double { writtenAlpha.doubleValue }
  package let writtenAlpha: Scalar
  /// The exponent.
  public final var beta: Double { writtenBeta.doubleValue }
  package let writtenBeta: Scalar
  /// The term added to the scaled mean square.
  public final var k: Double { writtenK.doubleValue }
  package let writtenK: Scalar

  /// Creates a normalization over `size` channels.
  public init(
    _ size: Int, alpha: any TensorScalar = 1e-4, beta: any TensorScalar = 0.75,
    k: any TensorScalar = 1.0
  ) {
    self.size = size
    writtenAlpha = alpha.scalar
    writtenBeta = beta.scalar
    writtenK = k.scalar
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.localResponseNorm(x, size, alpha: alpha, beta: beta, k: k)
  }

  override class var form: LayerForm? {
    LayerForm(
      LocalResponseNorm.self, "normalization", .init("size", \.size, .bare),
      .init("alpha", \.writtenAlpha), .init("beta", \.writtenBeta), .init("k", \.writtenK)
    ) { (size, alpha: Scalar, beta: Scalar, k: Scalar) in
      LocalResponseNorm(size, alpha: alpha, beta: beta, k: k)
    }
  }
}
