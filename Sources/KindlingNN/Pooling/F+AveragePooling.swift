public import KindlingCore

extension F {
  /// Applies 1-D average pooling over an input signal (PyTorch: `F.avg_pool1d`).
  ///
  /// `stride` defaults to `kernelSize`.
  /// - Shape: `[N, C, L]` or `[C, L]`.
  /// - Throws: `TensorError` if an argument is invalid or the output would be empty.
  public static func avgPool1d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) throws -> Tensor {
    try averagePool(
      1, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      ceilMode: ceilMode, countIncludePad: countIncludePad)
  }

  /// Applies 2-D average pooling over an input image (PyTorch: `F.avg_pool2d`).
  ///
  /// `stride` defaults to `kernelSize`. With `countIncludePad` the zero padding counts in the mean.
  /// `divisorOverride` replaces the window size as the divisor. `ceilMode` uses ceil instead of
  /// floor to compute the output size.
  ///
  /// - Shape: `[N, C, H, W]` or `[C, H, W]`.
  /// - Throws: `TensorError` if an argument is invalid or the output would be empty.
  public static func avgPool2d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) throws -> Tensor {
    try averagePool(
      2, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      ceilMode: ceilMode, countIncludePad: countIncludePad, divisor: divisorOverride)
  }

  /// Applies 3-D average pooling over an input volume (PyTorch: `F.avg_pool3d`).
  ///
  /// The arguments have the meaning they have in
  /// ``avgPool2d(_:_:stride:padding:ceilMode:countIncludePad:divisorOverride:)``.
  ///
  /// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
  /// - Throws: `TensorError` if an argument is invalid or the output would be empty.
  public static func avgPool3d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) throws -> Tensor {
    try averagePool(
      3, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      ceilMode: ceilMode, countIncludePad: countIncludePad, divisor: divisorOverride)
  }

  static func averagePool(
    _ rank: Int, _ x: Tensor, _ kernel: [Int], stride: [Int]?, padding: [Int] = [0],
    ceilMode: Bool, countIncludePad: Bool = true, divisor: Int? = nil
  ) throws -> Tensor {
    let arguments = try PoolingArguments(
      "avg_pool\(rank)d", rank: rank, kernel: kernel, stride: stride ?? [], padding: padding,
      ceilMode: ceilMode)
    try require(divisor != 0, .value, arguments.operation, "divisor must be not zero")
    if rank == 3, x.ndim > 3, zip(x.shape.suffix(3), arguments.kernel).contains(where: { $0 < $1 })
    {
      // This is the only pooling that rejects windows that fit by padding or `ceilMode` alone.
      throw TensorError(
        .shape, arguments.operation,
        "input image \(Array(x.shape.suffix(3))) smaller than kernel size \(arguments.kernel)")
    }
    var p = try arguments.windows(over: x, countsPadding: countIncludePad)
    p.divisor = divisor
    if rank == 1 {
      return try x.unsqueeze(-2).averagePooled("AvgPool2DBackward0", p, rank: 2).squeeze(-2)
    }
    return try x.averagePooled("AvgPool\(rank)DBackward0", p, rank: rank)
  }

  // MARK: Adaptive

  /// Applies 1-D adaptive average pooling with `outputSize` windows
  /// (PyTorch: `F.adaptive_avg_pool1d`).
  public static func adaptiveAvgPool1d(_ x: Tensor, _ outputSize: Int) throws -> Tensor {
    try adaptiveAveragePool(1, x, [outputSize])
  }

  /// Applies 2-D adaptive average pooling (PyTorch: `F.adaptive_avg_pool2d`).
  ///
  /// A `nil` size keeps the size of the input.
  ///
  /// - Shape: `[N, C, H, W]` or `[C, H, W]`.
  /// - Throws: `TensorError` if the input has too few dimensions or a size is negative.
  public static func adaptiveAvgPool2d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveAveragePool(2, x, outputSize.sizes)
  }

  /// Applies 3-D adaptive average pooling (PyTorch: `F.adaptive_avg_pool3d`).
  ///
  /// A `nil` size keeps the size of the input.
  public static func adaptiveAvgPool3d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveAveragePool(3, x, outputSize.sizes)
  }

  static func adaptiveAveragePool(_ rank: Int, _ x: Tensor, _ sizes: [Int?]) throws -> Tensor {
    let name = "adaptive_avg_pool\(rank)d"
    let sizes = try checkedSizes(name, rank, sizes)
    let p = try Pooling.adaptive(name, x, sizes)
    try require(
      x.dtype.isFloatingPoint, .dtype, name,
      "\"\(name)\" not implemented for '\(x.dtype.scalarName)'; convert with to(_:)")
    if rank == 1 {
      return try adaptiveAveragePool(2, x.unsqueeze(-2), [1] + sizes).squeeze(-2)
    }
    // A single window is a mean, in the graph too.
    if sizes.allSatisfy({ $0 == 1 }) {
      return try x.mean(dims: (1...rank).map { -$0 }.reversed(), keepdim: true)
        .laidOut(as: x.suggestedFormat)
    }
    return try x.averagePooled("AdaptiveAvgPool\(rank)DBackward0", p, rank: rank)
  }
}
