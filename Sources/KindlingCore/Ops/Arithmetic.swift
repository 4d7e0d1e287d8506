extension Tensor {
  /// `self + alpha · other`, elementwise with broadcasting and promotion (PyTorch: `torch.add`).
  public func add(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    try Tensor.sum(self, other, alpha.scalar, nil)
  }

  /// `self + alpha · other`, where `other` is a number.
  public func add<S: TensorScalar>(_ other: S, alpha: some TensorScalar = 1) throws -> Tensor {
    try add(Tensor.wrapped(other, like: self), alpha: alpha)
  }

  /// Adds `alpha · other` to this tensor in place (PyTorch: `Tensor.add_`).
  @discardableResult
  public func add_(_ other: Tensor, alpha: some TensorScalar = 1) throws -> Tensor {
    try inPlace("add_", [other]) { try Tensor.sum($0, other, alpha.scalar, $1) }
  }

  private static func sum(_ a: Tensor, _ b: Tensor, _ alpha: Scalar, _ out: Tensor?) throws -> Tensor {
    let y = try binary(.add, a, b, alpha.doubleValue, into: out)
    guard isGradEnabled, a.requiresGrad || b.requiresGrad else { return y }
    return y.recorded(
      "AddBackward0", Input(a) { g, _ in g },
      Input(b) { g, _ in alpha.doubleValue == 1 ? g : try g.mul(alpha) })
  }

  /// `self · other`, elementwise with broadcasting and promotion (PyTorch: `torch.mul`).
  public func mul(_ other: Tensor) throws -> Tensor { try Tensor.product(self, other, nil) }

  /// `self · other`, where `other` is a number.
  public func mul<S: TensorScalar>(_ other: S) throws -> Tensor {
    try mul(Tensor.wrapped(other, like: self))
  }

  /// Multiplies this tensor by `other` in place (PyTorch: `Tensor.mul_`).
  @discardableResult
  public func mul_(_ other: Tensor) throws -> Tensor {
    try inPlace("mul_", [other]) { try Tensor.product($0, other, $1) }
  }

  private static func product(_ a: Tensor, _ b: Tensor, _ out: Tensor?) throws -> Tensor {
    let y = try binary(.mul, a, b, into: out)
    guard isGradEnabled, a.requiresGrad || b.requiresGrad else { return y }
    return y.recorded(
      "MulBackward0", Input(a, saving: b) { g, s in try g * s[0] },
      Input(b, saving: a) { g, s in try g * s[0] })
  }

  /// `self + other`.
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try a.add(b) }
  /// `self + other`, where `other` is a number.
  public static func + <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.add(b) }
  /// `self · other`.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try a.mul(b) }
  /// `self · other`, where `other` is a number.
  public static func * <S: TensorScalar>(a: Tensor, b: S) throws -> Tensor { try a.mul(b) }
  /// Adds `b` in place, as PyTorch's `+=` does (``add_(_:alpha:)``).
  public static func += (a: inout Tensor, b: Tensor) throws { try a.add_(b) }
}
