public import KindlingCore

/// The mean of each window of signals (PyTorch: `nn.AvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class AvgPool1d: Module, Layer {
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

  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.averagePool(
      1, x, kernelSize.extents, stride.extents, padding.extents, ceilMode, countIncludePad, nil)
  }

  override open func extraRepr() -> String {
    // PyTorch keeps these three as tuples, in one dimension alone.
    let numbers = [kernelSize, stride, padding].map { $0.extents.printed }
    return "kernel_size=\(numbers[0]), stride=\(numbers[1]), padding=\(numbers[2])"
  }
}

/// The mean of each window of images (PyTorch: `nn.AvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class AvgPool2d: Module, Layer {
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

  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
    self.divisorOverride = divisorOverride
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.averagePool(
      2, x, kernelSize.extents, stride.extents, padding.extents, ceilMode, countIncludePad,
      divisorOverride)
  }

  override open func extraRepr() -> String {
    "kernel_size=\(kernelSize.printed), stride=\(stride.printed), padding=\(padding.printed)"
  }
}

/// The mean of each window of volumes (PyTorch: `nn.AvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class AvgPool3d: Module, Layer {
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

  /// A layer with windows of `kernelSize`, which `stride` is too where it is nil.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
    self.divisorOverride = divisorOverride
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.averagePool(
      3, x, kernelSize.extents, stride.extents, padding.extents, ceilMode, countIncludePad,
      divisorOverride)
  }

  override open func extraRepr() -> String {
    "kernel_size=\(kernelSize.printed), stride=\(stride.printed), padding=\(padding.printed)"
  }
}
