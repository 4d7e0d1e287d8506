public import KindlingCore

/// Activations that are piecewise linear or bend at given points.
extension F {
  /// Multiplies negative elements by `negativeSlope` (PyTorch: `F.leaky_relu`).
  public static func leakyRelu(
    _ x: Tensor, negativeSlope: Double = 0.01, inplace: Bool = false
  ) throws -> Tensor {
    try leakyRelu(x, numbers: [negativeSlope], inplace: inplace)
  }

  private static let leakyRelu = sloped(
    "leaky_relu", "LeakyReluBackward", kernel: "leaky_relu_cpu")

  /// `x` above 0, and its product with the number below.
  private static func sloped(_ name: String, _ node: String, kernel: String) -> Pointwise {
    let ofResult = ResultGradient(
      node + "Backward0", numbers: 1,
      check: { try refuse(slope: $0[0], name) },
      { g, y, slope in .where(y.gt(0), g, g * slope[0]) })
    return Pointwise(
      name, node + "0", .init(inPlaceNode: node + "1", floatKernel: kernel, ofResult: ofResult),
      numbers: 1,
      gradient: { g, x, slope in .where(x.gt(0), g, g * slope[0]) }
    ) { x, slope in .where(x.gt(0), x, x * slope[0]) }
  }

  /// Multiplies negative elements by learned slopes (PyTorch: `F.prelu`).
  ///
  /// `weight` is one slope, or one for each channel (dimension 1).
  public static func prelu(_ x: Tensor, _ weight: Tensor) throws -> Tensor {
    try x.prelu(weight)
  }

  /// Multiplies negative elements by random slopes in training, by the mean slope otherwise
  /// (PyTorch: `F.rrelu`).
  ///
  /// One slope is drawn from the default generator for each element that is not positive.
  /// - Throws: `TensorError` `.value` unless `lower` ≤ `upper`, both finite.
  public static func rrelu(
    _ x: Tensor, lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, training: Bool = false,
    inplace: Bool = false
  ) throws -> Tensor {
    try require(
      lower.isFinite && upper.isFinite, .value, "rrelu",
      "rrelu: bounds must be finite, but got \(got: lower) and \(got: upper)")
    try require(
      lower <= upper, .value, "rrelu",
      "Lower bound should be less than or equal to the upper bound")
    guard training else {
      return try rrelu(x, numbers: [(lower + upper) / 2], inplace: inplace)
    }
    return try x.rrelu(lower: lower, upper: upper, inplace: inplace)
  }

  private static let rrelu = sloped(
    "rrelu", "RreluWithNoiseBackward", kernel: "rrelu_with_noise_out_cpu")

  /// Clamps elements to `minVal…maxVal`; the gradient at both bounds is 0 (PyTorch: `F.hardtanh`).
  ///
  /// - Throws: `TensorError` `.value` if `minVal` is greater than `maxVal`; `.dtype` for bools, and
  ///   for uint8 with a negative bound.
  public static func hardtanh(
    _ x: Tensor, minVal: Double = -1, maxVal: Double = 1, inplace: Bool = false
  ) throws -> Tensor {
    try require(
      minVal <= maxVal, .value, "hardtanh",
      "min_val cannot be greater than max_val: \(minVal) and \(maxVal)")
    return try limited(x, minVal, maxVal, hardtanh, inplace)
  }

  /// Clamps elements to 0…6 (PyTorch: `F.relu6`).
  public static func relu6(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try limited(x, 0, 6, relu6, inplace)
  }

  private static let hardtanh = limiting("hardtanh")
  private static let relu6 = limiting("relu6")

  private static func limiting(_ name: String) -> Pointwise {
    Pointwise(
      name, "HardtanhBackward0", .init(floatKernel: nil), numbers: 2,
      gradient: { g, x, n in .where(x.gt(n[0]).logicalAnd(x.lt(n[1])), g, 0) }
    ) { x, n in x.clamp(min: n[0], max: n[1]) }
  }

  private static func limited(
    _ x: Tensor, _ low: Double, _ high: Double, _ function: Pointwise, _ inplace: Bool
  ) throws -> Tensor {
    try require(x.dtype != .bool, .dtype, "hardtanh", "Bool inputs not supported for hardtanh")
    if x.dtype == .uint8 && low < 0 {
      throw TensorError(
        .dtype, "hardtanh", "cannot do hardtanh on an unsigned type with negative limits")
    }
    var bounds = [low, high]
    if !x.dtype.isFloatingPoint {
      let info = try iinfo(x.dtype)
      bounds = try bounds.map { bound in
        try require(
          Int(exactly: bound.rounded(.towardZero)) != nil, .value, "hardtanh",
          "value cannot be converted to type int64_t without overflow")
        return min(max(bound, Double(info.min)), Double(info.max))
      }
    }
    return try function(x, numbers: bounds, inplace: inplace)
  }

  /// Replaces elements up to `threshold` by `value` (PyTorch: `F.threshold`).
  public static func threshold(
    _ x: Tensor, _ threshold: Double, _ value: Double, inplace: Bool = false
  ) throws -> Tensor {
    try Scalar.double(threshold).check(fits: x.dtype, "threshold")
    try Scalar.double(value).check(fits: x.dtype, "threshold")
    return try Self.threshold(x, numbers: [threshold, value], inplace: inplace)
  }

  private static let threshold = Pointwise(
    "threshold", "ThresholdBackward0",
    .init(inPlaceNode: "ThresholdBackward1", floatKernel: nil), numbers: 2,
    gradient: { g, x, n in .where(x.le(n[0]), 0, g) }
  ) { x, n in .where(x.le(n[0]), n[1], x) }

  /// Replaces elements from −`lambd` to `lambd` by 0 (PyTorch: `F.hardshrink`).
  public static func hardshrink(_ x: Tensor, lambd: Double = 0.5) throws -> Tensor {
    try hardshrink([x], numbers: [-lambd, lambd])
  }

  private static let hardshrink = Pointwise(
    "hardshrink", "HardshrinkBackward0", .init(floatKernel: "hardshrink_cpu"), numbers: 2,
    gradient: { g, x, n in .where(x.lt(n[0]).logicalOr(x.gt(n[1])), g, 0) }
  ) { x, n in .where(x.ge(n[0]).logicalAnd(x.le(n[1])), 0, x) }

  /// Shrinks elements towards 0 by `lambd` (PyTorch: `F.softshrink`).
  ///
  /// Elements from −`lambd` to `lambd` become 0.
  /// - Throws: `TensorError` `.value` for a `lambd` that is negative, NaN or outside the range of
  ///   the dtype.
  public static func softshrink(_ x: Tensor, lambd: Double = 0.5) throws -> Tensor {
    let largest = x.dtype.isFloatingPoint ? x.dtype.greatestFinite : .greatestFiniteMagnitude
    try require(
      (0...largest).contains(lambd), .value, "softshrink",
      "lambda must be in range [0, \(largest)] for input dtype \(x.dtype.scalarName), but found \(lambd)"
    )
    return try softshrink([x], numbers: [-lambd, lambd])
  }

  private static let softshrink = Pointwise(
    "softshrink", "SoftshrinkBackward0", .init(floatKernel: "softshrink_cpu"), numbers: 2,
    gradient: { g, x, n in .where(x.lt(n[0]).logicalOr(x.gt(n[1])), g, 0) }
  ) { x, n in x - x.clamp(min: n[0], max: n[1]) }

  /// Computes `x · clamp(x + 3, 0, 6) / 6` (PyTorch: `F.hardswish`).
  public static func hardswish(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try hardswish(x, inplace: inplace)
  }

  private static let hardswish = Pointwise(
    "hardswish", "HardswishBackward0",
    .init(floatKernel: "hardswish_cpu"),
    gradient: { g, x, _ in
      let above = Pointwise.Value.where(x.lt(3), g * (x / 3 + 0.5), g)
      return .where(x.le(-3), 0, above)
    }
  ) { x, _ in x * (x + 3).clamp(min: 0, max: 6) / 6 }

  /// Computes `clamp(x + 3, 0, 6) / 6` (PyTorch: `F.hardsigmoid`).
  public static func hardsigmoid(_ x: Tensor, inplace: Bool = false) throws -> Tensor {
    try hardsigmoid(x, inplace: inplace)
  }

  private static let hardsigmoid = Pointwise(
    "hardsigmoid", "HardsigmoidBackward0",
    .init(floatKernel: "hardsigmoid_cpu"),
    gradient: { g, x, _ in
      // PyTorch's 1/6 is rounded to float32 for every dtype.
      .where(x.gt(-3).logicalAnd(x.lt(3)), g * Double(Float(1.0 / 6)), 0)
    }
  ) { x, _ in (x + 3).clamp(min: 0, max: 6) / 6 }
}
