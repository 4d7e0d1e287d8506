public import KindlingCore

/// The base class of the max-pooling layers.
open class MaxPoolingLayer: Module {
  /// The size of the window.
  public let kernelSize: any Extents
  /// The stride of the window.
  public let stride: any Extents
  /// The implicit padding of negative infinity on each side.
  public let padding: any Extents
  /// The dilation: the spacing between elements of the window.
  public let dilation: any Extents
  /// Whether to use ceil instead of floor to compute the output size.
  public let ceilMode: Bool

  init(
    _ kernelSize: any Extents, _ stride: (any Extents)?, _ padding: any Extents,
    _ dilation: any Extents, _ ceilMode: Bool
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  func pooled(_ rank: Int, _ x: Tensor, indices: Bool) throws -> (values: Tensor, indices: Tensor?)
  {
    try F.maxPool(
      rank, x, kernelSize.extents, stride.extents, padding.extents, dilation.extents, ceilMode,
      indices: indices)
  }

  override open func extraRepr() -> String {
    "kernel_size=\(kernelSize.printed), stride=\(stride.printed), padding=\(padding.printed), dilation=\(dilation.printed), ceil_mode=\(ceilMode ? "True" : "False")"
  }
}

extension Extents {
  /// A number or a tuple, in Python's notation.
  var printed: String {
    if let number = self as? Int { return "\(number)" }
    return TextForm.tuple(extents)
  }
}

/// 1-D max pooling over an input signal (PyTorch: `nn.MaxPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class MaxPool1d: MaxPoolingLayer, Layer {
  /// Creates a max-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    dilation: some Extents = 1, ceilMode: Bool = false
  ) {
    super.init(kernelSize, stride, padding, dilation, ceilMode)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(1, x, indices: false).values }

  /// Returns the maxima and their indices in the signal (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(1, x, indices: true))
  }
}

/// 2-D max pooling over an input image (PyTorch: `nn.MaxPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class MaxPool2d: MaxPoolingLayer, Layer {
  /// Creates a max-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    dilation: some Extents = 1, ceilMode: Bool = false
  ) {
    super.init(kernelSize, stride, padding, dilation, ceilMode)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(2, x, indices: false).values }

  /// Returns the maxima and their indices in their planes (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(2, x, indices: true))
  }
}

/// 3-D max pooling over an input volume (PyTorch: `nn.MaxPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class MaxPool3d: MaxPoolingLayer, Layer {
  /// Creates a max-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    dilation: some Extents = 1, ceilMode: Bool = false
  ) {
    super.init(kernelSize, stride, padding, dilation, ceilMode)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(3, x, indices: false).values }

  /// Returns the maxima and their indices in their volumes (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(3, x, indices: true))
  }
}
