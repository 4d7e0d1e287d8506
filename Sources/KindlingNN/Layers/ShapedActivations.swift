public import KindlingCore

// Numbers are kept as they were given, since PyTorch prints `beta=2` and `beta=2.0` as such.

/// Negative elements multiplied by a small slope (PyTorch: `nn.LeakyReLU`).
open class LeakyReLU: Module, Layer {
  /// The slope for negative elements.
  public let negativeSlope: Scalar
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// A rectifier that leaks.
  public init<S: TensorScalar>(_ negativeSlope: S = 0.01, inplace: Bool = false) {
    self.negativeSlope = negativeSlope.scalar
    self.inplace = inplace
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.leakyRelu(x, negativeSlope: negativeSlope.doubleValue, inplace: inplace)
  }

  override open func extraRepr() -> String {
    "negative_slope=\(PrintedNumber.python(negativeSlope))\(inplace ? ", inplace=True" : "")"
  }
}

/// `x · Φ(x)`, Φ being the normal distribution (PyTorch: `nn.GELU`).
open class GELU: Module, Layer {
  /// How Φ is computed.
  public let approximate: GELUApproximation

  /// A Gaussian error linear unit.
  public init(approximate: GELUApproximation = .none) { self.approximate = approximate }

  open func forward(_ x: Tensor) throws -> Tensor { try F.gelu(x, approximate: approximate) }

  override open func extraRepr() -> String { "approximate='\(approximate.rawValue)'" }
}

/// What ``ELU`` and ``CELU`` share.
open class ExponentialActivation: Module {
  /// The negative of the limit for very negative elements.
  public let alpha: Scalar
  /// Whether the input itself is written to.
  public let inplace: Bool

  init(alpha: Scalar, _ inplace: Bool) {
    self.alpha = alpha
    self.inplace = inplace
  }

  override open func extraRepr() -> String {
    "alpha=\(PrintedNumber.python(alpha))\(inplace ? ", inplace=True" : "")"
  }
}

/// `α(exp(x) − 1)` for negative elements (PyTorch: `nn.ELU`).
open class ELU: ExponentialActivation, Layer {
  /// An activation whose limit is −`alpha`.
  public init<S: TensorScalar>(alpha: S = 1.0, inplace: Bool = false) {
    super.init(alpha: alpha.scalar, inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.elu(x, alpha: alpha.doubleValue, inplace: inplace)
  }
}

/// `α(exp(x/α) − 1)` for negative elements (PyTorch: `nn.CELU`).
open class CELU: ExponentialActivation, Layer {
  /// An activation whose limit is −`alpha`.
  public init<S: TensorScalar>(alpha: S = 1.0, inplace: Bool = false) {
    super.init(alpha: alpha.scalar, inplace)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.celu(x, alpha: alpha.doubleValue, inplace: inplace)
  }
}

/// Elements limited to `minVal…maxVal` (PyTorch: `nn.Hardtanh`).
///
/// - Throws: on use, `TensorError` `.value` unless `minVal` < `maxVal`.
open class Hardtanh: Module, Layer {
  /// The least result.
  public let minVal: Scalar
  /// The greatest result.
  public let maxVal: Scalar
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// A limit from `minVal` to `maxVal`.
  public init<A: TensorScalar, B: TensorScalar>(
    _ minVal: A = -1.0, _ maxVal: B = 1.0, inplace: Bool = false
  ) {
    self.minVal = minVal.scalar
    self.maxVal = maxVal.scalar
    self.inplace = inplace
    super.init()
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

  override open func extraRepr() -> String {
    "min_val=\(PrintedNumber.python(minVal)), max_val=\(PrintedNumber.python(maxVal))"
      + (inplace ? ", inplace=True" : "")
  }
}

/// `log(1 + exp(βx)) / β` (PyTorch: `nn.Softplus`).
open class Softplus: Module, Layer {
  /// The steepness.
  public let beta: Scalar
  /// From where on the result is the input itself.
  public let threshold: Scalar

  /// A smooth rectifier.
  public init<A: TensorScalar, B: TensorScalar>(beta: A = 1.0, threshold: B = 20.0) {
    self.beta = beta.scalar
    self.threshold = threshold.scalar
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.softplus(x, beta: beta.doubleValue, threshold: threshold.doubleValue)
  }

  override open func extraRepr() -> String {
    "beta=\(PrintedNumber.python(beta)), threshold=\(PrintedNumber.python(threshold))"
  }
}

/// What ``Hardshrink`` and ``Softshrink`` share.
open class ShrinkActivation: Module {
  /// Up to which size elements become 0.
  public let lambd: Scalar

  init(lambd: Scalar) { self.lambd = lambd }

  override open func extraRepr() -> String { PrintedNumber.python(lambd) }
}

/// Small elements replaced by 0 (PyTorch: `nn.Hardshrink`).
open class Hardshrink: ShrinkActivation, Layer {
  /// A threshold `lambd`.
  public init<S: TensorScalar>(_ lambd: S = 0.5) { super.init(lambd: lambd.scalar) }

  open func forward(_ x: Tensor) throws -> Tensor { try F.hardshrink(x, lambd: lambd.doubleValue) }
}

/// Elements moved towards 0, and not beyond (PyTorch: `nn.Softshrink`).
open class Softshrink: ShrinkActivation, Layer {
  /// A threshold `lambd`.
  public init<S: TensorScalar>(_ lambd: S = 0.5) { super.init(lambd: lambd.scalar) }

  open func forward(_ x: Tensor) throws -> Tensor { try F.softshrink(x, lambd: lambd.doubleValue) }
}

/// Elements up to `threshold` replaced by `value` (PyTorch: `nn.Threshold`).
open class Threshold: Module, Layer {
  /// The greatest element that is replaced.
  public let threshold: Scalar
  /// What replaces it.
  public let value: Scalar
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// A threshold.
  public init<A: TensorScalar, B: TensorScalar>(_ threshold: A, _ value: B, inplace: Bool = false) {
    self.threshold = threshold.scalar
    self.value = value.scalar
    self.inplace = inplace
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.threshold(x, threshold.doubleValue, value.doubleValue, inplace: inplace)
  }

  override open func extraRepr() -> String {
    "threshold=\(PrintedNumber.python(threshold)), value=\(PrintedNumber.python(value))"
      + (inplace ? ", inplace=True" : "")
  }
}

/// Negative elements multiplied by random slopes while training (PyTorch: `nn.RReLU`).
open class RReLU: Module, Layer {
  /// The least slope.
  public let lower: Scalar
  /// The greatest slope.
  public let upper: Scalar
  /// Whether the input itself is written to.
  public let inplace: Bool

  /// Slopes from `lower` to `upper`.
  public init<A: TensorScalar, B: TensorScalar>(
    _ lower: A = 1.0 / 8, _ upper: B = 1.0 / 3, inplace: Bool = false
  ) {
    self.lower = lower.scalar
    self.upper = upper.scalar
    self.inplace = inplace
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try F.rrelu(
      x, lower: lower.doubleValue, upper: upper.doubleValue, training: isTraining, inplace: inplace)
  }

  override open func extraRepr() -> String {
    "lower=\(PrintedNumber.python(lower)), upper=\(PrintedNumber.python(upper))"
      + (inplace ? ", inplace=True" : "")
  }
}

/// Negative elements multiplied by learned slopes (PyTorch: `nn.PReLU`).
///
/// - Throws: on use, `TensorError` where an argument was impossible, or as ``F/prelu(_:_:)``.
open class PReLU: Module, Layer {
  /// One slope, or one for each channel.
  public let numParameters: Int
  /// What the slopes start as (PyTorch: `init`).
  public let initial: Double
  /// `[numParameters]`.
  @Parameter public var weight: Tensor

  /// A rectifier whose slopes start as `initial`.
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

  /// Sets the slopes back to the start (PyTorch: `PReLU.reset_parameters`).
  open func resetParameters() throws {
    try checkInitialization()
    try Init.constant_(weight, initial)
  }

  open func forward(_ x: Tensor) throws -> Tensor {
    try checkInitialization()
    return try F.prelu(x, weight)
  }

  override open func extraRepr() -> String { "num_parameters=\(numParameters)" }
}
