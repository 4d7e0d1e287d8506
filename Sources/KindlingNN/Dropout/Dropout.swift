public import KindlingCore

/// The base class of the dropout layers.
open class DropoutLayer: Module {
  /// The probability that an element, or a channel, is zeroed.
  public final var p: Double { writtenP.doubleValue }
  /// Whether to modify the input in place.
  public let inplace: Bool
  /// The probability in the type it was given in: PyTorch prints 0 and 0.0 differently.
  package let writtenP: Scalar

  /// Creates a layer with dropout probability `p`.
  public init(_ p: any TensorScalar = 0.5, inplace: Bool = false) {
    writtenP = p.scalar
    self.inplace = inplace
  }

  override class var form: LayerForm? { described { DropoutLayer($0, inplace: $1) } }

  static func described<L: DropoutLayer>(_ make: @escaping (Scalar, Bool) -> L) -> LayerForm {
    LayerForm(
      L.self, "dropout", .init("p", \.writtenP), .init("inplace", \.inplace), make: make)
  }
}

/// Dropout: zeroes elements with probability `p` in training, and scales the others by
/// `1 / (1 − p)` (PyTorch: `nn.Dropout`).
///
/// - Throws: on use, `TensorError` `.value` unless 0 ≤ `p` ≤ 1; so do all dropout layers.
open class Dropout: DropoutLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.dropout(x, p: p, training: isTraining, inplace: inplace)
  }

  override class var form: LayerForm? { described { Dropout($0, inplace: $1) } }
}

/// Dropout of whole channels of `[N, C, L]` or `[C, L]` (PyTorch: `nn.Dropout1d`).
open class Dropout1d: DropoutLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.dropout1d(x, p: p, training: isTraining, inplace: inplace)
  }

  override class var form: LayerForm? { described { Dropout1d($0, inplace: $1) } }
}

/// Dropout of whole channels of `[N, C, H, W]` (PyTorch: `nn.Dropout2d`).
open class Dropout2d: DropoutLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.dropout2d(x, p: p, training: isTraining, inplace: inplace)
  }

  override class var form: LayerForm? { described { Dropout2d($0, inplace: $1) } }
}

/// Dropout of whole channels of `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch: `nn.Dropout3d`).
open class Dropout3d: DropoutLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.dropout3d(x, p: p, training: isTraining, inplace: inplace)
  }

  override class var form: LayerForm? { described { Dropout3d($0, inplace: $1) } }
}

/// Dropout that keeps mean 0 and variance 1, for ``SELU`` (PyTorch: `nn.AlphaDropout`).
///
/// `inplace` is printed but ignored, as in PyTorch; ``F/alphaDropout(_:p:training:inplace:)``
/// respects it.
open class AlphaDropout: DropoutLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.alphaDropout(x, p: p, training: isTraining)
  }

  override class var form: LayerForm? { described { AlphaDropout($0, inplace: $1) } }
}

/// ``AlphaDropout`` of whole channels (PyTorch: `nn.FeatureAlphaDropout`).
///
/// `inplace` is ignored, as in ``AlphaDropout``.
open class FeatureAlphaDropout: DropoutLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try F.featureAlphaDropout(x, p: p, training: isTraining)
  }

  override class var form: LayerForm? { described { FeatureAlphaDropout($0, inplace: $1) } }
}
