public import KindlingCore

/// The base class of activations whose only argument is `inplace`.
open class InplaceActivation: Module {
  /// Whether to modify the input in place.
  public let inplace: Bool

  /// Creates an activation that modifies its input if `inplace` is true.
  public init(inplace: Bool = false) { self.inplace = inplace }

  override open func extraRepr() -> String { inplace ? "inplace=True" : "" }
}

/// The rectified linear unit, which replaces negative elements by 0 (PyTorch: `nn.ReLU`).
open class ReLU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.relu(x, inplace: inplace) }
}

/// A rectified linear unit limited to 0…6 (PyTorch: `nn.ReLU6`).
open class ReLU6: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.relu6(x, inplace: inplace) }
}

/// The activation `x · sigmoid(x)` (PyTorch: `nn.SiLU`).
open class SiLU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.silu(x, inplace: inplace) }
}

/// The activation `x · tanh(softplus(x))` (PyTorch: `nn.Mish`).
open class Mish: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.mish(x, inplace: inplace) }
}

/// A scaled ``ELU`` that keeps mean and variance (PyTorch: `nn.SELU`).
open class SELU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.selu(x, inplace: inplace) }
}

/// The activation `x · clamp(x + 3, 0, 6) / 6` (PyTorch: `nn.Hardswish`, which does not print
/// `inplace`).
open class Hardswish: InplaceActivation, Layer {
  override open func extraRepr() -> String { "" }

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardswish(x, inplace: inplace) }
}

/// The activation `clamp(x + 3, 0, 6) / 6` (PyTorch: `nn.Hardsigmoid`, which does not print
/// `inplace`).
open class Hardsigmoid: InplaceActivation, Layer {
  override open func extraRepr() -> String { "" }

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardsigmoid(x, inplace: inplace) }
}

/// The activation `x / (1 + |x|)` (PyTorch: `nn.Softsign`).
open class Softsign: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.softsign(x) }
}

/// The activation `x − tanh(x)` (PyTorch: `nn.Tanhshrink`).
open class Tanhshrink: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.tanhshrink(x) }
}

/// The activation `log(sigmoid(x))` (PyTorch: `nn.LogSigmoid`).
open class LogSigmoid: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.logsigmoid(x) }
}
