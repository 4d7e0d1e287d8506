import CKernels

extension UnaryRule {
  static let lgamma = UnaryRule("lgamma", .lgamma, "LgammaBackward0", saving: .input) { g, s in
    try g * s[0].digamma()
  }
  static let digamma = UnaryRule("digamma", .digamma, "DigammaBackward0", saving: .input) { g, s in
    try g * s[0].polygamma(1)
  }
}

extension BinaryRule {
  static let zeta = BinaryRule(
    "zeta", .zeta, integers: .toFloat, "SpecialZetaBackward0",
    left: { a, b in Input(a) { _, _ in throw noDerivative("zeta", of: "zeta") } },
    right: { a, b in
      Input(b, saving: a, b) { g, s in try g * s[0].neg() * Special.zeta(s[0] + 1, s[1]) }
    })
  static let igamma = BinaryRule(
    "igamma", .igamma, "IgammaBackward0",
    left: { a, b in Input(a) { _, _ in throw noDerivative("igamma", of: "igamma: input") } },
    right: { a, b in Input(b, saving: a, b) { g, s in try g * s[0].gammaDensity(at: s[1]) } })
  static let igammac = BinaryRule(
    "igammac", .igammac, "IgammacBackward0",
    left: { a, b in Input(a) { _, _ in throw noDerivative("igammac", of: "igammac: input") } },
    right: { a, b in
      Input(b, saving: a, b) { g, s in try g * s[0].gammaDensity(at: s[1]).neg() }
    })
  static let xlog1py = BinaryRule(
    "xlog1py", .xlog1py, integers: .toFloat, "SpecialXlog1PyBackward0",
    left: { a, b in
      Input(a, saving: a, b) { g, s in
        let flat = try s[0].eq(0).logicalAnd(s[1].le(-1))
        return try Tensor.where(flat, 0, Special.xlog1py(g, s[1]))
      }
    },
    right: { a, b in Input(b, saving: a, b) { g, s in try g * s[0] / (s[1] + 1) } })
}

private func noDerivative(_ operation: String, of name: String) -> TensorError {
  TensorError(.autograd, operation, "the derivative for '\(name)' is not implemented.")
}

/// The gamma function and related functions; integers and bools are converted to the default float
/// type.
extension Tensor {
  /// Computes the logarithm of the absolute value of the gamma function (PyTorch: `torch.lgamma`).
  public func lgamma() throws -> Tensor { try unary(.lgamma) }
  /// Computes the digamma function, the derivative of ``lgamma()`` (PyTorch: `torch.digamma`).
  public func digamma() throws -> Tensor { try unary(.digamma) }

  /// Computes the derivative of order `n` of ``digamma()`` (PyTorch: `torch.polygamma`).
  ///
  /// - Throws: ``TensorError`` for a negative order.
  public func polygamma(_ n: Int) throws -> Tensor {
    try require(
      n >= 0, .value, "polygamma", "polygamma(n, x) does not support negative n, but got \(got: n)")
    return try unary(.polygamma, "polygamma", .toFloat, (Double(n), 0)).recorded(
      "PolygammaBackward0",
      // The values overflow long before the order does.
      Input(self, saving: self) { g, s in try g * s[0].polygamma(n < .max ? n + 1 : n) })
  }

  /// Computes the logarithm of the multivariate gamma function of dimension `p`
  /// (PyTorch: `torch.mvlgamma`).
  ///
  /// Elements must be above (p − 1) / 2; otherwise the result is undefined.
  /// - Throws: ``TensorError`` if `p` is below 1, and for bools.
  public func mvlgamma(_ p: Int) throws -> Tensor {
    try require(
      p >= 1, .value, "mvlgamma", "p has to be greater than or equal to 1, but got \(got: p)")
    try require(
      dtype != .bool, .dtype, "mvlgamma",
      "The input tensor may not be a boolean tensor; convert it with to(_:)")
    let x = dtype.isFloatingPoint ? self : try to(DType.default)
    let y = try noGrad {
      try x.widened { x in
        let sum = try x.gammaArguments(p).lgamma().sum(dim: -1)
        return try sum + Double(p) * Double(p - 1) * 0.25 * 1.14472988584940017414
      }
    }
    return try y.recorded(
      "MvlgammaBackward0",
      Input(x, saving: x) { g, s in
        try g * s[0].gammaArguments(p).digamma().sum(dim: -1)
      })
  }

  /// Returns `x − j/2` for j from 0 to p − 1, in a new last dimension.
  private func gammaArguments(_ p: Int) throws -> Tensor {
    let steps = try Tensor.arange(p, dtype: dtype, device: device)
    return try unsqueeze(-1) - steps * 0.5
  }

  /// Computes the regularized lower incomplete gamma function P(self, x), for positive numbers
  /// (PyTorch: `torch.igamma`).
  ///
  /// It is differentiable only in `x`.
  ///
  /// - Throws: ``TensorError`` for integers and bools.
  public func igamma(_ x: Tensor) throws -> Tensor { try binary(.igamma, x) }
  /// Computes the regularized upper incomplete gamma function Q(self, x), for positive numbers
  /// (PyTorch: `torch.igammac`).
  ///
  /// It is differentiable only in `x`.
  ///
  /// - Throws: ``TensorError`` for integers and bools.
  public func igammac(_ x: Tensor) throws -> Tensor { try binary(.igammac, x) }

  /// Computes the density `x^(a − 1) e^(−x) / Γ(a)`, where a is this tensor.
  fileprivate func gammaDensity(at x: Tensor) throws -> Tensor {
    try ((self - 1) * x.log() - x - lgamma()).exp()
  }
}

extension Special {
  /// Computes the Hurwitz zeta function `Σ (q + k)^(−x)` over k ≥ 0
  /// (PyTorch: `torch.special.zeta`).
  ///
  /// It is differentiable only in `q`.
  ///
  /// - Throws: ``TensorError`` for 16-bit floats.
  public static func zeta(_ x: Tensor, _ q: Tensor) throws -> Tensor {
    try Tensor.precise(.zeta, x, q)
  }
  /// Computes the zeta function with a number `q`; 1 gives the Riemann zeta function.
  public static func zeta<S: TensorScalar>(_ x: Tensor, _ q: S) throws -> Tensor {
    try Tensor.precise(.zeta, x, Tensor.wrapped(q, like: x))
  }
  /// Computes `x · log1p(y)`, 0 where x is 0 (PyTorch: `torch.special.xlog1py`).
  public static func xlog1py(_ x: Tensor, _ y: Tensor) throws -> Tensor {
    try x.binary(.xlog1py, y)
  }
  /// Computes `x · log1p(y)` with a number `y`.
  public static func xlog1py<S: TensorScalar>(_ x: Tensor, _ y: S) throws -> Tensor {
    try x.binary(.xlog1py, y)
  }
  /// Computes `x · log1p(y)` with a number `x`.
  public static func xlog1py<S: TensorScalar>(_ x: S, _ y: Tensor) throws -> Tensor {
    try Tensor.binary(.xlog1py, .wrapped(x, like: y), y)
  }
}
