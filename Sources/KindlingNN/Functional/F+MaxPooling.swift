public import KindlingCore

extension F {
  /// The greatest element of each window of a signal (PyTorch: `F.max_pool1d`).
  ///
  /// `stride` is `kernelSize` where it is nil.
  /// - Shape: `[N, C, L]` or `[C, L]`.
  /// - Throws: `TensorError` where a number is impossible or no window fits.
  public static func maxPool1d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> Tensor {
    try maxPool(
      1, x, kernelSize.extents, stride?.extents, padding.extents, dilation.extents, ceilMode,
      indices: false
    ).values
  }

  /// ``maxPool1d(_:_:stride:padding:dilation:ceilMode:)`` and where in the signal each maximum lies
  /// (PyTorch: `F.max_pool1d(return_indices=True)`).
  public static func maxPool1dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(
      maxPool(
        1, x, kernelSize.extents, stride?.extents, padding.extents, dilation.extents, ceilMode))
  }

  /// The greatest element of each window of an image (PyTorch: `F.max_pool2d`).
  ///
  /// `stride` is `kernelSize` where it is nil.
  /// - Shape: `[N, C, H, W]` or `[C, H, W]`.
  /// - Throws: `TensorError` where a number is impossible or no window fits.
  public static func maxPool2d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> Tensor {
    try maxPool(
      2, x, kernelSize.extents, stride?.extents, padding.extents, dilation.extents, ceilMode,
      indices: false
    ).values
  }

  /// ``maxPool2d(_:_:stride:padding:dilation:ceilMode:)`` and where in its plane, counted by rows,
  /// each maximum lies (PyTorch: `F.max_pool2d(return_indices=True)`).
  public static func maxPool2dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(
      maxPool(
        2, x, kernelSize.extents, stride?.extents, padding.extents, dilation.extents, ceilMode))
  }

  /// The greatest element of each window of a volume (PyTorch: `F.max_pool3d`).
  ///
  /// `stride` is `kernelSize` where it is nil.
  /// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
  /// - Throws: `TensorError` where a number is impossible or no window fits.
  public static func maxPool3d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> Tensor {
    try maxPool(
      3, x, kernelSize.extents, stride?.extents, padding.extents, dilation.extents, ceilMode,
      indices: false
    ).values
  }

  /// ``maxPool3d(_:_:stride:padding:dilation:ceilMode:)`` and where in its volume each maximum lies
  /// (PyTorch: `F.max_pool3d(return_indices=True)`).
  public static func maxPool3dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(
      maxPool(
        3, x, kernelSize.extents, stride?.extents, padding.extents, dilation.extents, ceilMode))
  }

  static func maxPool(
    _ rank: Int, _ x: Tensor, _ kernel: [Int], _ stride: [Int]?, _ padding: [Int],
    _ dilation: [Int], _ ceilMode: Bool, indices: Bool = true
  ) throws -> (values: Tensor, indices: Tensor?) {
    let arguments = try PoolingArguments(
      "max_pool\(rank)d", rank: rank, kernel: kernel, stride: stride ?? [], padding: padding,
      dilation: dilation, ceilMode: ceilMode)
    let p = try arguments.windows(over: x)
    return try pooledAsImage(rank, x) { x in
      try x.maxPooled(
        "MaxPool\(max(rank, 2))DWithIndicesBackward0", p, rank: max(rank, 2),
        keepsFormat: true, indices: indices)
    }
  }

  // MARK: Adaptive

  /// The greatest elements of `outputSize` windows that share a signal out
  /// (PyTorch: `F.adaptive_max_pool1d`).
  public static func adaptiveMaxPool1d(_ x: Tensor, _ outputSize: Int) throws -> Tensor {
    try adaptiveMaxPool1dWithIndices(x, outputSize).values
  }

  /// ``adaptiveMaxPool1d(_:_:)`` and where in the signal each maximum lies
  /// (PyTorch: `F.adaptive_max_pool1d(return_indices=True)`).
  public static func adaptiveMaxPool1dWithIndices(
    _ x: Tensor, _ outputSize: Int
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(adaptiveMaxPool(1, x, [outputSize]))
  }

  /// The greatest elements of `outputSize` windows that share an image out
  /// (PyTorch: `F.adaptive_max_pool2d`); a nil size is the input's.
  public static func adaptiveMaxPool2d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveMaxPool(2, x, outputSize.sizes).values
  }

  /// ``adaptiveMaxPool2d(_:_:)`` and where in its plane each maximum lies
  /// (PyTorch: `F.adaptive_max_pool2d(return_indices=True)`).
  public static func adaptiveMaxPool2dWithIndices(
    _ x: Tensor, _ outputSize: some OutputSize
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(adaptiveMaxPool(2, x, outputSize.sizes))
  }

  /// The greatest elements of `outputSize` windows that share a volume out
  /// (PyTorch: `F.adaptive_max_pool3d`); a nil size is the input's.
  public static func adaptiveMaxPool3d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveMaxPool(3, x, outputSize.sizes).values
  }

  /// ``adaptiveMaxPool3d(_:_:)`` and where in its volume each maximum lies
  /// (PyTorch: `F.adaptive_max_pool3d(return_indices=True)`).
  public static func adaptiveMaxPool3dWithIndices(
    _ x: Tensor, _ outputSize: some OutputSize
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(adaptiveMaxPool(3, x, outputSize.sizes))
  }

  static func adaptiveMaxPool(
    _ rank: Int, _ x: Tensor, _ sizes: [Int?]
  ) throws -> (values: Tensor, indices: Tensor?) {
    let name = "adaptive_max_pool\(rank)d"
    let p = try Pooling.adaptive(name, x, checkedSizes(name, rank, sizes))
    return try pooledAsImage(rank, x) { x in
      try x.maxPooled(
        "AdaptiveMaxPool\(max(rank, 2))DBackward0", p, rank: max(rank, 2), keepsFormat: rank < 3)
    }
  }

  /// One size for each dimension.
  static func checkedSizes(_ operation: String, _ rank: Int, _ sizes: [Int?]) throws -> [Int?] {
    guard sizes.count == rank || sizes.count == 1, let first = sizes.first else {
      throw TensorError(
        .value, operation,
        "argument 'output_size' should contain \(rank) ints, or one for all (got \(sizes.count))")
    }
    return sizes.count == rank ? sizes : [Int?](repeating: first, count: rank)
  }

  /// Signals as images of one row, which is how PyTorch pools them.
  private static func pooledAsImage(
    _ rank: Int, _ x: Tensor, _ body: (Tensor) throws -> (values: Tensor, indices: Tensor?)
  ) throws -> (values: Tensor, indices: Tensor?) {
    if rank > 1 { return try body(x) }
    let (values, indices) = try body(x.unsqueeze(-2))
    return (try values.squeeze(-2), try indices?.squeeze(-2))
  }

  static func both(
    _ pooled: (values: Tensor, indices: Tensor?)
  ) throws -> (values: Tensor, indices: Tensor) {
    guard let indices = pooled.indices else {
      throw TensorError(.value, "max_pool", "no indices were computed")
    }
    return (pooled.values, indices)
  }
}

/// The size of an adaptive pooling's result: one number for all dimensions, or one for each, where
/// nil keeps the input's.
///
/// `Int`, `[Int]` and `[Int?]` are output sizes.
public protocol OutputSize: Sendable {
  /// The sizes; one alone stands for all dimensions.
  var sizes: [Int?] { get }
}

extension Int: OutputSize {
  /// This size alone.
  public var sizes: [Int?] { [self] }
}

extension Optional: OutputSize where Wrapped == Int {
  /// This size alone; nil is the input's.
  public var sizes: [Int?] { [self] }
}

extension Array: OutputSize where Element: OutputSize {
  /// The sizes of all elements in order.
  public var sizes: [Int?] { flatMap(\.sizes) }
}
