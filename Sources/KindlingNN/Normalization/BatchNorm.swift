public import KindlingCore

/// The base class of batch and instance normalization: parameters and running statistics.
open class ChannelNormalization: Module {
  /// The number of channels.
  public let numFeatures: Int
  /// A value added to the variance for numerical stability.
  public final var eps: Double { writtenEps.doubleValue }
  package let writtenEps: Scalar
  /// The weight of a batch in the running statistics; `nil` uses a cumulative average.
  public internal(set) final var momentum: Double? {
    get { writtenMomentum?.doubleValue }
    set { writtenMomentum = newValue.map(Scalar.double) }
  }
  package final var writtenMomentum: Scalar?
  /// Whether the layer has learnable affine parameters.
  public let affine: Bool
  /// Whether the layer tracks running statistics.
  public let trackRunningStats: Bool
  /// The scale of each channel, `[numFeatures]`; initialized to ones.
  @Parameter public var weight: Tensor?
  /// The offset of each channel, `[numFeatures]`; initialized to zeros.
  @Parameter public var bias: Tensor?
  /// The running mean, `[numFeatures]`; initialized to zeros.
  @Buffer public var runningMean: Tensor?
  /// The running unbiased variance, `[numFeatures]`; initialized to ones.
  @Buffer public var runningVar: Tensor?
  /// The number of batches in the running statistics, an int64 scalar.
  @Buffer public var numBatchesTracked: Tensor?

  init(
    features: Int, eps: any TensorScalar, momentum: (any TensorScalar)?, affine: Bool,
    track: Bool, bias: Bool, dtype: DType?, device: Device, _ layer: String
  ) {
    numFeatures = features
    writtenEps = eps.scalar
    writtenMomentum = momentum?.scalar
    self.affine = affine
    trackRunningStats = track
    var problem: TensorError?
    func memory(_ wanted: Bool) -> Tensor? {
      wanted ? parameterMemory([features], dtype, device, layer, &problem) : nil
    }
    weight = memory(affine)
    self.bias = memory(affine && bias)
    runningMean = memory(track)
    runningVar = memory(track)
    numBatchesTracked =
      track ? parameterMemory([], .int64, device, layer, &problem) : nil
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Resets the running statistics (PyTorch: `reset_running_stats`).
  open func resetRunningStats() throws {
    try noGrad {
      try runningMean?.zero_()
      try runningVar?.fill_(1)
      try numBatchesTracked?.zero_()
    }
  }

  /// Resets parameters and running statistics (PyTorch: `reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try resetRunningStats()
    if let weight { try Init.ones_(weight) }
    if let bias { try Init.zeros_(bias) }
  }

  /// Throws unless the rank of `x` is one of `ranks`.
  func checkRank(_ x: Tensor, _ ranks: [Int]) throws {
    if ranks.contains(x.ndim) { return }
    let wanted = ranks.map { "\($0)D" }.joined(separator: " or ")
    throw TensorError(
      .shape, typeName, "expected \(expected: wanted) input (got \(got: x.ndim)D input)")
  }

  /// `None` if PyTorch's class has the attribute.
  private var processGroup: CheckpointValue? { self is SyncBatchNorm ? .some(.none) : nil }

  /// The arguments of an initializer.
  typealias Arguments = (
    features: Int, eps: Scalar, momentum: Scalar?, affine: Bool, bias: Bool, tracks: Bool
  )

  static func described<L: ChannelNormalization>(
    _ place: String, _ make: @escaping (Arguments) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, place, .init("num_features", \.numFeatures, .bare), .init("eps", \.writtenEps),
      .init("momentum", \.writtenMomentum), .init("affine", \.affine),
      .presence("bias", \.bias),
      .init("track_running_stats", \.trackRunningStats)
        .thenDerived("process_group", \.processGroup),
      tensors: { features, _, _, affine, _, tracks in
        (affine ? [("weight", [features])] : []) + (tracks ? [("running_mean", [features])] : [])
      }
    ) { make(($0, $1, $2, $3, $4, $5)) }
  }
}

/// The base class of ``BatchNorm1d``, ``BatchNorm2d`` and ``BatchNorm3d``.
open class BatchNormalization: ChannelNormalization, Layer {
  /// Creates a batch normalization of `numFeatures` channels.
  ///
  /// `momentum` is the weight of a batch in the running statistics; `nil` uses a cumulative
  /// average. With `affine` there is a weight and, unless `bias` is false, a bias.
  public init(
    _ numFeatures: Int, eps: any TensorScalar = 1e-5,
    momentum: (any TensorScalar)? = 0.1, affine: Bool = true,
    trackRunningStats: Bool = true, bias: Bool = true, dtype: DType? = nil, device: Device = .cpu
  ) {
    super.init(
      features: numFeatures, eps: eps, momentum: momentum, affine: affine,
      track: trackRunningStats, bias: bias, dtype: dtype, device: device, "BatchNorm")
  }

  /// The accepted numbers of dimensions.
  var ranks: [Int] { [2, 3, 4, 5] }

  /// Throws unless the layer accepts the rank of `x`.
  func checkRank(_ x: Tensor) throws { try checkRank(x, ranks) }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    try checkRank(x)
    var share = momentum ?? 0
    if isTraining, trackRunningStats, let seen = numBatchesTracked {
      try noGrad { _ = try seen.add_(1) }
      if momentum == nil { share = 1 / (try seen.item()) }
    }
    let keeps = !isTraining || trackRunningStats
    return try F.batchNorm(
      x, keeps ? runningMean : nil, keeps ? runningVar : nil, weight: weight, bias: bias,
      training: isTraining || runningMean == nil && runningVar == nil, momentum: share, eps: eps)
  }

  /// Creates a normalization with the arguments in a file.
  convenience init(_ saved: Arguments) {
    self.init(
      saved.features, eps: saved.eps, momentum: saved.momentum, affine: saved.affine,
      trackRunningStats: saved.tracks, bias: saved.bias)
  }

  override class var form: LayerForm? { described("batchnorm") { BatchNormalization($0) } }
}

/// Batch normalization of `[N, C]` or `[N, C, L]` (PyTorch: `nn.BatchNorm1d`).
///
/// - Throws: on use, `TensorError` for another number of dimensions, or like
///   ``F/batchNorm(_:_:_:weight:bias:training:momentum:eps:)``.
open class BatchNorm1d: BatchNormalization {
  override var ranks: [Int] { [2, 3] }
  override class var form: LayerForm? { described("batchnorm") { BatchNorm1d($0) } }
}

/// Batch normalization of `[N, C, H, W]` (PyTorch: `nn.BatchNorm2d`).
///
/// - Throws: on use, `TensorError` for another number of dimensions, or like
///   ``F/batchNorm(_:_:_:weight:bias:training:momentum:eps:)``.
open class BatchNorm2d: BatchNormalization {
  override var ranks: [Int] { [4] }
  override class var form: LayerForm? { described("batchnorm") { BatchNorm2d($0) } }
}

/// Batch normalization of `[N, C, D, H, W]` (PyTorch: `nn.BatchNorm3d`).
///
/// - Throws: on use, `TensorError` for another number of dimensions, or like
///   ``F/batchNorm(_:_:_:weight:bias:training:momentum:eps:)``.
open class BatchNorm3d: BatchNormalization {
  override var ranks: [Int] { [5] }
  override class var form: LayerForm? { described("batchnorm") { BatchNorm3d($0) } }
}

/// The base class of ``InstanceNorm1d``, ``InstanceNorm2d`` and ``InstanceNorm3d``.
open class InstanceNormalization: ChannelNormalization, Layer {
  /// Creates an instance normalization of `numFeatures` channels.
  ///
  /// With `affine` there are a weight and a bias. With `trackRunningStats` evaluation uses running
  /// statistics.
  public init(
    _ numFeatures: Int, eps: any TensorScalar = 1e-5,
    momentum: (any TensorScalar)? = 0.1, affine: Bool = false,
    trackRunningStats: Bool = false, bias: Bool = true, dtype: DType? = nil, device: Device = .cpu
  ) {
    super.init(
      features: numFeatures, eps: eps, momentum: momentum, affine: affine,
      track: trackRunningStats, bias: bias, dtype: dtype, device: device, "InstanceNorm")
  }

  /// The numbers of dimensions with and without a batch dimension.
  var ranks: (batched: Int, single: Int) { (4, 3) }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    try checkRank(x, [ranks.single, ranks.batched])
    let channels = x.shape[x.ndim - ranks.single]
    if channels != numFeatures {
      let dim = x.ndim - ranks.single
      try require(
        !affine, .shape, typeName,
        "expected input's size at dim=\(expected: dim) to match num_features (\(expected: numFeatures)), but got: \(got: channels)."
      )
      try Warnings.warn(
        .user, "",
        "input's size at dim=\(dim) does not match num_features. You can silence this warning by not passing in num_features, which is not used because affine=False"
      )
    }
    let batch = x.ndim == ranks.single ? try x.unsqueeze(0) : x
    let y = try F.instanceNorm(
      batch, runningMean: runningMean, runningVar: runningVar, weight: weight, bias: bias,
      useInputStats: isTraining || !trackRunningStats, momentum: momentum ?? 0, eps: eps)
    return x.ndim == ranks.single ? try y.squeeze(0) : y
  }

  /// Creates a normalization with the arguments in a file.
  convenience init(_ saved: Arguments) {
    self.init(
      saved.features, eps: saved.eps, momentum: saved.momentum, affine: saved.affine,
      trackRunningStats: saved.tracks, bias: saved.bias)
  }

  override class var form: LayerForm? { described("instancenorm") { InstanceNormalization($0) } }
}

/// Instance normalization of `[N, C, L]` or `[C, L]` (PyTorch: `nn.InstanceNorm1d`).
open class InstanceNorm1d: InstanceNormalization {
  override var ranks: (batched: Int, single: Int) { (3, 2) }
  override class var form: LayerForm? { described("instancenorm") { InstanceNorm1d($0) } }
}

/// Instance normalization of `[N, C, H, W]` or `[C, H, W]` (PyTorch: `nn.InstanceNorm2d`).
open class InstanceNorm2d: InstanceNormalization {
  override var ranks: (batched: Int, single: Int) { (4, 3) }
  override class var form: LayerForm? { described("instancenorm") { InstanceNorm2d($0) } }
}

/// Instance normalization of `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch: `nn.InstanceNorm3d`).
open class InstanceNorm3d: InstanceNormalization {
  override var ranks: (batched: Int, single: Int) { (5, 4) }
  override class var form: LayerForm? { described("instancenorm") { InstanceNorm3d($0) } }
}
