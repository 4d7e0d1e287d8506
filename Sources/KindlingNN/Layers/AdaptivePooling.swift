public import KindlingCore

/// The base class of the adaptive pooling layers.
open class AdaptivePoolingLayer: Module {
  /// The output size; `nil` keeps the size of the input.
  public let outputSize: any OutputSize

  /// Creates a layer with outputs of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  func means(_ rank: Int, _ x: Tensor) throws -> Tensor {
    try F.adaptiveAveragePool(rank, x, outputSize.sizes)
  }

  func maxima(_ rank: Int, _ x: Tensor) throws -> (values: Tensor, indices: Tensor?) {
    try F.adaptiveMaxPool(rank, x, outputSize.sizes)
  }

  override open func extraRepr() -> String {
    // A number, None or a tuple, as Python prints it.
    let texts = outputSize.sizes.map { $0.map(String.init) ?? "None" }
    let isSingle = outputSize is Int || outputSize is Int?
    if isSingle { return "output_size=\(texts.joined())" }
    return "output_size=(\(texts.joined(separator: ", "))\(texts.count == 1 ? "," : ""))"
  }
}

/// 1-D adaptive average pooling (PyTorch: `nn.AdaptiveAvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]` → the same with `outputSize` last.
open class AdaptiveAvgPool1d: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try means(1, x) }
}

/// 2-D adaptive average pooling (PyTorch: `nn.AdaptiveAvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]` → the same with `outputSize` last.
open class AdaptiveAvgPool2d: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try means(2, x) }
}

/// 3-D adaptive average pooling (PyTorch: `nn.AdaptiveAvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]` → the same with `outputSize` last.
open class AdaptiveAvgPool3d: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try means(3, x) }
}

/// 1-D adaptive max pooling (PyTorch: `nn.AdaptiveMaxPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]` → the same with `outputSize` last.
open class AdaptiveMaxPool1d: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try maxima(1, x).values }

  /// Returns the maxima and their indices in the signal (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(maxima(1, x))
  }
}

/// 2-D adaptive max pooling (PyTorch: `nn.AdaptiveMaxPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]` → the same with `outputSize` last.
open class AdaptiveMaxPool2d: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try maxima(2, x).values }

  /// Returns the maxima and their indices in their planes (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(maxima(2, x))
  }
}

/// 3-D adaptive max pooling (PyTorch: `nn.AdaptiveMaxPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]` → the same with `outputSize` last.
open class AdaptiveMaxPool3d: AdaptivePoolingLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try maxima(3, x).values }

  /// Returns the maxima and their indices in their volumes (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(maxima(3, x))
  }
}
