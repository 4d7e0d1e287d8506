public import KindlingCore

/// Local response normalization across channels, as computed by Torch 7
/// (PyTorch: `nn.CrossMapLRN2d`).
///
/// ``LocalResponseNorm`` is the general form, for any window size and any number of dimensions.
/// This layer reproduces the window of PyTorch's implementation, which never drops the first
/// channel.
///
/// - Shape: `[N, C, H, W]`.
/// - Throws: on use, `TensorError` for another number of dimensions, or a size that is not
///   positive.
open class CrossMapLRN2d: Module, Layer {
  /// The number of channels in a window.
  public let size: Int
  /// The factor of the sum of squares.
  public let alpha: Scalar
  /// The exponent.
  public let beta: Scalar
  /// The term added to the scaled sum of squares.
  public let k: Scalar

  /// Creates a normalization over windows of `size` channels.
  public init<A: TensorScalar, B: TensorScalar, K: TensorScalar>(
    _ size: Int, alpha: A = 1e-4, beta: B = 0.75, k: K = 1
  ) {
    self.size = size
    self.alpha = alpha.scalar
    self.beta = beta.scalar
    self.k = k.scalar
    super.init()
    if size <= 0 {
      initializationError = TensorError(
        .value, "CrossMapLRN2d", "size must be greater than 0, got \(got: size)")
    }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    try require(
      x.ndim == 4, .shape, "CrossMapLRN2d", "Expected input to be 4D, got \(got: x.ndim)D instead.")
    try require(
      x.dtype.isFloatingPoint, .dtype, "CrossMapLRN2d",
      "expected a floating-point input, got \(got: x.dtype)")
    return try CrossMapLRN(
      size: size, alpha: alpha.doubleValue, beta: beta.doubleValue, k: k.doubleValue
    ).apply(x)
  }

  override class var form: LayerForm? {
    LayerForm(
      CrossMapLRN2d.self, "normalization", .init("size", \.size, .bare), .init("alpha", \.alpha),
      .init("beta", \.beta), .init("k", \.k)
    ) { CrossMapLRN2d($0, alpha: $1, beta: $2, k: $3) }
  }
}
