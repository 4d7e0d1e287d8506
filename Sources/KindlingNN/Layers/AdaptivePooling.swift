public import KindlingCore

extension OutputSize {
  /// A number, None or a tuple, as Python prints it.
  fileprivate var printedSize: String {
    let texts = sizes.map { $0.map(String.init) ?? "None" }
    return self is Int || texts.count == 1 ? texts.joined() : "(\(texts.joined(separator: ", ")))"
  }
}

/// The means of windows that share signals out (PyTorch: `nn.AdaptiveAvgPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]` → the same with `outputSize` last.
open class AdaptiveAvgPool1d: Module, Layer {
  /// The size of the result; nil is the input's.
  public let outputSize: any OutputSize

  /// A layer with results of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveAveragePool(1, x, outputSize.sizes)
  }

  override open func extraRepr() -> String { "output_size=\(outputSize.printedSize)" }
}

/// The means of windows that share images out (PyTorch: `nn.AdaptiveAvgPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]` → the same with `outputSize` last.
open class AdaptiveAvgPool2d: Module, Layer {
  /// The size of the result; nil is the input's.
  public let outputSize: any OutputSize

  /// A layer with results of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveAveragePool(2, x, outputSize.sizes)
  }

  override open func extraRepr() -> String { "output_size=\(outputSize.printedSize)" }
}

/// The means of windows that share volumes out (PyTorch: `nn.AdaptiveAvgPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]` → the same with `outputSize` last.
open class AdaptiveAvgPool3d: Module, Layer {
  /// The size of the result; nil is the input's.
  public let outputSize: any OutputSize

  /// A layer with results of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveAveragePool(3, x, outputSize.sizes)
  }

  override open func extraRepr() -> String { "output_size=\(outputSize.printedSize)" }
}

/// The greatest elements of windows that share signals out (PyTorch: `nn.AdaptiveMaxPool1d`).
///
/// - Shape: `[N, C, L]` or `[C, L]` → the same with `outputSize` last.
open class AdaptiveMaxPool1d: Module, Layer {
  /// The size of the result; nil is the input's.
  public let outputSize: any OutputSize

  /// A layer with results of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveMaxPool(1, x, outputSize.sizes).values
  }

  /// The maxima and where in their planes they lie (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(F.adaptiveMaxPool(1, x, outputSize.sizes))
  }

  override open func extraRepr() -> String { "output_size=\(outputSize.printedSize)" }
}

/// The greatest elements of windows that share images out (PyTorch: `nn.AdaptiveMaxPool2d`).
///
/// - Shape: `[N, C, H, W]` or `[C, H, W]` → the same with `outputSize` last.
open class AdaptiveMaxPool2d: Module, Layer {
  /// The size of the result; nil is the input's.
  public let outputSize: any OutputSize

  /// A layer with results of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveMaxPool(2, x, outputSize.sizes).values
  }

  /// The maxima and where in their planes they lie (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(F.adaptiveMaxPool(2, x, outputSize.sizes))
  }

  override open func extraRepr() -> String { "output_size=\(outputSize.printedSize)" }
}

/// The greatest elements of windows that share volumes out (PyTorch: `nn.AdaptiveMaxPool3d`).
///
/// - Shape: `[N, C, D, H, W]` or `[C, D, H, W]` → the same with `outputSize` last.
open class AdaptiveMaxPool3d: Module, Layer {
  /// The size of the result; nil is the input's.
  public let outputSize: any OutputSize

  /// A layer with results of `outputSize`.
  public init(_ outputSize: some OutputSize) { self.outputSize = outputSize }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.adaptiveMaxPool(3, x, outputSize.sizes).values
  }

  /// The maxima and where in their planes they lie (PyTorch: `return_indices=True`).
  public func withIndices(_ x: Tensor) throws -> (values: Tensor, indices: Tensor) {
    try F.both(F.adaptiveMaxPool(3, x, outputSize.sizes))
  }

  override open func extraRepr() -> String { "output_size=\(outputSize.printedSize)" }
}
