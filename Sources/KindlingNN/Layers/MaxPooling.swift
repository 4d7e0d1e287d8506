public import KindlingCore

/// What all layers of maxima over windows have in common: their numbers.
open class MaxPoolingLayer: Module {
  /// The sizes of a window.
  public let kernelSize: any Extents
  /// How far windows are apart.
  public let stride: any Extents
  /// What surrounds the input, counting as less than everything.
  public let padding: any Extents
  /// How far the elements of a window are apart.
  public let dilation: any Extents
  /// Whether windows may reach over the end.
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
  /// A number or a tuple, as Python prints it.
  var printed: String {
    if let number = self as? Int { return "\(number)" }
    return TextForm.tuple(extents)
  }
}

/// The greatest element of each window of signals (PyTorch: `nn.MaxPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class MaxPool1d: MaxPoolingLayer, Layer {
  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    dilation: some Extents = 1, ceilMode: Bool = false
  ) {
    super.init(kernelSize, stride, padding, dilation, ceilMode)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(1, x, indices: false).values }

  /// The maxima and where in their planes they lie (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(1, x, indices: true))
  }
}

/// The greatest element of each window of images (PyTorch: `nn.MaxPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class MaxPool2d: MaxPoolingLayer, Layer {
  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    dilation: some Extents = 1, ceilMode: Bool = false
  ) {
    super.init(kernelSize, stride, padding, dilation, ceilMode)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(2, x, indices: false).values }

  /// The maxima and where in their planes they lie (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(2, x, indices: true))
  }
}

/// The greatest element of each window of volumes (PyTorch: `nn.MaxPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class MaxPool3d: MaxPoolingLayer, Layer {
  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    dilation: some Extents = 1, ceilMode: Bool = false
  ) {
    super.init(kernelSize, stride, padding, dilation, ceilMode)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(3, x, indices: false).values }

  /// The maxima and where in their planes they lie (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(3, x, indices: true))
  }
}
