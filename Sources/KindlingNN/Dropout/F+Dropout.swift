public import KindlingCore

/// Dropout of elements and of whole channels, and alpha dropout, which keeps mean and variance.
///
/// All functions draw PyTorch's masks from the default generator. They draw nothing outside
/// training or if the probability is 0 or 1.
extension F {
  /// Zeroes elements with probability `p` and scales the others by `1 / (1 − p)`
  /// (PyTorch: `F.dropout`).
  ///
  /// - Throws: `TensorError` `.value` unless 0 ≤ `p` ≤ 1.
  public static func dropout(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, inplace: Bool = false
  ) throws -> Tensor {
    try noisy(x, p, training: training, inplace: inplace, "dropout", [])
  }

  /// Zeroes whole channels of `[N, C, L]` or `[C, L]` (PyTorch: `F.dropout1d`).
  public static func dropout1d(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, inplace: Bool = false
  ) throws -> Tensor {
    try require(
      x.ndim == 2 || x.ndim == 3, .shape, "dropout1d",
      "Expected 2D or 3D input, but received a \(x.ndim)D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."
    )
    return try channels(x, batchedRank: 3, p, training, inplace, "dropout1d")
  }

  /// Zeroes whole channels of `[N, C, H, W]` (PyTorch: `F.dropout2d`).
  ///
  /// The first dimension of a three-dimensional input is the batch, as in PyTorch.
  public static func dropout2d(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, inplace: Bool = false
  ) throws -> Tensor {
    try checkProbability(p, "dropout2d")
    try warnOfRank(x, spatial: 2)
    if x.ndim == 3 {
      try Warnings.warn(
        .deprecated, "",
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead."
      )
    }
    return try noisy(x, p, training: training, inplace: inplace, "dropout2d", .feature)
  }

  /// Zeroes whole channels of `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch: `F.dropout3d`).
  public static func dropout3d(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, inplace: Bool = false
  ) throws -> Tensor {
    try checkProbability(p, "dropout3d")
    try warnOfRank(x, spatial: 3)
    return try channels(x, batchedRank: 5, p, training, inplace, "dropout3d")
  }

  /// Applies dropout that keeps mean 0 and variance 1, for ``selu(_:inplace:)``
  /// (PyTorch: `F.alpha_dropout`).
  public static func alphaDropout(
    _ x: Tensor, p: Double = 0.5, training: Bool = false, inplace: Bool = false
  ) throws -> Tensor {
    try noisy(x, p, training: training, inplace: inplace, "alpha_dropout", .alpha)
  }

  /// Applies ``alphaDropout(_:p:training:inplace:)`` to whole channels
  /// (PyTorch: `F.feature_alpha_dropout`).
  public static func featureAlphaDropout(
    _ x: Tensor, p: Double = 0.5, training: Bool = false, inplace: Bool = false
  ) throws -> Tensor {
    try noisy(
      x, p, training: training, inplace: inplace, "feature_alpha_dropout", [.feature, .alpha])
  }

  private struct NoiseKind: OptionSet {
    let rawValue: Int
    static let feature = NoiseKind(rawValue: 1), alpha = NoiseKind(rawValue: 2)
  }

  private static func channels(
    _ x: Tensor, batchedRank: Int, _ p: Double, _ training: Bool, _ inplace: Bool, _ name: String
  ) throws -> Tensor {
    if x.ndim == batchedRank {
      return try noisy(x, p, training: training, inplace: inplace, name, .feature)
    }
    let batch = try inplace ? x.unsqueeze_(0) : x.unsqueeze(0)
    let y = try noisy(batch, p, training: training, inplace: inplace, name, .feature)
    return try inplace ? y.squeeze_(0) : y.squeeze(0)
  }

  private static func checkProbability(_ p: Double, _ name: String) throws {
    try require(
      (0...1).contains(p), .value, name,
      "dropout probability has to be between 0 and 1, but got \(got: p)")
  }

  /// Warns of inputs that are neither a sample nor a batch.
  private static func warnOfRank(_ x: Tensor, spatial: Int) throws {
    let ranks = (spatial + 1, spatial + 2), name = "dropout\(spatial)d"
    if x.ndim == ranks.0 || x.ndim == ranks.1 { return }
    try Warnings.warn(
      .deprecated, "",
      "\(name): Received a \(x.ndim)-D input to \(name), which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that \(name) exists to provide channel-wise dropout on inputs with \(spatial) spatial dimensions, a channel dimension, and an optional batch dimension (i.e. \(ranks.0)D or \(ranks.1)D inputs)."
    )
  }

  private static func noisy(
    _ x: Tensor, _ p: Double, training: Bool, inplace: Bool, _ name: String, _ kind: NoiseKind
  ) throws -> Tensor {
    try checkProbability(p, name)
    if p == 0 || !training || x.numel == 0 { return x }
    try require(
      x.dtype.isFloatingPoint, .dtype, name,
      "result type Float can't be cast to the desired output type \(x.dtype.scalarName); convert the input with to(.float32)"
    )
    func times(_ factor: Tensor) throws -> Tensor {
      inplace ? try x.mul_(factor) : try x.mul(factor)
    }
    if p == 1 { return try times(Tensor.zeros([], dtype: x.dtype, device: x.device)) }
    var noise = try Tensor.empty(like: x)
    if kind.contains(.feature) {
      try require(
        x.ndim >= 2, .shape, name, "Feature dropout requires at least 2 dimensions in the input")
      let shape = x.shape.prefix(2) + [Int](repeating: 1, count: x.ndim - 2)
      noise = try x.newEmpty(Array(shape))
    }
    try noise.bernoulli_(1 - p)
    guard kind.contains(.alpha) else { return try times(noise.div_(1 - p)) }
    // The negated limit of SELU for very negative input.
    let alpha = 1.7580993408473766, a = 1 / ((alpha * alpha * p + 1) * (1 - p)).squareRoot()
    let shift = try noGrad { try noise.add(-1).mul_(alpha * a).add_(alpha * a * p) }
    return try times(noise.mul_(a)).add_(shift)
  }
}
