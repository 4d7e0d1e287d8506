import CKernels

extension UnaryRule {
  static let erf = UnaryRule("erf", .erf, "ErfBackward0", saving: .input) { g, s in
    try g * (s[0].square().neg().exp() * twoOverRootPi)
  }
  static let erfc = UnaryRule("erfc", .erfc, "ErfcBackward0", saving: .input) { g, s in
    try g * (s[0].square().neg().exp() * -twoOverRootPi)
  }
  static let erfinv = UnaryRule("erfinv", .erfinv, "ErfinvBackward0", saving: .input) { g, s in
    try g * (s[0].erfinv().square().exp() / twoOverRootPi)
  }
  static let erfcx = UnaryRule("erfcx", .erfcx, "SpecialErfcxBackward0", saving: .inputAndOutput) {
    g, s in
    try g * (s[0] * s.output * 2 - twoOverRootPi)
  }
  static let logNdtr = UnaryRule(
    "log_ndtr", .logNdtr, "SpecialLogNdtrBackward0", saving: .inputAndOutput
  ) { g, s in
    try g * (rootTwoOverPi / Special.erfcx(s[0] * -(0.5.squareRoot())))
  }
  static let ndtri = UnaryRule("ndtri", .ndtri, "SpecialNdtriBackward0", saving: .output) { g, s in
    try g * (s.output.square() * 0.5).exp() * rootTwoPi
  }
  static let entr = UnaryRule("entr", .entr, "SpecialEntrBackward0", saving: .input) { g, s in
    try g * (s[0].log() + 1).neg()
  }
}

private let twoOverRootPi = 1.12837916709551257390
private let rootTwoOverPi = 0.79788456080286535588
private let rootTwoPi = 2.50662827463100050242

extension Tensor {
  /// Computes the error function (PyTorch: `torch.erf`).
  public func erf() throws -> Tensor { try unary(.erf) }
  /// Applies ``erf()`` in place.
  @discardableResult public func erf_() throws -> Tensor { try unary_(.erf) }
  /// Computes `1 − erf(x)`, accurate for large elements (PyTorch: `torch.erfc`).
  public func erfc() throws -> Tensor { try unary(.erfc) }
  /// Computes the inverse of the error function on (−1, 1) (PyTorch: `torch.erfinv`).
  public func erfinv() throws -> Tensor { try unary(.erfinv) }

  /// Computes `log(x / (1 − x))`, the inverse of ``sigmoid()`` (PyTorch: `torch.logit`).
  ///
  /// With `eps`, elements are first clamped to [eps, 1 − eps]. If `eps` is nil or negative,
  /// elements outside [0, 1] give NaN.
  public func logit(eps: Double? = nil) throws -> Tensor {
    let eps = eps.flatMap { $0 < 0 ? nil : $0 }
    return try noGrad {
      let x = dtype.isFloatingPoint ? self : try to(DType.default)
      return try x.widened { x in
        // The lower bound is checked first, which matters if eps is above ½.
        let p =
          try eps.map { eps in
            try Tensor.where(x.lt(eps), eps, Tensor.where(x.gt(1 - eps), 1 - eps, x))
          } ?? x
        return try p.div(p.rsub(1)).log()
      }
    }.recorded(
      "LogitBackward0",
      Input(self, saving: self) { g, s in
        let slope = try g / (s[0] * s[0].rsub(1))
        let low = eps ?? 0
        let inside = try s[0].ge(low).logicalAnd(s[0].le(1 - low))
        return try Tensor.where(inside, slope, eps == nil ? Double.nan : 0)
      })
  }
}

extension Special {
  /// Computes `exp(x²) · erfc(x)`, without overflow or underflow for large x
  /// (PyTorch: `torch.special.erfcx`).
  public static func erfcx(_ x: Tensor) throws -> Tensor { try x.precise(.erfcx) }
  /// Computes the standard normal cumulative distribution function (PyTorch: `torch.special.ndtr`).
  public static func ndtr(_ x: Tensor) throws -> Tensor {
    try (x.mul(0.5.squareRoot()).erf() + 1).scaled(by: 0.5)
  }
  /// Computes the logarithm of ``ndtr(_:)``, accurate far below zero
  /// (PyTorch: `torch.special.log_ndtr`).
  public static func logNdtr(_ x: Tensor) throws -> Tensor { try x.precise(.logNdtr) }
  /// Computes the inverse of ``ndtr(_:)`` on [0, 1], NaN elsewhere
  /// (PyTorch: `torch.special.ndtri`).
  public static func ndtri(_ x: Tensor) throws -> Tensor { try x.precise(.ndtri) }
  /// Computes the entropy `−x · log(x)`; 0 at 0, −∞ below (PyTorch: `torch.special.entr`).
  public static func entr(_ x: Tensor) throws -> Tensor { try x.unary(.entr) }
}
