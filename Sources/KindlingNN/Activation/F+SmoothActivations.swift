public import KindlingCore

/// The formula that ``F/gelu(_:approximate:)`` uses for the normal distribution (PyTorch's
/// `approximate`).
public enum GELUApproximation: String, Sendable {
  /// The error function.
  case none
  /// The approximation with the hyperbolic tangent.
  case tanh
}

/// Smooth activations.
extension F {
  /// Computes `x · Φ(x)`, with Φ the normal distribution function (PyTorch: `F.gelu`).
  public static func gelu(
    _ x: Tensor, approximate: GELUApproximation = .none
  ) throws -> Tensor {
    try approximate == .none ? geluExact(x) : geluTanh(x)
  }

  private static let geluExact = Pointwise(
    "gelu", "GeluBackward0", .init(floatKernel: "GeluKernelImpl"),
    gradient: { g, x, _ in
      let share = ((x * 0.5.squareRoot()).erf() + 1) * 0.5
      let bend = x * (x * x * -0.5).exp() * (0.5 / .pi).squareRoot()
      return g * (share + bend)
    }
  ) { x, _ in x * 0.5 * ((x * 0.5.squareRoot()).erf() + 1) }

  private static let geluTanh = {
    let cubic = 0.044715, density = (2 / Double.pi).squareRoot()
    return Pointwise(
      "gelu", "GeluBackward0", .init(floatKernel: "GeluKernelImpl"),
      gradient: { g, x, _ in
        let t = ((x.square() * cubic + 1) * x * density).tanh()
        let slope = (x.square() * (3 * cubic) + 1) * density
        return g * ((t + 1 + x * (1 - t.square()) * slope) * 0.5)
      }
    ) { x, _ in x * 0.5 * (((x.square() * cubic + 1) * x * density).tanh() + 1) }
  }()

  /// Computes `x · sigmoid(x)` (PyTorch: `F.silu`).
  public static func silu(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try silu(x, inplace: inplace)
  }

  private static let silu = Pointwise(
    "silu", "SiluBackward0", .init(floatKernel: "silu_cpu"),
    gradient: { g, x, _ in
      let s = x.sigmoid()
      return g * s * (x * (1 - s) + 1)
    }
  ) { x, _ in x * x.sigmoid() }

  /// Computes `x · tanh(softplus(x))` (PyTorch: `F.mish`).
  public static func mish(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try mish(x, inplace: inplace)
  }

  private static let mish = Pointwise(
    "mish", "MishBackward0", .init(floatKernel: "mish_cpu"),
    gradient: { g, x, _ in
      let t = logOnePlusExp(x).tanh()
      return g * (t + x * x.sigmoid() * (1 - t.square()))
    }
  ) { x, _ in x * logOnePlusExp(x).tanh() }

  /// Computes `log(1 + exp(x))` without overflow.
  private static func logOnePlusExp(_ x: Pointwise.Value) -> Pointwise.Value {
    x.relu() + (-x.abs()).exp().log1p()
  }

  /// Replaces negative elements by `α(exp(x) − 1)` (PyTorch: `F.elu`).
  public static func elu(
    _ x: Tensor, alpha: Double = 1, inplace: Bool = false
  ) throws -> Tensor {
    try elu(x, numbers: exponential(alpha), inplace: inplace)
  }

  /// Applies ``elu(_:alpha:inplace:)`` with constants that keep mean and variance
  /// (PyTorch: `F.selu`).
  public static func selu(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    let numbers = exponential(
      1.6732632423543772848170429916717, scale: 1.0507009873554804934193349852946)
    return try selu(x, numbers: numbers, inplace: inplace)
  }

  /// Replaces negative elements by `α(exp(x/α) − 1)` (PyTorch: `F.celu`).
  ///
  /// - Throws: `TensorError` `.value` for an `alpha` of 0.
  public static func celu(
    _ x: Tensor, alpha: Double = 1, inplace: Bool = false
  ) throws -> Tensor {
    try require(alpha != 0, .value, "celu", "ZeroDivisionError: alpha cannot be 0 for CELU")
    return try celu(x, numbers: exponential(alpha, inputScale: 1 / alpha), inplace: inplace)
  }

  private static let elu = exponential("elu", "EluBackward")
  private static let selu = exponential("selu", "EluBackward")
  private static let celu = exponential("celu", "CeluBackward")

  /// The numbers of the function: α and the factors of its result, its input, its exponential, and that
  /// one's derivative.
  private static func exponential(
    _ alpha: Double, scale: Double = 1, inputScale: Double = 1
  ) -> [Double] { [alpha, scale, inputScale, alpha * scale, inputScale * alpha * scale] }

  /// `scale · x` above 0, and `α · scale · (exp(inputScale · x) − 1)` below.
  private static func exponential(_ name: String, _ node: String) -> Pointwise {
    let ofResult = ResultGradient(
      node + "Backward0", numbers: 5,
      check: { try refuse(slope: $0[0], name) },
      { g, y, n in
        let below = .where(y.lt(0), y, 0) + n[3]
        return .where(y.le(0), g * n[2] * below, g * n[1])
      })
    return Pointwise(
      name, node + "0",
      .init(inPlaceNode: node + "1", floatKernel: "elu_cpu", ofResult: ofResult), numbers: 5,
      gradient: { g, x, n in
        // The exponential of a large element would overflow.
        let below = (.where(x.lt(0), x, 0) * n[2]).exp() * n[4]
        return .where(x.le(0), g * below, g * n[1])
      }
    ) { x, n in .where(x.gt(0), x * n[1], (x * n[2]).expm1() * n[3]) }
  }

  /// Throws if the sign of the input does not follow from the sign of the result, as for a negative
  /// `slope`.
  static func refuse(slope: Double, _ name: String) throws {
    if slope >= 0 { return }
    throw TensorError(
      .autograd, name,
      "In-place \(name) backward calculation is triggered with a negative slope which is not supported. This is caused by calling in-place forward function with a negative slope, please call out-of-place version instead."
    )
  }

  /// Computes `log(1 + exp(βx)) / β`, or `x` if `βx` is above `threshold` (PyTorch: `F.softplus`).
  public static func softplus(
    _ x: Tensor, beta: Double = 1, threshold: Double = 20
  ) throws -> Tensor { try softplus([x], numbers: [beta, threshold]) }

  private static let softplus = Pointwise(
    "softplus", "SoftplusBackward0", .init(floatKernel: "softplus_cpu"), numbers: 2,
    gradient: { g, x, n in
      let z = x * n[0]
      return .where(z.gt(n[1]), g, g * z.sigmoid())
    }
  ) { x, n in
    let z = x * n[0]
    return .where(z.gt(n[1]), x, z.exp().log1p() / n[0])
  }

  /// Computes `log(sigmoid(x))` without overflow (PyTorch: `F.logsigmoid`).
  public static func logsigmoid(_ x: Tensor) throws -> Tensor { try logsigmoid([x]) }

  private static let logsigmoid = Pointwise(
    "logsigmoid", "LogSigmoidBackward0", .init(floatKernel: "log_sigmoid_cpu"),
    gradient: { g, x, _ in g * (-x).sigmoid() }
  ) { x, _ in x.minimum(0) - (-x.abs()).exp().log1p() }

  /// Computes `x / (1 + |x|)` (PyTorch: `F.softsign`).
  public static func softsign(_ x: Tensor) throws -> Tensor { try x.div(x.abs().add(1)) }

  /// Computes `x − tanh(x)` (PyTorch: `F.tanhshrink`).
  public static func tanhshrink(_ x: Tensor) throws -> Tensor { try x.sub(x.tanh()) }

  /// Multiplies the first half of the input by the sigmoid of the second half (PyTorch: `F.glu`).
  ///
  /// - Throws: `TensorError` `.shape` if the size along `dim` is odd.
  public static func glu(_ x: Tensor, dim: Int = -1) throws -> Tensor {
    try x.glu(dim: dim)
  }

  /// Applies ``softmax(_:dim:dtype:)`` to the negated input (PyTorch: `F.softmin`).
  public static func softmin(_ x: Tensor, dim: Int? = nil, dtype: DType? = nil) throws -> Tensor {
    try softmax(x.neg(), dim: dim ?? implicitDim(x, "softmin"), dtype: dtype)
  }

  /// Samples from the Gumbel-softmax distribution: a differentiable choice of a class
  /// (PyTorch: `F.gumbel_softmax`).
  ///
  /// `tau` is the temperature. With `hard` the output is one-hot, with the gradient of the soft
  /// sample.
  public static func gumbelSoftmax(
    _ logits: Tensor, tau: Double = 1, hard: Bool = false, dim: Int = -1
  ) throws -> Tensor {
    let noise = try noGrad {
      try Tensor.empty(like: logits, memoryFormat: .contiguous).exponential_().log().neg()
    }
    let soft = try logits.add(noise).div(tau).softmax(dim: dim)
    guard hard else { return soft }
    let places = try soft.max(dim: dim, keepdim: true).indices
    let oneHot = try Tensor.zeros(like: logits).scatter(dim, places, 1.0)
    return try oneHot.sub(soft.detach()).add(soft)
  }
}
