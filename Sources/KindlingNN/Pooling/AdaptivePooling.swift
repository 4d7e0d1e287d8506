public import KindlingCore

/// The base class of the adaptive pooling layers.
open class AdaptivePoolingLayer: Module {
  /// The output size; `nil` keeps the size of the input.
  public let outputSize: any OutputSize

  /// Creates a layer with outputs of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  /// The number of spatial dimensions.
  class var rank: Int { 2 }

  override class var form: LayerForm? { described { AdaptivePoolingLayer($0) } }

  static func described<L: AdaptivePoolingLayer>(
    _ size: LayerAttribute<L, any OutputSize> = .size, _ make: @escaping (any OutputSize) -> L
  ) -> LayerForm {
    LayerForm(L.self, "pooling", size, make: make)
  }
}

extension LayerAttribute where L: AdaptivePoolingLayer, V == any OutputSize {
  fileprivate static var size: Self { .outputSize("output_size", \.outputSize) }
  fileprivate static var maxima: Self {
    size.thenNoIndices()
  }
}

/// The base class of ``AdaptiveAvgPool1d``, ``AdaptiveAvgPool2d`` and ``AdaptiveAvgPool3d``.
open class AdaptiveAveragePooling: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveAveragePool(Self.rank, x, outputSize.sizes)
  }
}

/// 1-D adaptive average pooling (PyTorch: `nn.AdaptiveAvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]` → the same with `outputSize` last.
open class AdaptiveAvgPool1d: AdaptiveAveragePooling {
  override class var rank: Int { 1 }
  override class var form: LayerForm? { described { AdaptiveAvgPool1d($0) } }
}

/// 2-D adaptive average pooling (PyTorch: `nn.AdaptiveAvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]` → the same with `outputSize` last.
open class AdaptiveAvgPool2d: AdaptiveAveragePooling {
  override class var rank: Int { 2 }
  override class var form: LayerForm? { described { AdaptiveAvgPool2d($0) } }
}

/// 3-D adaptive average pooling (PyTorch: `nn.AdaptiveAvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]` → the same with `outputSize` last.
open class AdaptiveAvgPool3d: AdaptiveAveragePooling {
  override class var rank: Int { 3 }
  override class var form: LayerForm? { described { AdaptiveAvgPool3d($0) } }
}

/// The base class of ``AdaptiveMaxPool1d``, ``AdaptiveMaxPool2d`` and ``AdaptiveMaxPool3d``.
open class AdaptiveMaxPooling: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveMaxPool(Self.rank, x, outputSize.sizes).values
  }

  /// Returns the maxima and their indices in their signals, planes or volumes
  /// (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(F.adaptiveMaxPool(Self.rank, x, outputSize.sizes))
  }
}

/// 1-D adaptive max pooling (PyTorch: `nn.AdaptiveMaxPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]` → the same with `outputSize` last.
open class AdaptiveMaxPool1d: AdaptiveMaxPooling {
  override class var rank: Int { 1 }
  override class var form: LayerForm? { described(.maxima) { AdaptiveMaxPool1d($0) } }
}

/// 2-D adaptive max pooling (PyTorch: `nn.AdaptiveMaxPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]` → the same with `outputSize` last.
open class AdaptiveMaxPool2d: AdaptiveMaxPooling {
  override class var rank: Int { 2 }
  override class var form: LayerForm? { described(.maxima) { AdaptiveMaxPool2d($0) } }
}

/// 3-D adaptive max pooling (PyTorch: `nn.AdaptiveMaxPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]` → the same with `outputSize` last.
open class AdaptiveMaxPool3d: AdaptiveMaxPooling {
  override class var rank: Int { 3 }
  override class var form: LayerForm? { described(.maxima) { AdaptiveMaxPool3d($0) } }
}
