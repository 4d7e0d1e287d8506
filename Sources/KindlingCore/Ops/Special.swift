import CKernels

extension UnaryRule {
  static let erf = UnaryRule("erf", .erf, "ErfBackward0", saving: .input) { g, s in
    try g * (s[0].square().neg().exp() * twoOverRootPi)
  }
  static let erfc = UnaryRule("erfc", .erfc, "ErfcBackward0", saving: .input) { g, s in
    try g * (s[0].square().neg().exp() * -twoOverRootPi)
  }
  static let erfinv = UnaryRule("erfinv", .erfinv, "ErfinvBackward0", saving: .output) { g, s in
    try g * (s.output.square().exp() / twoOverRootPi)
  }
  static let lgamma = UnaryRule("lgamma", .lgamma, "LgammaBackward0", saving: .input) { g, s in
    try g * s[0].digamma()
  }
  static let digamma = UnaryRule("digamma", .digamma, "DigammaBackward0", saving: .input) { g, s in
    try g * s[0].trigamma()
  }
}

private let twoOverRootPi = 1.12837916709551257390

extension Tensor {
  /// The error function (PyTorch: `torch.erf`).
  public func erf() throws -> Tensor { try unary(.erf) }
  /// ``erf()`` in place.
  @discardableResult public func erf_() throws -> Tensor { try unary_(.erf) }
  /// `1 − erf(x)`, exact for large elements (PyTorch: `torch.erfc`).
  public func erfc() throws -> Tensor { try unary(.erfc) }
  /// The inverse of the error function on (−1, 1) (PyTorch: `torch.erfinv`).
  public func erfinv() throws -> Tensor { try unary(.erfinv) }
  /// The logarithm of the size of the gamma function (PyTorch: `torch.lgamma`).
  public func lgamma() throws -> Tensor { try unary(.lgamma) }
  /// The derivative of ``lgamma()`` (PyTorch: `torch.digamma`).
  public func digamma() throws -> Tensor { try unary(.digamma) }

  /// The derivative of ``digamma()``: reflected to arguments above ½, moved up by 6 with the
  /// recurrence, where the asymptotic series holds.
  fileprivate func trigamma() throws -> Tensor {
    let low = try lt(0.5)
    var x = try Tensor.where(low, rsub(1), self)
    var sum = try x.mul(x).reciprocal()
    for _ in 0..<5 {
      x = try x + 1
      sum = try sum + x.mul(x).reciprocal()
    }
    x = try x + 1
    let square = try x.mul(x).reciprocal()
    let tail = try square * (square * (square * (1.0 / 42) - 1.0 / 30) + 1.0 / 6)
    sum = try sum + (tail + x.reciprocal() * 0.5 + 1) / x
    let reflected = try (self * Double.pi).sin().pow(-2) * (Double.pi * Double.pi) - sum
    return try Tensor.where(low, reflected, sum)
  }

  /// `log(x / (1 − x))`, the inverse of ``sigmoid()`` (PyTorch: `torch.logit`).
  ///
  /// - Parameter eps: where given, elements are first moved into [eps, 1 − eps]; otherwise elements
  ///   outside [0, 1] give NaN.
  public func logit(eps: Double? = nil) throws -> Tensor {
    try noGrad {
      let x = dtype.isFloatingPoint ? self : try to(DType.default)
      return try x.widened { x in
        // The lower bound is asked for first, which shows where eps is above ½.
        let p = try eps.map { try Tensor.where(x.lt($0), $0, x.clamp(max: 1 - $0)) } ?? x
        return try p.div(p.rsub(1)).log()
      }
    }.recorded("LogitBackward0", Input(self, saving: self) { g, s in
      let slope = try g / (s[0] * s[0].rsub(1))
      let low = eps ?? 0
      let inside = try s[0].ge(low).logicalAnd(s[0].le(1 - low))
      return try Tensor.where(inside, slope, eps == nil ? Double.nan : 0)
    })
  }
}
