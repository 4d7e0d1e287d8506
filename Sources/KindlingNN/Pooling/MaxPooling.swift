public import KindlingCore

/// The base class of the max-pooling layers.
open class MaxPoolingLayer: Module, Layer {
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

  /// The number of spatial dimensions.
  class var rank: Int { 2 }

  /// Creates a max-pooling layer; `stride` defaults to `kernelSize`.
  public init(
    _ kernelSize: any Extents, stride: (any Extents)? = nil, padding: any Extents = 0,
    dilation: any Extents = 1, ceilMode: Bool = false
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  private func pooled(_ x: Tensor, indices: Bool) throws -> (values: Tensor, indices: Tensor?) {
    try F.maxPool(
      Self.rank, x, kernelSize.extents, stride: stride.extents, padding: padding.extents,
      dilation: dilation.extents, ceilMode: ceilMode, indices: indices)
  }

  open func forward(_ x: Tensor) throws -> Tensor { try pooled(x, indices: false).values }

  /// Returns the maxima and their indices in their signals, planes or volumes
  /// (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(pooled(x, indices: true))
  }

  override class var form: LayerForm? {
    described { MaxPoolingLayer($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4) }
  }

  static func described<L: MaxPoolingLayer>(
    _ make: @escaping (any Extents, any Extents, any Extents, any Extents, Bool) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "pooling", .extents("kernel_size", \.kernelSize), .extents("stride", \.stride),
      .extents("padding", \.padding),
      .extents("dilation", \.dilation).thenNoIndices(),
      .init("ceil_mode", \.ceilMode).ifMissing(false), make: make)
  }
}

/// 1-D max pooling over an input signal (PyTorch: `nn.MaxPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]`.
open class MaxPool1d: MaxPoolingLayer {
  override class var rank: Int { 1 }

  override class var form: LayerForm? {
    described { MaxPool1d($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4) }
  }
}

/// 2-D max pooling over an input image (PyTorch: `nn.MaxPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]`.
open class MaxPool2d: MaxPoolingLayer {
  override class var rank: Int { 2 }

  override class var form: LayerForm? {
    described { MaxPool2d($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4) }
  }
}

/// 3-D max pooling over an input volume (PyTorch: `nn.MaxPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]`.
open class MaxPool3d: MaxPoolingLayer {
  override class var rank: Int { 3 }

  override class var form: LayerForm? {
    described { MaxPool3d($0, stride: $1, padding: $2, dilation: $3, ceilMode: $4) }
  }
}
