import CKernels

extension UnaryRule {
  static let i0 = UnaryRule("i0", .besselI0, "I0Backward0", saving: .input) { g, s in
    try g * Special.i1(s[0])
  }
  static let i0e = UnaryRule(
    "special_i0e", .besselI0e, "SpecialI0EBackward0", saving: .inputAndOutput
  ) {
    g, s in
    try g * (Special.i1e(s[0]) - s[0].sgn() * s.output)
  }
  static let i1 = UnaryRule("special_i1", .besselI1, "SpecialI1Backward0", saving: .inputAndOutput)
  {
    g, s in
    try g * (s[0].i0() - s.output.over(s[0], limit: 0.5))
  }
  static let i1e = UnaryRule(
    "special_i1e", .besselI1e, "SpecialI1EBackward0", saving: .inputAndOutput
  ) {
    g, s in
    let slope = try Special.i0e(s[0]) - s.output * s[0].sgn() - s.output.over(s[0], limit: 0.5)
    return try g * slope
  }
  static let modifiedI0 = UnaryRule(
    "modified_bessel_i0", .besselI0, "SpecialModifiedBesselI0Backward0", saving: .input
  ) { g, s in try g * Special.modifiedBesselI1(s[0]) }
  static let modifiedI1 = UnaryRule(
    "modified_bessel_i1", .besselI1, "SpecialModifiedBesselI1Backward0", saving: .inputAndOutput
  ) { g, s in
    try g * (Special.modifiedBesselI0(s[0]) - s.output.over(s[0], limit: 0.5))
  }
  static let modifiedK0 = UnaryRule(
    "modified_bessel_k0", .besselK0, "SpecialModifiedBesselK0Backward0", saving: .input
  ) { g, s in try g * Special.modifiedBesselK1(s[0]).neg() }
  static let modifiedK1 = UnaryRule(
    "modified_bessel_k1", .besselK1, "SpecialModifiedBesselK1Backward0", saving: .inputAndOutput
  ) { g, s in try g * (Special.modifiedBesselK0(s[0]) + s.output / s[0]).neg() }
  static let j0 = UnaryRule(
    "bessel_j0", .besselJ0, "SpecialBesselJ0Backward0", saving: .input
  ) { g, s in try g * Special.besselJ1(s[0]).neg() }
  static let j1 = UnaryRule(
    "bessel_j1", .besselJ1, "SpecialBesselJ1Backward0", saving: .inputAndOutput
  ) { g, s in try g * (Special.besselJ0(s[0]) - s.output.over(s[0], limit: 0.5)) }
  static let y0 = UnaryRule(
    "bessel_y0", .besselY0, "SpecialBesselY0Backward0", saving: .input
  ) { g, s in try g * Special.besselY1(s[0]).neg() }
  static let y1 = UnaryRule(
    "bessel_y1", .besselY1, "SpecialBesselY1Backward0", saving: .inputAndOutput
  ) { g, s in try g * (Special.besselY0(s[0]) - s.output / s[0]) }
  // PyTorch does not differentiate these.
  static let scaledK0 = UnaryRule("scaled_modified_bessel_k0", .besselK0e)
  static let scaledK1 = UnaryRule("scaled_modified_bessel_k1", .besselK1e)
  static let sphericalJ0 = UnaryRule("spherical_bessel_j0", .sphericalJ0)
  static let airyAi = UnaryRule("airy_ai", .airyAi)
}

extension Tensor {
  /// Computes the modified Bessel function of the first kind, order 0 (PyTorch: `torch.i0`).
  public func i0() throws -> Tensor { try unary(.i0) }
  /// Applies ``i0()`` in place.
  @discardableResult public func i0_() throws -> Tensor { try unary_(.i0) }

  /// Computes `self / x`, or `limit` where x is 0.
  fileprivate func over(_ x: Tensor, limit: Double) throws -> Tensor {
    let origin = try x.eq(0)
    return try Tensor.where(origin, limit, self / Tensor.where(origin, 1, x))
  }
}

/// Bessel functions.
///
/// The unscaled ones are NaN at infinity, and functions of the second kind are NaN below zero, as
/// in PyTorch. All except `i0`, `i0e`, `i1` and `i1e` reject 16-bit floats.
extension Special {
  /// Computes `exp(−|x|) · I₀(x)` (PyTorch: `torch.special.i0e`).
  public static func i0e(_ x: Tensor) throws -> Tensor { try x.unary(.i0e) }
  /// Computes the modified Bessel function of the first kind, order 1
  /// (PyTorch: `torch.special.i1`).
  public static func i1(_ x: Tensor) throws -> Tensor { try x.unary(.i1) }
  /// Computes `exp(−|x|) · I₁(x)` (PyTorch: `torch.special.i1e`).
  public static func i1e(_ x: Tensor) throws -> Tensor { try x.unary(.i1e) }
  /// Computes the modified Bessel function of the first kind, order 0
  /// (PyTorch: `torch.special.modified_bessel_i0`).
  public static func modifiedBesselI0(_ x: Tensor) throws -> Tensor { try x.precise(.modifiedI0) }
  /// Computes the modified Bessel function of the first kind, order 1
  /// (PyTorch: `torch.special.modified_bessel_i1`).
  public static func modifiedBesselI1(_ x: Tensor) throws -> Tensor { try x.precise(.modifiedI1) }
  /// Computes the modified Bessel function of the second kind, order 0
  /// (PyTorch: `torch.special.modified_bessel_k0`).
  public static func modifiedBesselK0(_ x: Tensor) throws -> Tensor { try x.precise(.modifiedK0) }
  /// Computes the modified Bessel function of the second kind, order 1
  /// (PyTorch: `torch.special.modified_bessel_k1`).
  public static func modifiedBesselK1(_ x: Tensor) throws -> Tensor { try x.precise(.modifiedK1) }
  /// Computes `exp(x) · K₀(x)`; not differentiable
  /// (PyTorch: `torch.special.scaled_modified_bessel_k0`).
  public static func scaledModifiedBesselK0(_ x: Tensor) throws -> Tensor {
    try x.precise(.scaledK0)
  }
  /// Computes `exp(x) · K₁(x)`; not differentiable
  /// (PyTorch: `torch.special.scaled_modified_bessel_k1`).
  public static func scaledModifiedBesselK1(_ x: Tensor) throws -> Tensor {
    try x.precise(.scaledK1)
  }
  /// Computes the Bessel function of the first kind, order 0 (PyTorch: `torch.special.bessel_j0`).
  public static func besselJ0(_ x: Tensor) throws -> Tensor { try x.precise(.j0) }
  /// Computes the Bessel function of the first kind, order 1 (PyTorch: `torch.special.bessel_j1`).
  public static func besselJ1(_ x: Tensor) throws -> Tensor { try x.precise(.j1) }
  /// Computes the Bessel function of the second kind, order 0 (PyTorch: `torch.special.bessel_y0`).
  public static func besselY0(_ x: Tensor) throws -> Tensor { try x.precise(.y0) }
  /// Computes the Bessel function of the second kind, order 1 (PyTorch: `torch.special.bessel_y1`).
  public static func besselY1(_ x: Tensor) throws -> Tensor { try x.precise(.y1) }
  /// Computes `sin(x) / x`, 1 at 0; not differentiable (`sinc` is)
  /// (PyTorch: `torch.special.spherical_bessel_j0`).
  public static func sphericalBesselJ0(_ x: Tensor) throws -> Tensor { try x.precise(.sphericalJ0) }
  /// Computes the Airy function Ai; not differentiable (PyTorch: `torch.special.airy_ai`).
  public static func airyAi(_ x: Tensor) throws -> Tensor { try x.precise(.airyAi) }
}
