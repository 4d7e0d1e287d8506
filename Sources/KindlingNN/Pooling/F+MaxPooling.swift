public import KindlingCore

extension F {
  /// Applies 1-D max pooling over an input signal (PyTorch: `F.max_pool1d`).
  ///
  /// `stride` defaults to `kernelSize`.
  /// - Shape: `[N, C, L]` or `[C, L]`.
  /// - Throws: `TensorError` if an argument is invalid or the output would be empty.
  public static func maxPool1d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> Tensor {
    try maxPool(
      1, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      dilation: dilation.extents, ceilMode: ceilMode, indices: false
    ).values
  }

  /// Applies 1-D max pooling and returns the index of each maximum in the signal
  /// (PyTorch: `F.max_pool1d(return_indices=True)`).
  ///
  /// See ``maxPool1d(_:_:stride:padding:dilation:ceilMode:)``.
  public static func maxPool1dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(
      maxPool(
        1, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
        dilation: dilation.extents, ceilMode: ceilMode))
  }

  /// Applies 2-D max pooling over an input image (PyTorch: `F.max_pool2d`).
  ///
  /// `stride` defaults to `kernelSize`.
  /// - Shape: `[N, C, H, W]` or `[C, H, W]`.
  /// - Throws: `TensorError` if an argument is invalid or the output would be empty.
  public static func maxPool2d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> Tensor {
    try maxPool(
      2, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      dilation: dilation.extents, ceilMode: ceilMode, indices: false
    ).values
  }

  /// Applies 2-D max pooling and returns the row-major index of each maximum in its plane
  /// (PyTorch: `F.max_pool2d(return_indices=True)`).
  ///
  /// See ``maxPool2d(_:_:stride:padding:dilation:ceilMode:)``.
  public static func maxPool2dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(
      maxPool(
        2, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
        dilation: dilation.extents, ceilMode: ceilMode))
  }

  /// Applies 3-D max pooling over an input volume (PyTorch: `F.max_pool3d`).
  ///
  /// `stride` defaults to `kernelSize`.
  /// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
  /// - Throws: `TensorError` if an argument is invalid or the output would be empty.
  public static func maxPool3d(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> Tensor {
    try maxPool(
      3, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
      dilation: dilation.extents, ceilMode: ceilMode, indices: false
    ).values
  }

  /// Applies 3-D max pooling and returns the index of each maximum in its volume
  /// (PyTorch: `F.max_pool3d(return_indices=True)`).
  ///
  /// See ``maxPool3d(_:_:stride:padding:dilation:ceilMode:)``.
  public static func maxPool3dWithIndices(
    _ x: Tensor, _ kernelSize: some Extents, stride: (any Extents)? = nil,
    padding: some Extents = 0, dilation: some Extents = 1, ceilMode: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(
      maxPool(
        3, x, kernelSize.extents, stride: stride?.extents, padding: padding.extents,
        dilation: dilation.extents, ceilMode: ceilMode))
  }

  static func maxPool(
    _ rank: Int, _ x: Tensor, _ kernel: [Int], stride: [Int]?, padding: [Int],
    dilation: [Int], ceilMode: Bool, indices: Bool = true
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

  /// Applies 1-D adaptive max pooling with `outputSize` windows (PyTorch: `F.adaptive_max_pool1d`).
  public static func adaptiveMaxPool1d(_ x: Tensor, _ outputSize: Int) throws -> Tensor {
    try adaptiveMaxPool1dWithIndices(x, outputSize).values
  }

  /// Applies 1-D adaptive max pooling and returns the index of each maximum in the signal
  /// (PyTorch: `F.adaptive_max_pool1d(return_indices=True)`).
  public static func adaptiveMaxPool1dWithIndices(
    _ x: Tensor, _ outputSize: Int
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(adaptiveMaxPool(1, x, [outputSize]))
  }

  /// Applies 2-D adaptive max pooling (PyTorch: `F.adaptive_max_pool2d`).
  ///
  /// A `nil` size keeps the size of the input.
  public static func adaptiveMaxPool2d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveMaxPool(2, x, outputSize.sizes).values
  }

  /// Applies 2-D adaptive max pooling and returns the index of each maximum in its plane
  /// (PyTorch: `F.adaptive_max_pool2d(return_indices=True)`).
  public static func adaptiveMaxPool2dWithIndices(
    _ x: Tensor, _ outputSize: some OutputSize
  ) throws -> (values: Tensor, indices: Tensor) {
    try both(adaptiveMaxPool(2, x, outputSize.sizes))
  }

  /// Applies 3-D adaptive max pooling (PyTorch: `F.adaptive_max_pool3d`).
  ///
  /// A `nil` size keeps the size of the input.
  public static func adaptiveMaxPool3d(_ x: Tensor, _ outputSize: some OutputSize) throws -> Tensor
  {
    try adaptiveMaxPool(3, x, outputSize.sizes).values
  }

  /// Applies 3-D adaptive max pooling and returns the index of each maximum in its volume
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

  /// Returns one size for each dimension.
  static func checkedSizes(_ operation: String, _ rank: Int, _ sizes: [Int?]) throws -> [Int?] {
    guard sizes.count == rank || sizes.count == 1, let first = sizes.first else {
      throw TensorError(
        .value, operation,
        "argument 'output_size' should contain \(expected: rank) ints, or one for all (got \(got: sizes.count))"
      )
    }
    return sizes.count == rank ? sizes : [Int?](repeating: first, count: rank)
  }

  /// Pools signals as images of one row, like PyTorch.
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
    let indices = try require(pooled.indices, .value, "max_pool", "no indices were computed")
    return (pooled.values, indices)
  }
}

/// The output size of an adaptive pooling: one number for all dimensions, or one for each.
///
/// `nil` keeps the size of the input. `Int`, `Int?`, `[Int]` and `[Int?]` conform.
public protocol OutputSize: Sendable {
  /// The sizes; a single one applies to all dimensions.
  var sizes: [Int?] { get }
}

extension Int: OutputSize {
  /// An array of this size.
  public var sizes: [Int?] { [self] }
}

extension Optional: OutputSize where Wrapped == Int {
  /// An array of this size; `nil` keeps the size of the input.
  public var sizes: [Int?] { [self] }
}

extension Array: OutputSize where Element: OutputSize {
  /// The sizes of all elements, in order.
  public var sizes: [Int?] { flatMap(\.sizes) }
}
