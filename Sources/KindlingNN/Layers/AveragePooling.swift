public import KindlingCore

/// What the layers of means over windows share: their numbers.
open class AveragePoolingLayer: Module {
  /// The sizes of a window.
  public let kernelSize: any Extents
  /// How far windows are apart.
  public let stride: any Extents
  /// Zeros that surround the input.
  public let padding: any Extents
  /// Whether windows may reach over the end.
  public let ceilMode: Bool
  /// Whether padding counts among the elements of a window.
  public let countIncludePad: Bool
  /// By what sums are divided instead of the number of elements.
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

/// The mean of each window of signals (PyTorch: `nn.AvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class AvgPool1d: AveragePoolingLayer, Layer {
  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    // PyTorch keeps these three as tuples, in one dimension alone.
    super.init(
      kernelSize.extents, stride?.extents, padding.extents, ceilMode, countIncludePad, nil)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(1, x) }
}

/// The mean of each window of images (PyTorch: `nn.AvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class AvgPool2d: AveragePoolingLayer, Layer {
  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) { super.init(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride) }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(2, x) }
}

/// The mean of each window of volumes (PyTorch: `nn.AvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class AvgPool3d: AveragePoolingLayer, Layer {
  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) { super.init(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride) }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(3, x) }
}
