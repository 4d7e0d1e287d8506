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
    if approximate == .none {
      return try ElementwiseActivation(
        "gelu", "GeluBackward0", floats: "GeluKernelImpl", values: { try $0.geluValues() },
        gradient: { g, x in try g.geluGradient(x) })(x)
    }
    let cubic = 0.044715, density = (2 / Double.pi).squareRoot()
    return try ElementwiseActivation(
      "gelu", "GeluBackward0", floats: "GeluKernelImpl",
      values: {
        let inner = try $0.square().mul(cubic).add(1).mul($0).mul(density)
        return try $0.mul(0.5).mul(inner.tanh().add(1))
      },
      gradient: { g, x in
        let t = try x.square().mul(cubic).add(1).mul(x).mul(density).tanh()
        let slope = try x.square().mul(3 * cubic).add(1).mul(density)
        let bend = try x.mul(t.square().rsub(1)).mul(slope)
        return try g.mul(t.add(1).add(bend).mul(0.5))
      })(x)
  }

  /// Computes `x · sigmoid(x)` (PyTorch: `F.silu`).
  public static func silu(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try ElementwiseActivation(
      "silu", "SiluBackward0", floats: "silu_cpu",
      values: { try $0.mul($0.sigmoid()) },
      gradient: { g, x in
        let s = try x.sigmoid()
        return try g.mul(s).mul(x.mul(s.rsub(1)).add(1))
      })(x, inplace: inplace)
  }

  /// Computes `x · tanh(softplus(x))` (PyTorch: `F.mish`).
  public static func mish(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try ElementwiseActivation(
      "mish", "MishBackward0", floats: "mish_cpu",
      values: { try $0.mul(logOnePlusExp($0).tanh()) },
      gradient: { g, x in
        let t = try logOnePlusExp(x).tanh()
        return try g.mul(t.add(x.mul(x.sigmoid()).mul(t.square().rsub(1))))
      })(x, inplace: inplace)
  }

  /// Computes `log(1 + exp(x))` without overflow.
  private static func logOnePlusExp(_ x: Tensor) throws -> Tensor {
    try x.clamp(min: 0.0).add(x.abs().neg().exp().log1p())
  }

  /// Replaces negative elements by `α(exp(x) − 1)` (PyTorch: `F.elu`).
  public static func elu(
    _ x: Tensor, alpha: Double = 1, inplace: Bool = false
  ) throws -> Tensor {
    try exponential("elu", "EluBackward", x, alpha, 1, 1, inplace)
  }

  /// Applies ``elu(_:alpha:inplace:)`` with constants that keep mean and variance
  /// (PyTorch: `F.selu`).
  public static func selu(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try exponential(
      "selu", "EluBackward", x, 1.6732632423543772848170429916717,
      1.0507009873554804934193349852946, 1, inplace)
  }

  /// Replaces negative elements by `α(exp(x/α) − 1)` (PyTorch: `F.celu`).
  ///
  /// - Throws: `TensorError` `.value` for an `alpha` of 0.
  public static func celu(
    _ x: Tensor, alpha: Double = 1, inplace: Bool = false
  ) throws -> Tensor {
    guard alpha != 0 else {
      throw TensorError(.value, "celu", "ZeroDivisionError: alpha cannot be 0 for CELU")
    }
    return try exponential("celu", "CeluBackward", x, alpha, 1, 1 / alpha, inplace)
  }

  private static func exponential(
    _ name: String, _ node: String, _ x: Tensor, _ alpha: Double, _ scale: Double,
    _ inputScale: Double, _ inplace: Bool
  ) throws -> Tensor {
    try ElementwiseActivation(
      name, node + "0", inPlace: node + "1", floats: "elu_cpu",
      inPlaceGradient: InPlaceGradient(isInvertible: alpha >= 0) { g, y in
        let below = try Tensor.where(y.lt(0), y, 0).add(alpha * scale)
        return try Tensor.where(y.le(0), g.mul(inputScale).mul(below), g.mul(scale))
      },
      values: {
        try Tensor.where(
          $0.gt(0), $0.mul(scale), $0.mul(inputScale).expm1().mul(alpha * scale))
      },
      gradient: { g, x in
        // The exponential of a large element would overflow and, though unused, spoil second
        // derivatives. At 0 the second derivative is 0, as in PyTorch.
        let below = try Tensor.where(x.lt(0), x, 0).mul(inputScale).exp().mul(
          inputScale * alpha * scale)
        return try Tensor.where(x.le(0), g.mul(below), g.mul(scale))
      })(x, inplace: inplace)
  }

  /// Computes `log(1 + exp(βx)) / β`, or `x` if `βx` is above `threshold` (PyTorch: `F.softplus`).
  public static func softplus(
    _ x: Tensor, beta: Double = 1, threshold: Double = 20
  ) throws -> Tensor {
    try ElementwiseActivation(
      "softplus", "SoftplusBackward0", floats: "softplus_cpu",
      values: {
        let z = try $0.mul(beta)
        return try Tensor.where(z.gt(threshold), $0, z.exp().log1p().div(beta))
      },
      gradient: { g, x in
        let z = try x.mul(beta)
        return try Tensor.where(z.gt(threshold), g, g.mul(z.sigmoid()))
      })(x)
  }

  /// Computes `log(sigmoid(x))` without overflow (PyTorch: `F.logsigmoid`).
  public static func logsigmoid(_ x: Tensor) throws -> Tensor {
    try ElementwiseActivation(
      "logsigmoid", "LogSigmoidBackward0", floats: "log_sigmoid_cpu",
      values: { try $0.clamp(max: 0.0).sub($0.abs().neg().exp().log1p()) },
      gradient: { g, x in try g.mul(x.neg().sigmoid()) })(x)
  }

  /// Computes `x / (1 + |x|)` (PyTorch: `F.softsign`).
  public static func softsign(_ x: Tensor) throws -> Tensor { try x.div(x.abs().add(1)) }

  /// Computes `x − tanh(x)` (PyTorch: `F.tanhshrink`).
  public static func tanhshrink(_ x: Tensor) throws -> Tensor { try x.sub(x.tanh()) }

  /// Multiplies the first half of the input by the sigmoid of the second half (PyTorch: `F.glu`).
  ///
  /// - Throws: `TensorError` `.shape` if the size along `dim` is odd.
  public static func glu(_ x: Tensor, dim: Int = -1) throws -> Tensor {
    guard x.ndim > 0 else {
      throw TensorError(.shape, "glu", "glu does not support 0-dimensional tensors")
    }
    let d = try Layout.wrap(dim, x.ndim, "glu"), size = x.shape[d]
    guard size % 2 == 0 else {
      throw TensorError(
        .shape, "glu", "Halving dimension must be even, but dimension \(d) is size \(size)")
    }
    guard x.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, "glu",
        "\"glu_cpu\" not implemented for '\(x.dtype.scalarName)'; convert the input with to(.float32)"
      )
    }
    @Sendable func gated(_ x: Tensor) throws -> Tensor {
      try x.narrow(d, 0, size / 2).mul(x.narrow(d, size / 2, size / 2).sigmoid())
    }
    let type = x.dtype.computeType
    return try noGrad { try gated(x.to(type)).to(x.dtype) }.recorded(
      "GluBackward0",
      Input(x, saving: x) { g, s in
        let x = try s[0].to(type), g = try g.to(type)
        let gate = try x.narrow(d, size / 2, size / 2).sigmoid()
        let second = try gate.rsub(1).mul(gate).mul(g).mul(x.narrow(d, 0, size / 2))
        return try Tensor.cat([g.mul(gate), second], dim: d).to(s[0].dtype)
      })
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
