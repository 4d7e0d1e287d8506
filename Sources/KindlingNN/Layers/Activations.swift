public import KindlingCore

/// Negative elements replaced by 0 (PyTorch: `nn.ReLU`).
open class ReLU: Module, Layer {
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// A rectifier.
  public init(inplace: Bool = false) { self.inplace = inplace }

  open func forward(_ x: Tensor) throws -> Tensor { try F.relu(x, inplace: inplace) }

  override open func extraRepr() -> String { inplace ? "inplace=True" : "" }
}

/// `1 / (1 + exp(−x))` (PyTorch: `nn.Sigmoid`).
open class Sigmoid: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try x.sigmoid() }
}

/// The hyperbolic tangent (PyTorch: `nn.Tanh`).
open class Tanh: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try x.tanh() }
}

/// `exp(x) / Σ exp(x)` along a dimension (PyTorch: `nn.Softmax`).
open class Softmax: Module, Layer {
  /// The dimension whose elements sum to 1; nil is PyTorch's choice by rank.
  public let dim: Int?

  /// Probabilities along `dim`.
  public init(dim: Int? = nil) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.softmax(x, dim: dim) }

  override open func extraRepr() -> String { "dim=\(dim.map { "\($0)" } ?? "None")" }
}

/// The logarithm of ``Softmax`` (PyTorch: `nn.LogSoftmax`).
open class LogSoftmax: Module, Layer {
  /// The dimension whose elements' exponentials sum to 1; nil is PyTorch's choice by rank.
  public let dim: Int?

  /// Log-probabilities along `dim`.
  public init(dim: Int? = nil) { self.dim = dim }

  open func forward(_ x: Tensor) throws -> Tensor { try F.logSoftmax(x, dim: dim) }

  override open func extraRepr() -> String { "dim=\(dim.map { "\($0)" } ?? "None")" }
}

/// What goes in (PyTorch: `nn.Identity`).
open class Identity: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { x }
}

/// Zeroes elements with probability `p` while training, and scales the others by `1 / (1 − p)`
/// (PyTorch: `nn.Dropout`).
///
/// - Throws: on use, ``TensorError`` `.value` unless 0 ≤ `p` ≤ 1.
open class Dropout: Module, Layer {
  /// The probability of an element to be zeroed.
  public let p: Double
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// Dropout with probability `p`.
  public init(_ p: Double = 0.5, inplace: Bool = false) {
    self.p = p
    self.inplace = inplace
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.dropout(x, p: p, training: isTraining, inplace: inplace)
  }

  override open func extraRepr() -> String { "p=\(p), inplace=\(inplace ? "True" : "False")" }
}
