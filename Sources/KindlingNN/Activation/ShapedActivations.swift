public import KindlingCore

// Numbers keep the type they were given in: PyTorch prints `beta=2` and `beta=2.0` differently.

/// A rectifier with a small slope for negative elements (PyTorch: `nn.LeakyReLU`).
open class LeakyReLU: InplaceActivation, Layer {
  /// The slope for negative elements.
  public let negativeSlope: Scalar

  /// Creates a leaky rectifier.
  public init<S: TensorScalar>(_ negativeSlope: S = 0.01, inplace: Bool = false) {
    self.negativeSlope = negativeSlope.scalar
    super.init(inplace: inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.leakyRelu(x, negativeSlope: negativeSlope.doubleValue, inplace: inplace)
  }

  override class var form: LayerForm? {
    LayerForm(LeakyReLU.self, "activation", .init("negative_slope", \.negativeSlope), .inplace) {
      LeakyReLU($0, inplace: $1)
    }
  }
}

/// The activation `x · Φ(x)`, with Φ the normal distribution function (PyTorch: `nn.GELU`).
open class GELU: Module, Layer {
  /// The formula for Φ.
  public let approximate: GELUApproximation

  /// Creates a Gaussian error linear unit.
  public init(approximate: GELUApproximation = .none) { self.approximate = approximate }

  open func forward(_ x: Tensor) throws -> Tensor { try F.gelu(x, approximate: approximate) }

  override class var form: LayerForm? {
    LayerForm(GELU.self, "activation", .init("approximate", \.approximate).ifMissing(.none)) {
      GELU(approximate: $0)
    }
  }
}

/// The base class of ``ELU`` and ``CELU``.
open class ExponentialActivation: InplaceActivation {
  /// The negated limit for very negative elements.
  public let alpha: Scalar

  init(alpha: Scalar, _ inplace: Bool) {
    self.alpha = alpha
    super.init(inplace: inplace)
  }

  static func described<L: ExponentialActivation>(
    _ make: @escaping (Scalar, Bool) -> L
  ) -> LayerForm {
    LayerForm(
      L.self, "activation", .init("alpha", \.alpha), .inplace, make: make)
  }
}

/// The activation `α(exp(x) − 1)` for negative elements, `x` for others (PyTorch: `nn.ELU`).
open class ELU: ExponentialActivation, Layer {
  /// Creates an activation with the limit −`alpha`.
  public init<S: TensorScalar>(alpha: S = 1.0, inplace: Bool = false) {
    super.init(alpha: alpha.scalar, inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.elu(x, alpha: alpha.doubleValue, inplace: inplace)
  }

  override class var form: LayerForm? { described { ELU(alpha: $0, inplace: $1) } }
}

/// The activation `α(exp(x/α) − 1)` for negative elements, `x` for others (PyTorch: `nn.CELU`).
open class CELU: ExponentialActivation, Layer {
  /// Creates an activation with the limit −`alpha`.
  public init<S: TensorScalar>(alpha: S = 1.0, inplace: Bool = false) {
    super.init(alpha: alpha.scalar, inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.celu(x, alpha: alpha.doubleValue, inplace: inplace)
  }

  override class var form: LayerForm? { described { CELU(alpha: $0, inplace: $1) } }
}

/// An activation that clamps elements to `minVal…maxVal` (PyTorch: `nn.Hardtanh`).
///
/// - Throws: on use, `TensorError` `.value` unless `minVal` < `maxVal`.
open class Hardtanh: InplaceActivation, Layer {
  /// The minimum output.
  public let minVal: Scalar
  /// The maximum output.
  public let maxVal: Scalar

  /// Creates an activation that clamps to `minVal…maxVal`.
  public init<A: TensorScalar, B: TensorScalar>(
    _ minVal: A = -1.0, _ maxVal: B = 1.0, inplace: Bool = false
  ) {
    self.minVal = minVal.scalar
    self.maxVal = maxVal.scalar
    super.init(inplace: inplace)
    if !(self.minVal.doubleValue < self.maxVal.doubleValue) {
      initializationError = TensorError(
        .value, "Hardtanh",
        "max_val must be larger than min_val, but they are \(maxVal) and \(minVal)")
    }
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.hardtanh(
      x, minVal: minVal.doubleValue, maxVal: maxVal.doubleValue, inplace: inplace)
  }

  override class var form: LayerForm? {
    LayerForm(
      Hardtanh.self, "activation", .init("min_val", \.minVal), .init("max_val", \.maxVal), .inplace
    ) { Hardtanh($0, $1, inplace: $2) }
  }
}

/// The activation `log(1 + exp(βx)) / β` (PyTorch: `nn.Softplus`).
open class Softplus: Module, Layer {
  /// The factor β of the input.
  public let beta: Scalar
  /// The value of `βx` above which the output is the input.
  public let threshold: Scalar

  /// Creates a smooth rectifier.
  public init<A: TensorScalar, B: TensorScalar>(beta: A = 1.0, threshold: B = 20.0) {
    self.beta = beta.scalar
    self.threshold = threshold.scalar
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.softplus(x, beta: beta.doubleValue, threshold: threshold.doubleValue)
  }

  override class var form: LayerForm? {
    LayerForm(Softplus.self, "activation", .init("beta", \.beta), .init("threshold", \.threshold)) {
      Softplus(beta: $0, threshold: $1)
    }
  }
}

/// The base class of ``Hardshrink`` and ``Softshrink``.
open class ShrinkActivation: Module {
  /// The largest magnitude of elements that become 0.
  public let lambd: Scalar

  init(lambd: Scalar) { self.lambd = lambd }

  static func described<L: ShrinkActivation>(_ make: @escaping (Scalar) -> L) -> LayerForm {
    LayerForm(L.self, "activation", .init("lambd", \.lambd, .bare), make: make)
  }
}

/// An activation that replaces elements from −`lambd` to `lambd` by 0 (PyTorch: `nn.Hardshrink`).
open class Hardshrink: ShrinkActivation, Layer {
  /// Creates an activation with the threshold `lambd`.
  public init<S: TensorScalar>(_ lambd: S = 0.5) { super.init(lambd: lambd.scalar) }

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardshrink(x, lambd: lambd.doubleValue) }
  override class var form: LayerForm? { described { Hardshrink($0) } }
}

/// An activation that shrinks elements towards 0 by `lambd` (PyTorch: `nn.Softshrink`).
open class Softshrink: ShrinkActivation, Layer {
  /// Creates an activation with the threshold `lambd`.
  public init<S: TensorScalar>(_ lambd: S = 0.5) { super.init(lambd: lambd.scalar) }

  open func forward(_ x: Tensor) throws -> Tensor { try F.softshrink(x, lambd: lambd.doubleValue) }
  override class var form: LayerForm? { described { Softshrink($0) } }
}

/// An activation that replaces elements up to `threshold` by `value` (PyTorch: `nn.Threshold`).
open class Threshold: InplaceActivation, Layer {
  /// The largest element to replace.
  public let threshold: Scalar
  /// The replacement.
  public let value: Scalar

  /// Creates an activation that replaces elements up to `threshold` by `value`.
  public init<A: TensorScalar, B: TensorScalar>(_ threshold: A, _ value: B, inplace: Bool = false) {
    self.threshold = threshold.scalar
    self.value = value.scalar
    super.init(inplace: inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.threshold(x, threshold.doubleValue, value.doubleValue, inplace: inplace)
  }

  override class var form: LayerForm? {
    LayerForm(
      Threshold.self, "activation", .init("threshold", \.threshold), .init("value", \.value),
      .inplace
    ) { Threshold($0, $1, inplace: $2) }
  }
}

/// A rectifier with random slopes for negative elements in training (PyTorch: `nn.RReLU`).
open class RReLU: InplaceActivation, Layer {
  /// The minimum slope.
  public let lower: Scalar
  /// The maximum slope.
  public let upper: Scalar

  /// Creates a rectifier with slopes from `lower` to `upper`.
  public init<A: TensorScalar, B: TensorScalar>(
    _ lower: A = 1.0 / 8, _ upper: B = 1.0 / 3, inplace: Bool = false
  ) {
    self.lower = lower.scalar
    self.upper = upper.scalar
    super.init(inplace: inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.rrelu(
      x, lower: lower.doubleValue, upper: upper.doubleValue, training: isTraining, inplace: inplace)
  }

  override class var form: LayerForm? {
    LayerForm(
      RReLU.self, "activation", .init("lower", \.lower), .init("upper", \.upper), .inplace
    ) { RReLU($0, $1, inplace: $2) }
  }
}

/// A rectifier with learned slopes for negative elements (PyTorch: `nn.PReLU`).
///
/// - Throws: on use, `TensorError` if an argument was invalid, or like ``F/prelu(_:_:)``.
open class PReLU: Module, Layer {
  /// The number of slopes: 1, or one for each channel.
  public let numParameters: Int
  /// The initial value of the slopes (PyTorch: `init`).
  public let initial: Double
  /// The slopes, `[numParameters]`.
  @Parameter public var weight: Tensor

  /// Creates a rectifier with slopes of `initial`.
  public init(
    _ numParameters: Int = 1, initial: Double = 0.25, dtype: DType? = nil, device: Device = .cpu
  ) {
    self.numParameters = numParameters
    self.initial = initial
    var problem: TensorError?
    weight = parameterMemory([numParameters], dtype, device, "PReLU", &problem)
    super.init()
    initializationError = problem
    keepingError { try resetParameters() }
  }

  /// Resets the slopes to their initial value (PyTorch: `PReLU.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.constant_(weight, initial)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.prelu(x, weight)
  }

  override class var form: LayerForm? {
    LayerForm(
      PReLU.self, "activation", .init("num_parameters", \.numParameters),
      .init("init", \.initial, .hidden).ifMissing(0.25),
      tensors: { count, _ in [("weight", [count])] }
    ) { PReLU($0, initial: $1) }
  }
}
