public import KindlingCore

/// The sigmoid activation `1 / (1 + exp(−x))` (PyTorch: `nn.Sigmoid`).
open class Sigmoid: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try x.sigmoid() }
  override class var form: LayerForm? { LayerForm(Sigmoid.self, "activation") { Sigmoid() } }
}

/// The hyperbolic tangent activation (PyTorch: `nn.Tanh`).
open class Tanh: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try x.tanh() }
  override class var form: LayerForm? { LayerForm(Tanh.self, "activation") { Tanh() } }
}

/// The base class of ``Softmax``, ``LogSoftmax`` and ``Softmin``.
open class SoftmaxLayer: Module {
  /// The dimension along which (exponentials of) outputs sum to 1; `nil` uses PyTorch's default by
  /// rank.
  public let dim: Int?

  /// Creates a layer that normalizes along `dim`.
  public init(dim: Int? = nil) { self.dim = dim }
  override class var form: LayerForm? { described { SoftmaxLayer(dim: $0) } }

  static func described<L: SoftmaxLayer>(_ make: @escaping (Int?) -> L) -> LayerForm {
    LayerForm(L.self, "activation", .init("dim", \.dim).ifMissing(nil), make: make)
  }
}

/// The softmax `exp(x) / Σ exp(x)` along a dimension (PyTorch: `nn.Softmax`).
open class Softmax: SoftmaxLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.softmax(x, dim: dim) }
  override class var form: LayerForm? { described { Softmax(dim: $0) } }
}

/// The logarithm of ``Softmax`` (PyTorch: `nn.LogSoftmax`).
open class LogSoftmax: SoftmaxLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.logSoftmax(x, dim: dim) }
  override class var form: LayerForm? { described { LogSoftmax(dim: $0) } }
}

/// A layer that returns its input (PyTorch: `nn.Identity`).
open class Identity: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { x }
  override class var form: LayerForm? { LayerForm(Identity.self, "linear") { Identity() } }
}

/// ``Softmax`` over the channels of `[N, C, H, W]` or `[C, H, W]` (PyTorch: `nn.Softmax2d`).
///
/// - Throws: on use, `TensorError` `.shape` for another number of dimensions.
open class Softmax2d: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    try require(
      x.ndim == 3 || x.ndim == 4, .shape, "Softmax2d",
      "expected input to be 3D or 4D, but got \(got: x.ndim)D instead")
    return try x.softmax(dim: -3)
  }

  override class var form: LayerForm? { LayerForm(Softmax2d.self, "activation") { Softmax2d() } }
}

/// ``Softmax`` of the negated input (PyTorch: `nn.Softmin`).
open class Softmin: SoftmaxLayer, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.softmin(x, dim: dim) }
  override class var form: LayerForm? { described { Softmin(dim: $0) } }
}

/// The first half of the input times the sigmoid of the second half (PyTorch: `nn.GLU`).
open class GLU: Module, Layer {
  /// The dimension to split in half.
  public let dim: Int

  /// Creates a gated linear unit along `dim`.
  public init(_ dim: Int = -1) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.glu(x, dim: dim) }

  override class var form: LayerForm? {
    LayerForm(GLU.self, "activation", .init("dim", \.dim)) { GLU($0) }
  }
}
