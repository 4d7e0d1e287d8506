public import KindlingCore

/// What activations without other arguments than `inplace` share.
open class InplaceActivation: Module {
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// An activation that writes to its input where `inplace`.
  public init(inplace: Bool = false) { self.inplace = inplace }

  override open func extraRepr() -> String { inplace ? "inplace=True" : "" }
}

/// Negative elements replaced by 0 (PyTorch: `nn.ReLU`).
open class ReLU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.relu(x, inplace: inplace) }
}

/// Elements limited to 0…6 (PyTorch: `nn.ReLU6`).
open class ReLU6: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.relu6(x, inplace: inplace) }
}

/// `x · sigmoid(x)` (PyTorch: `nn.SiLU`).
open class SiLU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.silu(x, inplace: inplace) }
}

/// `x · tanh(softplus(x))` (PyTorch: `nn.Mish`).
open class Mish: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.mish(x, inplace: inplace) }
}

/// `α(exp(x) − 1)` for negative elements, scaled to keep mean and variance (PyTorch: `nn.SELU`).
open class SELU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.selu(x, inplace: inplace) }
}

/// `x · clamp(x + 3, 0, 6) / 6` (PyTorch: `nn.Hardswish`, which does not print `inplace`).
open class Hardswish: InplaceActivation, Layer {
  override open func extraRepr() -> String { "" }

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardswish(x, inplace: inplace) }
}

/// `clamp(x + 3, 0, 6) / 6` (PyTorch: `nn.Hardsigmoid`, which does not print `inplace`).
open class Hardsigmoid: InplaceActivation, Layer {
  override open func extraRepr() -> String { "" }

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardsigmoid(x, inplace: inplace) }
}

/// `x / (1 + |x|)` (PyTorch: `nn.Softsign`).
open class Softsign: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.softsign(x) }
}

/// `x − tanh(x)` (PyTorch: `nn.Tanhshrink`).
open class Tanhshrink: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.tanhshrink(x) }
}

/// `log(sigmoid(x))` (PyTorch: `nn.LogSigmoid`).
open class LogSigmoid: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.logsigmoid(x) }
}
