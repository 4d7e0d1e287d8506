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
        .value, "CrossMapLRN2d", "size must be greater than 0, got \(size)")
    }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    guard x.ndim == 4 else {
      throw TensorError(
        .shape, "CrossMapLRN2d", "Expected input to be 4D, got \(x.ndim)D instead.")
    }
    guard x.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, "CrossMapLRN2d", "expected a floating-point input, got \(x.dtype)")
    }
    let (output, scale) = try noGrad {
      let scale = try self.scale(of: x)
      return (try scale.pow(-beta.doubleValue).mul(x), scale)
    }
    try Recording.record([output], "CrossMapLRN2dBackward", [x], saving: [x, output, scale]) {
      [self] gradients, saved in
      guard let gradient = gradients[0] else { return [nil] }
      return [try self.gradient(gradient, saved[0], saved[1], saved[2])]
    }
    return output
  }

  /// Returns `k` plus the scaled sums of squares, by a running sum over channels.
  private func scale(of x: Tensor) throws -> Tensor {
    let channels = x.shape[1], reach = size / 2 + size % 2
    if x.numel == 0 { return try x.clone() }
    let squares = try x.pow(2)
    var sum = try Tensor.zeros(like: squares.select(1, 0))
    for c in 0..<min(reach, channels) { try sum.add_(squares.select(1, c)) }
    var sums = [sum]
    for c in 1..<max(channels, 1) where c < channels {
      sum = try sum.clone()
      if c < channels - reach + 1 { try sum.add_(squares.select(1, c + reach - 1)) }
      if c > reach { try sum.sub_(squares.select(1, c - reach)) }
      sums.append(sum)
    }
    return try Tensor.stack(sums, dim: 1).mul_(alpha.doubleValue / Double(size)).add_(k.doubleValue)
  }

  /// Returns the gradient, with PyTorch's window.
  private func gradient(
    _ gradient: Tensor, _ x: Tensor, _ output: Tensor, _ scale: Tensor
  ) throws -> Tensor {
    let direct = try scale.pow(-beta.doubleValue).mul(gradient)
    if x.numel == 0 { return direct }
    let channels = x.shape[1], before = size == 1 ? 0 : size / 2 + size % 2
    let ratio = try gradient.mul(output).div(scale)
    let padded = try F.pad(ratio, [0, 0, 0, 0, before, size - 1 - before])
    var sum = try padded.narrow(1, 0, channels)
    for shift in 1..<max(size, 1) where shift < size {
      sum = try sum + padded.narrow(1, shift, channels)
    }
    let factor = 2 * alpha.doubleValue * beta.doubleValue / Double(size)
    return try direct - x.mul(sum).mul(factor)
  }

  override class var form: LayerForm? {
    LayerForm(
      CrossMapLRN2d.self, "normalization", .init("size", \.size, .bare), .init("alpha", \.alpha),
      .init("beta", \.beta), .init("k", \.k)
    ) { CrossMapLRN2d($0, alpha: $1, beta: $2, k: $3) }
  }
}
