import CKernels

extension UnaryRule {
  static let sin = UnaryRule("sin", .sin, "SinBackward0", saving: .input) { g, s in
    try g * s[0].cos()
  }
  static let cos = UnaryRule("cos", .cos, "CosBackward0", saving: .input) { g, s in
    try g * s[0].sin().neg()
  }
  static let tan = UnaryRule("tan", .tan, "TanBackward0", saving: .output) { g, s in
    try g * (s.output.square() + 1)
  }
  static let asin = UnaryRule("asin", .asin, "AsinBackward0", saving: .input) { g, s in
    try g * s[0].square().rsub(1).rsqrt()
  }
  static let acos = UnaryRule("acos", .acos, "AcosBackward0", saving: .input) { g, s in
    try g * s[0].square().rsub(1).rsqrt().neg()
  }
  static let atan = UnaryRule("atan", .atan, "AtanBackward0", saving: .input) { g, s in
    try g / (s[0].square() + 1)
  }
  static let sinh = UnaryRule("sinh", .sinh, "SinhBackward0", saving: .input) { g, s in
    try g * s[0].cosh()
  }
  static let cosh = UnaryRule("cosh", .cosh, "CoshBackward0", saving: .input) { g, s in
    try g * s[0].sinh()
  }
  static let tanh = UnaryRule("tanh", .tanh, "TanhBackward0", saving: .output) { g, s in
    try g.binary(.tanhGradient, s.output)
  }
  static let asinh = UnaryRule(
    "asinh", .asinh, "AsinhBackward0", inPlace: "AsinhBackward1", saving: .input
  ) { g, s in
    try g * (s[0].square() + 1).rsqrt()
  }
  static let acosh = UnaryRule(
    "acosh", .acosh, "AcoshBackward0", inPlace: "AcoshBackward1", saving: .input
  ) { g, s in
    try g * (s[0].square() - 1).rsqrt()
  }
  static let atanh = UnaryRule(
    "atanh", .atanh, "AtanhBackward0", inPlace: "AtanhBackward1", saving: .input
  ) { g, s in
    try g / s[0].square().rsub(1)
  }
}

extension UnaryRule {
  static let sinc = UnaryRule("sinc", .sinc, "SincBackward0", saving: .input) { g, s in
    let x = s[0], angle = try x * Double.pi, square = try x * x * Double.pi
    let slope = try (angle * angle.cos() - angle.sin()) / square
    return try Tensor.where(square.eq(0), 0, g * slope)
  }
}

extension BinaryRule {
  /// The gradient of tanh: `g · (1 − y²)`, in one pass.
  static let tanhGradient: BinaryRule = BinaryRule(
    "tanh_backward", .tanhGradient, "TanhBackwardBackward0",
    left: { g, y in Input(g, saving: y) { gg, s in try gg.binary(.tanhGradient, s[0]) } },
    right: { g, y in Input(y, saving: g, y) { gg, s in try gg * s[0] * s[1] * -2 } })
  static let atan2 = BinaryRule(
    "atan2", .atan2, integers: .toFloat, "Atan2Backward0",
    left: { a, b in
      Input(a, saving: a, b) { g, s in try g * s[1] * inverseSquare(s[0], s[1]) }
    },
    right: { a, b in
      Input(b, saving: a, b) { g, s in try g * s[0].neg() * inverseSquare(s[0], s[1]) }
    })
  /// Computes `1 / (a² + b²)`, or 0 where the sum is 0.
  private static func inverseSquare(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let square = try a.square() + b.square()
    return try Tensor.where(square.eq(0), 0, square.reciprocal())
  }
  static let hypot = BinaryRule(
    "hypot", .hypot, "HypotBackward0", savingOutput: true,
    left: { a, _ in Input(a, saving: a) { g, s in try g * s[0] / s.output } },
    right: { _, b in Input(b, saving: b) { g, s in try g * s[0] / s.output } })
}

/// Trigonometric and hyperbolic functions, in radians.
///
/// Integers and bools are converted to the default float type. Outside the domain of a function,
/// the result is NaN.
extension Tensor {
  /// Computes the sine (PyTorch: `torch.sin`).
  public func sin() throws -> Tensor { try unary(.sin) }
  /// Applies ``sin()`` in place.
  @discardableResult public func sin_() throws -> Tensor { try unary_(.sin) }
  /// Computes the cosine (PyTorch: `torch.cos`).
  public func cos() throws -> Tensor { try unary(.cos) }
  /// Applies ``cos()`` in place.
  @discardableResult public func cos_() throws -> Tensor { try unary_(.cos) }
  /// Computes the tangent (PyTorch: `torch.tan`).
  public func tan() throws -> Tensor { try unary(.tan) }
  /// Applies ``tan()`` in place.
  @discardableResult public func tan_() throws -> Tensor { try unary_(.tan) }
  /// Computes the inverse sine (PyTorch: `torch.asin`).
  public func asin() throws -> Tensor { try unary(.asin) }
  /// Applies ``asin()`` in place.
  @discardableResult public func asin_() throws -> Tensor { try unary_(.asin) }
  /// Computes the inverse cosine (PyTorch: `torch.acos`).
  public func acos() throws -> Tensor { try unary(.acos) }
  /// Applies ``acos()`` in place.
  @discardableResult public func acos_() throws -> Tensor { try unary_(.acos) }
  /// Computes the inverse tangent (PyTorch: `torch.atan`).
  public func atan() throws -> Tensor { try unary(.atan) }
  /// Applies ``atan()`` in place.
  @discardableResult public func atan_() throws -> Tensor { try unary_(.atan) }
  /// Computes the hyperbolic sine (PyTorch: `torch.sinh`).
  public func sinh() throws -> Tensor { try unary(.sinh) }
  /// Applies ``sinh()`` in place.
  @discardableResult public func sinh_() throws -> Tensor { try unary_(.sinh) }
  /// Computes the hyperbolic cosine (PyTorch: `torch.cosh`).
  public func cosh() throws -> Tensor { try unary(.cosh) }
  /// Applies ``cosh()`` in place.
  @discardableResult public func cosh_() throws -> Tensor { try unary_(.cosh) }
  /// Computes the hyperbolic tangent (PyTorch: `torch.tanh`).
  public func tanh() throws -> Tensor { try unary(.tanh) }
  /// Applies ``tanh()`` in place.
  @discardableResult public func tanh_() throws -> Tensor { try unary_(.tanh) }
  /// Computes the inverse hyperbolic sine (PyTorch: `torch.asinh`).
  public func asinh() throws -> Tensor { try unary(.asinh) }
  /// Applies ``asinh()`` in place.
  @discardableResult public func asinh_() throws -> Tensor { try unary_(.asinh) }
  /// Computes the inverse hyperbolic cosine (PyTorch: `torch.acosh`).
  public func acosh() throws -> Tensor { try unary(.acosh) }
  /// Applies ``acosh()`` in place.
  @discardableResult public func acosh_() throws -> Tensor { try unary_(.acosh) }
  /// Computes the inverse hyperbolic tangent (PyTorch: `torch.atanh`).
  public func atanh() throws -> Tensor { try unary(.atanh) }
  /// Applies ``atanh()`` in place.
  @discardableResult public func atanh_() throws -> Tensor { try unary_(.atanh) }

  /// Computes the angle of the point (`other`, `self`), in (−π, π] (PyTorch: `torch.atan2`).
  public func atan2(_ other: Tensor) throws -> Tensor { try binary(.atan2, other) }
  /// Computes the hypotenuse `sqrt(self² + other²)` without overflow (PyTorch: `torch.hypot`).
  public func hypot(_ other: Tensor) throws -> Tensor { try binary(.hypot, other) }

  /// Converts degrees to radians (PyTorch: `torch.deg2rad`).
  public func deg2rad() throws -> Tensor { try scaled(.pi / 180, "Deg2RadBackward0") }
  /// Converts radians to degrees (PyTorch: `torch.rad2deg`).
  public func rad2deg() throws -> Tensor { try scaled(180 / .pi, "Rad2DegBackward0") }

  private func scaled(_ factor: Double, _ node: String) throws -> Tensor {
    try noGrad { try mul(factor) }.recorded(node, Input(self) { g, _ in try g * factor })
  }

  /// Computes the angle of a real number: 0, or π for negative elements (PyTorch: `torch.angle`).
  public func angle() throws -> Tensor {
    try noGrad {
      let type = dtype.isFloatingPoint ? dtype : .default
      let pi = try Tensor.full([], Double.pi, dtype: type, device: device)
      let angle = try Tensor.where(lt(0), pi, 0)
      return dtype.isFloatingPoint ? try Tensor.where(isnan(), self, angle) : angle
    }.recorded("AngleBackward0", Input(self, saving: self) { g, _ in try g.zeroGradient() })
  }

  /// Computes the normalized sinc `sin(πx) / (πx)`, 1 at 0 (PyTorch: `torch.sinc`).
  public func sinc() throws -> Tensor { try unary(.sinc) }
}
