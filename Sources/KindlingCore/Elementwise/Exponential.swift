import CKernels

private let ln2 = 0.693147180559945309417
private let ln10 = 2.30258509299404568402

extension UnaryRule {
  static let exp = UnaryRule("exp", .exp, "ExpBackward0", saving: .output) { g, s in
    try g * s.output
  }
  static let exp2 = UnaryRule("exp2", .exp2, "Exp2Backward0", saving: .output) { g, s in
    try g * s.output * ln2
  }
  static let expm1 = UnaryRule("expm1", .expm1, "Expm1Backward0", saving: .output) { g, s in
    try g * (s.output + 1)
  }
  static let log = UnaryRule("log", .log, "LogBackward0", saving: .input) { g, s in
    try g / s[0]
  }
  static let log2 = UnaryRule("log2", .log2, "Log2Backward0", saving: .input) { g, s in
    try g / (s[0] * ln2)
  }
  static let log10 = UnaryRule("log10", .log10, "Log10Backward0", saving: .input) { g, s in
    try g / (s[0] * ln10)
  }
  static let log1p = UnaryRule("log1p", .log1p, "Log1PBackward0", saving: .input) { g, s in
    try g / (s[0] + 1)
  }
}

/// Exponentials and logarithms; integers and bools are converted to the default float type.
extension Tensor {
  /// Computes the exponential of each element (PyTorch: `torch.exp`).
  public func exp() throws -> Tensor { try unary(.exp) }
  /// Applies ``exp()`` in place.
  @discardableResult public func exp_() throws -> Tensor { try unary_(.exp) }
  /// Computes 2 to the power of each element (PyTorch: `torch.exp2`).
  public func exp2() throws -> Tensor { try unary(.exp2) }
  /// Applies ``exp2()`` in place.
  @discardableResult public func exp2_() throws -> Tensor { try unary_(.exp2) }
  /// Computes `exp(x) − 1`, accurately near zero (PyTorch: `torch.expm1`).
  public func expm1() throws -> Tensor { try unary(.expm1) }
  /// Applies ``expm1()`` in place.
  @discardableResult public func expm1_() throws -> Tensor { try unary_(.expm1) }
  /// Computes the natural logarithm: −∞ at 0, NaN below (PyTorch: `torch.log`).
  public func log() throws -> Tensor { try unary(.log) }
  /// Applies ``log()`` in place.
  @discardableResult public func log_() throws -> Tensor { try unary_(.log) }
  /// Computes the logarithm to base 2 (PyTorch: `torch.log2`).
  public func log2() throws -> Tensor { try unary(.log2) }
  /// Applies ``log2()`` in place.
  @discardableResult public func log2_() throws -> Tensor { try unary_(.log2) }
  /// Computes the logarithm to base 10 (PyTorch: `torch.log10`).
  public func log10() throws -> Tensor { try unary(.log10) }
  /// Applies ``log10()`` in place.
  @discardableResult public func log10_() throws -> Tensor { try unary_(.log10) }
  /// Computes `log(1 + x)`, accurately near zero (PyTorch: `torch.log1p`).
  public func log1p() throws -> Tensor { try unary(.log1p) }
  /// Applies ``log1p()`` in place.
  @discardableResult public func log1p_() throws -> Tensor { try unary_(.log1p) }
}

extension BinaryRule {
  static let logaddexp = BinaryRule(
    "logaddexp", .logaddexp, "LogaddexpBackward0",
    left: { a, b in Input(a, saving: a, b) { g, s in try g / ((s[1] - s[0]).exp() + 1) } },
    right: { a, b in Input(b, saving: a, b) { g, s in try g / ((s[0] - s[1]).exp() + 1) } })
  static let logaddexp2 = BinaryRule(
    "logaddexp2", .logaddexp2, "Logaddexp2Backward0",
    left: { a, b in Input(a, saving: a, b) { g, s in try g / ((s[1] - s[0]).exp2() + 1) } },
    right: { a, b in Input(b, saving: a, b) { g, s in try g / ((s[0] - s[1]).exp2() + 1) } })
  // Where x is 0, the gradient would be log y. For y ≤ 0 that is undefined, and PyTorch gives 0.
  static let xlogy = BinaryRule(
    "xlogy", .xlogy, integers: .toFloat, "XlogyBackward0",
    rightNumber: "XlogyBackward2", leftNumber: "XlogyBackward1",
    left: { a, b in
      Input(a, saving: a, b) { g, s in
        try Tensor.where(s[0].eq(0).logicalAnd(s[1].le(0)), 0, g.xlogy(s[1]))
      }
    },
    right: { a, b in Input(b, saving: a, b) { g, s in try g * s[0] / s[1] } })
}

extension Tensor {
  /// Computes `log(exp(self) + exp(other))` without overflow (PyTorch: `torch.logaddexp`).
  public func logaddexp(_ other: Tensor) throws -> Tensor { try binary(.logaddexp, other) }
  /// Computes `log2(2^self + 2^other)` without overflow (PyTorch: `torch.logaddexp2`).
  public func logaddexp2(_ other: Tensor) throws -> Tensor { try binary(.logaddexp2, other) }
  /// Computes `self · log(other)`, 0 where `self` is 0 (PyTorch: `torch.xlogy`).
  public func xlogy(_ other: Tensor) throws -> Tensor { try binary(.xlogy, other) }
  /// Computes `self · log(other)`, where `other` is a number.
  public func xlogy<S: TensorScalar>(_ other: S) throws -> Tensor { try binary(.xlogy, other) }
  /// Computes `number · log(other)`, 0 where the number is 0.
  public static func xlogy<S: TensorScalar>(_ number: S, _ other: Tensor) throws -> Tensor {
    try binary(.xlogy, .wrapped(number, like: other), other)
  }
}
