public import KindlingCore

extension F {
  /// The mean of each window of a signal (PyTorch: `F.avg_pool1d`).
  ///
  /// `stride` is `kernelSize` where it is nil.
  /// - Shape: `[N, C, L]` or `[C, L]`.
  /// - Throws: `TensorError` where a number is impossible or no window fits.
  public static func avgPool1d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) throws -> Tensor {
    try averagePool(
      1, x, kernelSize.extents, stride?.extents, padding.extents, ceilMode, countIncludePad, nil)
  }

  /// The mean of each window of an image (PyTorch: `F.avg_pool2d`).
  ///
  /// With `countIncludePad` padding counts among the elements of a window; with `divisorOverride`
  /// sums are divided by that instead. `stride` is the kernel's size where nil, and `ceilMode`
  /// keeps a last window that is not full.
  ///
  /// - Shape: `[N, C, H, W]` or `[C, H, W]`.
  /// - Throws: `TensorError` where a number is impossible or no window fits.
  public static func avgPool2d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) throws -> Tensor {
    try averagePool(
      2, x, kernelSize.extents, stride?.extents, padding.extents, ceilMode, countIncludePad,
      divisorOverride)
  }

  /// The mean of each window of a volume (PyTorch: `F.avg_pool3d`).
  ///
  /// The arguments are those of
  /// ``avgPool2d(_:_:stride:padding:ceilMode:countIncludePad:divisorOverride:)``.
  ///
  /// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
  /// - Throws: `TensorError` where a number is impossible or no window fits.
  public static func avgPool3d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) throws -> Tensor {
    try averagePool(
      3, x, kernelSize.extents, stride?.extents, padding.extents, ceilMode, countIncludePad,
      divisorOverride)
  }

  static func averagePool(
    _ rank: Int, _ x: Tensor, _ kernel: [Int], _ stride: [Int]?, _ padding: [Int],
    _ ceilMode: Bool, _ countIncludePad: Bool, _ divisor: Int?
  ) throws -> Tensor {
    let arguments = try PoolingArguments(
      "avg_pool\(rank)d", rank: rank, kernel: kernel, stride: stride ?? [], padding: padding,
      ceilMode: ceilMode)
    guard divisor != 0 else {
      throw TensorError(.value, arguments.operation, "divisor must be not zero")
    }
    if rank == 3, x.ndim > 3, zip(x.shape.suffix(3), arguments.kernel).contains(where: { $0 < $1 })
    {
      // Of all poolings this one refuses windows that padding or ceilMode would make fit.
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

  /// The means of `outputSize` windows that share a signal out (PyTorch: `F.adaptive_avg_pool1d`).
  public static func adaptiveAvgPool1d(_ x: Tensor, _ outputSize: Int) throws -> Tensor {
    try adaptiveAveragePool(1, x, [outputSize])
  }

  /// The means of `outputSize` windows that share an image out (PyTorch: `F.adaptive_avg_pool2d`); a
  /// nil size is the input's.
  ///
  /// - Shape: `[N, C, H, W]` or `[C, H, W]`.
  /// - Throws: `TensorError` where the input has too few dimensions or a size is negative.
  public static func adaptiveAvgPool2d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveAveragePool(2, x, outputSize.sizes)
  }

  /// The means of `outputSize` windows that share a volume out (PyTorch: `F.adaptive_avg_pool3d`); a
  /// nil size is the input's.
  public static func adaptiveAvgPool3d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveAveragePool(3, x, outputSize.sizes)
  }

  static func adaptiveAveragePool(_ rank: Int, _ x: Tensor, _ sizes: [Int?]) throws -> Tensor {
    let name = "adaptive_avg_pool\(rank)d"
    let sizes = try checkedSizes(name, rank, sizes)
    let p = try Pooling.adaptive(name, x, sizes)
    guard x.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, name, "\"\(name)\" not implemented for '\(x.dtype.scalarName)'; convert with to(_:)"
      )
    }
    if rank == 1 {
      return try adaptiveAveragePool(2, x.unsqueeze(-2), [1] + sizes).squeeze(-2)
    }
    // One window is a mean, also in the graph.
    if sizes.allSatisfy({ $0 == 1 }) {
      return try x.mean(dims: (1...rank).map { -$0 }.reversed(), keepdim: true)
        .laidOut(as: x.suggestedFormat)
    }
    return try x.averagePooled("AdaptiveAvgPool\(rank)DBackward0", p, rank: rank)
  }
}
