public import KindlingCore

/// The base class of the average-pooling layers.
open class AveragePoolingLayer: Module, Layer {
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

  /// The number of spatial dimensions.
  class var rank: Int { 2 }

  /// Creates an average-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: any Extents, stride: (any Extents)? = nil, padding: any Extents = 0,
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
      Self.rank, x, kernelSize.extents, stride: stride.extents, padding: padding.extents,
      ceilMode: ceilMode, countIncludePad: countIncludePad, divisor: divisorOverride)
  }

  override class var form: LayerForm? {
    described {
      AveragePoolingLayer(
        $0, stride: $1, padding: $2, ceilMode: $3, countIncludePad: $4, divisorOverride: $5)
    }
  }

  static func described<L: AveragePoolingLayer>(
    _ make: @escaping (any Extents, any Extents, any Extents, Bool, Bool, Int?) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "pooling", .extents("kernel_size", \.kernelSize), .extents("stride", \.stride),
      .extents("padding", \.padding).ifMissing(0),
      .init("ceil_mode", \.ceilMode, .hidden).ifMissing(false),
      .init("count_include_pad", \.countIncludePad, .hidden).ifMissing(true),
      // PyTorch's 1-D layer does not have it.
      .init("divisor_override", \.divisorOverride, .hidden).ifMissing(nil)
        .saved(if: L.self != AvgPool1d.self),
      make: make)
  }
}

/// 1-D average pooling over an input signal (PyTorch: `nn.AvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class AvgPool1d: AveragePoolingLayer {
  override class var rank: Int { 1 }

  /// Creates an average-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: some Extents, stride: (any Extents)? = nil, padding: some Extents = 0,
    ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    // PyTorch stores these three as tuples, in one dimension only.
    super.init(
      kernelSize.extents, stride: stride?.extents, padding: padding.extents, ceilMode: ceilMode,
      countIncludePad: countIncludePad)
  }

  override class var form: LayerForm? {
    described { kernel, stride, padding, ceilMode, countIncludePad, _ in
      AvgPool1d(
        kernel, stride: stride, padding: padding, ceilMode: ceilMode,
        countIncludePad: countIncludePad)
    }
  }
}

/// 2-D average pooling over an input image (PyTorch: `nn.AvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class AvgPool2d: AveragePoolingLayer {
  override class var rank: Int { 2 }

  override class var form: LayerForm? {
    described {
      AvgPool2d(
        $0, stride: $1, padding: $2, ceilMode: $3, countIncludePad: $4, divisorOverride: $5)
    }
  }
}

/// 3-D average pooling over an input volume (PyTorch: `nn.AvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class AvgPool3d: AveragePoolingLayer {
  override class var rank: Int { 3 }

  override class var form: LayerForm? {
    described {
      AvgPool3d(
        $0, stride: $1, padding: $2, ceilMode: $3, countIncludePad: $4, divisorOverride: $5)
    }
  }
}
