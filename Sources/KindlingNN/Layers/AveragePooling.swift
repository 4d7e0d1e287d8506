public import KindlingCore

/// The base class of the average-pooling layers.
open class AveragePoolingLayer: Module {
  /// The size of the window.
  public let kernelSize: any Extents
  /// The stride of the window.
  public let stride: any Extents
  /// The implicit zero padding on each side.
  public let padding: any Extents
  /// Whether to use ceil instead of floor to compute the output size.
  public let ceilMode: Bool
  /// Whether to include the zero padding in the mean.
  public let countIncludePad: Bool
  /// The divisor, if it differs from the number of elements.
  public let divisorOverride: Int?

  init(
    _ kernelSize: any Extents, _ stride: (any Extents)?, _ padding: any Extents, _ ceilMode: Bool,
    _ countIncludePad: Bool, _ divisorOverride: Int?
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
    self.divisorOverride = divisorOverride
  }

  func pooled(_ rank: Int, _ x: Tensor) throws -> Tensor {
    try F.averagePool(
      rank, x, kernelSize.extents, stride.extents, padding.extents, ceilMode, countIncludePad,
      divisorOverride)
  }

  override open func extraRepr() -> String {
    "kernel_size=\(kernelSize.printed), stride=\(stride.printed), padding=\(padding.printed)"
  }
}

/// 1-D average pooling over an input signal (PyTorch: `nn.AvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class AvgPool1d: AveragePoolingLayer, Layer {
  /// Creates an average-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    // PyTorch stores these three as tuples, in one dimension only.
    super.init(
      kernelSize.extents, stride?.extents, padding.extents, ceilMode, countIncludePad, nil)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(1, x) }
}

/// 2-D average pooling over an input image (PyTorch: `nn.AvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class AvgPool2d: AveragePoolingLayer, Layer {
  /// Creates an average-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) { super.init(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride) }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(2, x) }
}

/// 3-D average pooling over an input volume (PyTorch: `nn.AvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class AvgPool3d: AveragePoolingLayer, Layer {
  /// Creates an average-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) { super.init(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride) }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(3, x) }
}
