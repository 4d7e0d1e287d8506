import CKernels

extension UnaryRule {
  static let sigmoid = UnaryRule("sigmoid", .sigmoid, "SigmoidBackward0", saving: .output) { g, s in
    try g.binary(.sigmoidGradient, s.output)
  }
  static let relu = UnaryRule(
    "relu", .relu, integers: .keep, "ReluBackward0", saving: .output
  ) { g, s in
    try g.binary(.reluGradient, s.output)
  }
}

extension BinaryRule {
  /// `g · (1 − y) · y` in one pass.
  static let sigmoidGradient: BinaryRule = BinaryRule(
    "sigmoid_backward", .sigmoidGradient, "SigmoidBackwardBackward0",
    left: { g, y in Input(g, saving: y) { gg, s in try gg.binary(.sigmoidGradient, s[0]) } },
    right: { g, y in Input(y, saving: g, y) { gg, s in try gg * s[0] * (1 - s[1] * 2) } })
  /// The gradient of ReLU in one pass: `g` where `y` is positive, else 0, also at `y = 0`.
  static let reluGradient: BinaryRule = BinaryRule(
    "threshold_backward", .reluGradient, "ThresholdBackwardBackward0",
    left: { g, y in Input(g, saving: y) { gg, s in try gg.binary(.reluGradient, s[0]) } },
    right: { _, y in Input(y) { gg, _ in try gg.zeroGradient() } })
}

extension Tensor {
  /// Computes the sigmoid `1 / (1 + exp(−x))` (PyTorch: `torch.sigmoid`).
  public func sigmoid() throws -> Tensor { try unary(.sigmoid) }
  /// Applies ``sigmoid()`` in place.
  @discardableResult public func sigmoid_() throws -> Tensor { try unary_(.sigmoid) }

  /// Applies the rectified linear unit; NaN stays, the gradient at 0 is 0 (PyTorch: `torch.relu`).
  public func relu() throws -> Tensor {
    try checkRelu()
    return try unary(.relu)
  }
  /// Applies ``relu()`` in place.
  @discardableResult
  public func relu_() throws -> Tensor {
    try checkRelu()
    return try unary_(.relu)
  }
  private func checkRelu() throws {
    try require(dtype != .bool, .dtype, "relu", "Boolean inputs not supported for relu")
  }
}
