import CKernels

extension UnaryRule {
  // These are piecewise constant, so the gradient is 0, as in PyTorch.
  static let floor = UnaryRule("floor", .floor, integers: .copy, "FloorBackward0") { g, _ in
    try g.zeroGradient()
  }
  static let ceil = UnaryRule("ceil", .ceil, integers: .copy, "CeilBackward0") { g, _ in
    try g.zeroGradient()
  }
  static let round = UnaryRule("round", .round, integers: .copy, "RoundBackward0") { g, _ in
    try g.zeroGradient()
  }
  static let trunc = UnaryRule("trunc", .trunc, integers: .copy, "TruncBackward0") { g, _ in
    try g.zeroGradient()
  }
}

/// Rounding functions, which return integers unchanged and throw for bools.
extension Tensor {
  /// Rounds down to an integer (PyTorch: `torch.floor`).
  public func floor() throws -> Tensor { try unary(.floor) }
  /// Applies ``floor()`` in place.
  @discardableResult public func floor_() throws -> Tensor { try unary_(.floor) }
  /// Rounds up to an integer (PyTorch: `torch.ceil`).
  public func ceil() throws -> Tensor { try unary(.ceil) }
  /// Applies ``ceil()`` in place.
  @discardableResult public func ceil_() throws -> Tensor { try unary_(.ceil) }
  /// Rounds to the nearest integer, and halves to the even one (PyTorch: `torch.round`).
  public func round() throws -> Tensor { try unary(.round) }
  /// Applies ``round()`` in place.
  @discardableResult public func round_() throws -> Tensor { try unary_(.round) }
  /// Truncates to the integer part (PyTorch: `torch.trunc`).
  public func trunc() throws -> Tensor { try unary(.trunc) }
  /// Applies ``trunc()`` in place.
  @discardableResult public func trunc_() throws -> Tensor { try unary_(.trunc) }

  /// Rounds to `decimals` decimal places; negative ones are left of the point
  /// (PyTorch: `torch.round`).
  ///
  /// - Throws: ``TensorError`` for integers, unless `decimals` is 0.
  public func round(decimals: Int) throws -> Tensor {
    if decimals == 0 && !dtype.isFloatingPoint { return try round() }
    try require(
      dtype.isFloatingPoint, .dtype, "round",
      "\"round_cpu\" not implemented for '\(dtype.scalarName)' with decimals")
    let scale = (0..<Swift.min(decimals.magnitude, 400)).reduce(1.0) { power, _ in power * 10 }
    return try noGrad {
      try widened { x in
        decimals < 0
          ? try x.div(scale).round().mul(scale) : try x.mul(scale).round().div(scale)
      }
    }.recorded("RoundBackward1", Input(self) { g, _ in try g.zeroGradient() })
  }

  /// Returns the fractional part, with the sign of the element (PyTorch: `torch.frac`).
  ///
  /// - Throws: ``TensorError`` for integers and bools.
  public func frac() throws -> Tensor {
    try require(
      dtype.isFloatingPoint, .dtype, "frac",
      "\"frac_cpu\" not implemented for '\(dtype.scalarName)'")
    return try noGrad { try sub(trunc()) }.recorded("FracBackward0", Input(self) { g, _ in g })
  }
}
