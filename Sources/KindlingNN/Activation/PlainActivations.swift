public import KindlingCore

/// The base class of activations that can modify their input.
open class InplaceActivation: Module {
  /// Whether to modify the input in place.
  public let inplace: Bool

  /// Creates an activation that modifies its input if `inplace` is true.
  public init(inplace: Bool = false) { self.inplace = inplace }
  override class var form: LayerForm? { described { InplaceActivation(inplace: $0) } }

  static func described<L: InplaceActivation>(
    _ attribute: LayerAttribute<L, Bool> = .inplace, _ make: @escaping (Bool) -> L
  ) -> LayerForm {
    LayerForm(L.self, "activation", attribute, make: make)
  }
}

extension LayerAttribute where L: InplaceActivation, V == Bool {
  static var inplace: Self { .init("inplace", \.inplace, .ifTrue) }
}

/// The rectified linear unit, which replaces negative elements by 0 (PyTorch: `nn.ReLU`).
open class ReLU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.relu(x, inplace: inplace) }
  override class var form: LayerForm? { described { ReLU(inplace: $0) } }
}

/// A rectified linear unit limited to 0…6 (PyTorch: `nn.ReLU6`).
open class ReLU6: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.relu6(x, inplace: inplace) }

  override class var form: LayerForm? {
    // In PyTorch, this is a Hardtanh with its attributes.
    described(.inplace.after("min_val", 0.0).after("max_val", 6.0)) { ReLU6(inplace: $0) }
  }
}

/// The activation `x · sigmoid(x)` (PyTorch: `nn.SiLU`).
open class SiLU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.silu(x, inplace: inplace) }
  override class var form: LayerForm? { described { SiLU(inplace: $0) } }
}

/// The activation `x · tanh(softplus(x))` (PyTorch: `nn.Mish`).
open class Mish: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.mish(x, inplace: inplace) }
  override class var form: LayerForm? { described { Mish(inplace: $0) } }
}

/// A scaled ``ELU`` that keeps mean and variance (PyTorch: `nn.SELU`).
open class SELU: InplaceActivation, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.selu(x, inplace: inplace) }
  override class var form: LayerForm? { described { SELU(inplace: $0) } }
}

/// The activation `x · clamp(x + 3, 0, 6) / 6` (PyTorch: `nn.Hardswish`, which does not print
/// `inplace`).
open class Hardswish: InplaceActivation, Layer {

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardswish(x, inplace: inplace) }

  override class var form: LayerForm? {
    described(.init("inplace", \.inplace, .hidden)) { Hardswish(inplace: $0) }
  }
}

/// The activation `clamp(x + 3, 0, 6) / 6` (PyTorch: `nn.Hardsigmoid`, which does not print
/// `inplace`).
open class Hardsigmoid: InplaceActivation, Layer {

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardsigmoid(x, inplace: inplace) }

  override class var form: LayerForm? {
    described(.init("inplace", \.inplace, .hidden)) { Hardsigmoid(inplace: $0) }
  }
}

/// The activation `x / (1 + |x|)` (PyTorch: `nn.Softsign`).
open class Softsign: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.softsign(x) }
  override class var form: LayerForm? { LayerForm(Softsign.self, "activation") { Softsign() } }
}

/// The activation `x − tanh(x)` (PyTorch: `nn.Tanhshrink`).
open class Tanhshrink: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.tanhshrink(x) }
  override class var form: LayerForm? { LayerForm(Tanhshrink.self, "activation") { Tanhshrink() } }
}

/// The activation `log(sigmoid(x))` (PyTorch: `nn.LogSigmoid`).
open class LogSigmoid: Module, Layer {
  open func forward(_ x: Tensor) throws -> Tensor { try F.logsigmoid(x) }
  override class var form: LayerForm? { LayerForm(LogSigmoid.self, "activation") { LogSigmoid() } }
}
