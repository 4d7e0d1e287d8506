public import KindlingCore

/// The sigmoid activation `1 / (1 + exp(−x))` (PyTorch: `nn.Sigmoid`).
open class Sigmoid: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try x.sigmoid() }
}

/// The hyperbolic tangent activation (PyTorch: `nn.Tanh`).
open class Tanh: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try x.tanh() }
}

/// The softmax `exp(x) / Σ exp(x)` along a dimension (PyTorch: `nn.Softmax`).
open class Softmax: Module, Layer {
  /// The dimension whose elements sum to 1; `nil` uses PyTorch's default by rank.
  public let dim: Int?

  /// Creates a softmax along `dim`.
  public init(dim: Int? = nil) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.softmax(x, dim: dim) }

  override open func extraRepr() -> String { "dim=\(dim.map { "\($0)" } ?? "None")" }
}

/// The logarithm of ``Softmax`` (PyTorch: `nn.LogSoftmax`).
open class LogSoftmax: Module, Layer {
  /// The dimension whose exponentials sum to 1; `nil` uses PyTorch's default by rank.
  public let dim: Int?

  /// Creates a log-softmax along `dim`.
  public init(dim: Int? = nil) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.logSoftmax(x, dim: dim) }

  override open func extraRepr() -> String { "dim=\(dim.map { "\($0)" } ?? "None")" }
}

/// A layer that returns its input (PyTorch: `nn.Identity`).
open class Identity: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { x }
}

/// ``Softmax`` over the channels of `[N, C, H, W]` or `[C, H, W]` (PyTorch: `nn.Softmax2d`).
///
/// - Throws: on use, `TensorError` `.shape` for another number of dimensions.
open class Softmax2d: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor {
    guard x.ndim == 3 || x.ndim == 4 else {
      throw TensorError(
        .shape, "Softmax2d", "expected input to be 3D or 4D, but got \(x.ndim)D instead")
    }
    return try x.softmax(dim: -3)
  }
}

/// ``Softmax`` of the negated input (PyTorch: `nn.Softmin`).
open class Softmin: Module, Layer {
  /// The dimension whose elements sum to 1; `nil` uses PyTorch's default by rank.
  public let dim: Int?

  /// Creates a softmin along `dim`.
  public init(dim: Int? = nil) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.softmin(x, dim: dim) }

  override open func extraRepr() -> String { "dim=\(dim.map { "\($0)" } ?? "None")" }
}

/// The first half of the input times the sigmoid of the second half (PyTorch: `nn.GLU`).
open class GLU: Module, Layer {
  /// The dimension to split in half.
  public let dim: Int

  /// Creates a gated linear unit along `dim`.
  public init(_ dim: Int = -1) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.glu(x, dim: dim) }

  override open func extraRepr() -> String { "dim=\(dim)" }
}
