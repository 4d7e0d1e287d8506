import CKernels

extension BinaryRule {
  // Equal elements share the gradient.
  static let maximum = BinaryRule(
    "maximum", .maximum, "MaximumBackward0",
    left: { a, b in
      Input(a, saving: a, b) { g, s in
        try Tensor.where(s[0].lt(s[1]), 0, Tensor.where(s[0].eq(s[1]), g / 2, g))
      }
    },
    right: { a, b in
      Input(b, saving: a, b) { g, s in
        try Tensor.where(s[0].gt(s[1]), 0, Tensor.where(s[0].eq(s[1]), g / 2, g))
      }
    })
  static let minimum = BinaryRule(
    "minimum", .minimum, "MinimumBackward0",
    left: { a, b in
      Input(a, saving: a, b) { g, s in
        try Tensor.where(s[0].gt(s[1]), 0, Tensor.where(s[0].eq(s[1]), g / 2, g))
      }
    },
    right: { a, b in
      Input(b, saving: a, b) { g, s in
        try Tensor.where(s[0].lt(s[1]), 0, Tensor.where(s[0].eq(s[1]), g / 2, g))
      }
    })
  // If one operand is NaN, the other takes the whole gradient; the left one if both are.
  static let fmax = number("fmax", .fmax, "FmaxBackward0") { try $0.ge($1) }
  static let fmin = number("fmin", .fmin, "FminBackward0") { try $0.le($1) }

  private static func number(
    _ name: String, _ kernel: BinaryOp, _ node: String,
    _ wins: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> BinaryRule {
    BinaryRule(
      name, kernel, node,
      left: { a, b in
        Input(a, saving: a, b) { g, s in
          let takes = try wins(s[0], s[1]).logicalOr(s[1].isnan())
          return try Tensor.where(takes, Tensor.where(s[0].eq(s[1]), g / 2, g), 0)
        }
      },
      right: { a, b in
        Input(b, saving: a, b) { g, s in
          let takes = try wins(s[0], s[1]).logicalOr(s[1].isnan()).logicalNot()
          return try Tensor.where(takes, g, Tensor.where(s[0].eq(s[1]), g / 2, 0))
        }
      })
  }
}

// MARK: Maximum and minimum of two
extension Tensor {
  /// Computes the elementwise maximum; NaN if either is NaN (PyTorch: `torch.maximum`).
  public func maximum(_ other: Tensor) throws -> Tensor { try binary(.maximum, other) }
  /// Computes the elementwise minimum; NaN if either is NaN (PyTorch: `torch.minimum`).
  public func minimum(_ other: Tensor) throws -> Tensor { try binary(.minimum, other) }
  /// Computes the elementwise maximum, ignoring NaN in one operand (PyTorch: `torch.fmax`).
  public func fmax(_ other: Tensor) throws -> Tensor { try binary(.fmax, other) }
  /// Computes the elementwise minimum, ignoring NaN in one operand (PyTorch: `torch.fmin`).
  public func fmin(_ other: Tensor) throws -> Tensor { try binary(.fmin, other) }
}

// MARK: Conditional selection
extension Tensor {
  /// Selects elements of `a` where `condition` is true, of `b` elsewhere (PyTorch: `torch.where`).
  ///
  /// All three broadcast; the result has the promoted dtype of `a` and `b`.
  /// - Throws: ``TensorError`` if `condition` is neither bool nor uint8.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try require(
      condition.dtype == .bool || condition.dtype == .uint8, .dtype, "where",
      "where expected condition to be a boolean tensor, but got a tensor with dtype \(got: condition.dtype.scalarName)"
    )
    if condition.dtype == .uint8 {
      try Warnings.warn(
        .deprecated, "",
        "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of PyTorch. Use a boolean condition instead."
      )
    }
    let (c, x) = try onOneDevice("where", condition, a)
    let (_, y) = try onOneDevice("where", c, b)
    let shape = try Layout.broadcast(Layout.broadcast(c.shape, x.shape, "where"), y.shape, "where")
    let out = try output("where", shape, resultType(x, y), [c, x, y], into: nil)
    try out.backend.where(c, x, y, into: out)
    return try out.recorded(
      "WhereBackward0", Input(x, saving: c) { g, s in try Tensor.where(s[0], g, 0) },
      Input(y, saving: c) { g, s in try Tensor.where(s[0], 0, g) })
  }
  /// Selects elements of `a` where `condition` is true, a number elsewhere.
  public static func `where`<S: TensorScalar>(
    _ condition: Tensor, _ a: Tensor, _ b: S
  ) throws -> Tensor {
    let number = try wrapped(b, like: a)
    try b.scalar.check(fills: resultType(a, number), count: 1, "where")
    return try Tensor.where(condition, a, number)
  }
  /// Selects a number where `condition` is true, elements of `b` elsewhere.
  public static func `where`<S: TensorScalar>(
    _ condition: Tensor, _ a: S, _ b: Tensor
  ) throws -> Tensor {
    let number = try wrapped(a, like: b)
    try a.scalar.check(fills: resultType(number, b), count: 1, "where")
    return try Tensor.where(condition, number, b)
  }
  /// Selects one of two numbers.
  public static func `where`<A: TensorScalar, B: TensorScalar>(
    _ condition: Tensor, _ a: A, _ b: B
  ) throws -> Tensor {
    let (x, y) = (try wrapped(a, like: condition), try wrapped(b, like: condition))
    let type = resultType(x, y)
    for number in [a.scalar, b.scalar] { try number.check(fills: type, count: 1, "where") }
    return try Tensor.where(condition, x, y)
  }
  /// Selects this tensor's elements where `condition` is true, those of `other` elsewhere
  /// (PyTorch: `Tensor.where`).
  public func `where`(_ condition: Tensor, _ other: Tensor) throws -> Tensor {
    try Tensor.where(condition, self, other)
  }
  /// Selects this tensor's elements where `condition` is true, a number elsewhere.
  public func `where`<S: TensorScalar>(_ condition: Tensor, _ other: S) throws -> Tensor {
    try Tensor.where(condition, self, other)
  }
}

// MARK: Clamping
extension Tensor {
  /// Clamps elements to a range (PyTorch: `torch.clamp`).
  ///
  /// NaN stays. If `min` exceeds `max`, the result is `max`. The gradient passes only strictly
  /// between the bounds.
  public func clamp<A: TensorScalar, B: TensorScalar>(min: A, max: B) throws -> Tensor {
    try clamped("ClampBackward1", min.scalar, max.scalar)
  }
  /// Clamps elements to at least `min`.
  public func clamp<S: TensorScalar>(min: S) throws -> Tensor {
    try clamped("ClampBackward1", min.scalar, nil)
  }
  /// Clamps elements to at most `max`.
  public func clamp<S: TensorScalar>(max: S) throws -> Tensor {
    try clamped("ClampBackward1", nil, max.scalar)
  }
  /// Applies ``clamp(min:max:)-(A,_)`` in place.
  @discardableResult
  public func clamp_<A: TensorScalar, B: TensorScalar>(min: A, max: B) throws -> Tensor {
    try inPlace("clamp_") { try $0.clamped("ClampBackward1", min.scalar, max.scalar, into: $1) }
  }
  /// Applies ``clamp(min:)`` in place.
  @discardableResult
  public func clamp_<S: TensorScalar>(min: S) throws -> Tensor {
    try inPlace("clamp_") { try $0.clamped("ClampBackward1", min.scalar, nil, into: $1) }
  }
  /// Applies ``clamp(max:)`` in place.
  @discardableResult
  public func clamp_<S: TensorScalar>(max: S) throws -> Tensor {
    try inPlace("clamp_") { try $0.clamped("ClampBackward1", nil, max.scalar, into: $1) }
  }
  /// Clamps elements to at least `min` (PyTorch: `torch.clamp_min`).
  public func clampMin<S: TensorScalar>(_ min: S) throws -> Tensor {
    try clamped("ClampMinBackward0", min.scalar, nil)
  }
  /// Clamps elements to at most `max` (PyTorch: `torch.clamp_max`).
  public func clampMax<S: TensorScalar>(_ max: S) throws -> Tensor {
    try clamped("ClampMaxBackward0", nil, max.scalar)
  }

  /// Clamps elements to elementwise bounds, which broadcast; nil means no bound
  /// (PyTorch: `torch.clamp`).
  ///
  /// An element equal to a bound shares the gradient with it.
  ///
  /// - Throws: ``TensorError`` if both bounds are nil.
  public func clamp(min: Tensor? = nil, max: Tensor? = nil) throws -> Tensor {
    try clamped("ClampBackward0", min, max)
  }

  private func clamped(_ node: String, _ min: Tensor?, _ max: Tensor?) throws -> Tensor {
    let values = try noGrad { try clampedValues(min, max) }
    guard let min, let max else {
      let bound = min ?? max ?? self, isLower = min != nil
      // If the comparison involves NaN, both get the whole gradient.
      func shares(_ g: Tensor, _ loses: Tensor, _ ties: Tensor) throws -> Tensor {
        try Tensor.where(ties, g.mul(0.5), Tensor.where(loses, 0, g))
      }
      return try values.recorded(
        node,
        Input(self, saving: self, bound) { g, s in
          try shares(g, isLower ? s[0].lt(s[1]) : s[0].gt(s[1]), s[0].eq(s[1]))
        },
        Input(bound, saving: self, bound) { g, s in
          try shares(g, isLower ? s[0].gt(s[1]) : s[0].lt(s[1]), s[0].eq(s[1]))
        })
    }
    return try values.recorded(
      node,
      Input(self, saving: self, min, max) { g, s in
        let ties = try s[1].lt(s[2]).logicalAnd(s[0].eq(s[1]).logicalOr(s[0].eq(s[2])))
        let outside = try s[0].lt(s[1]).logicalOr(s[0].gt(s[2]))
        return try Tensor.where(ties, g.mul(0.5), Tensor.where(outside, 0, g))
      },
      Input(min, saving: self, min, max) { g, s in
        let ties = try s[1].lt(s[2]).logicalAnd(s[0].eq(s[1]))
        let below = try s[1].le(s[2]).logicalAnd(s[0].lt(s[1]))
        return try Tensor.where(ties, g.mul(0.5), Tensor.where(below, g, 0))
      },
      Input(max, saving: self, min, max) { g, s in
        let ties = try s[1].lt(s[2]).logicalAnd(s[0].eq(s[2]))
        // If the lower bound is NaN, the upper one gets no gradient.
        let above = try s[1].gt(s[2]).logicalOr(s[1].le(s[2]).logicalAnd(s[0].gt(s[2])))
        return try Tensor.where(ties, g.mul(0.5), Tensor.where(above, g, 0))
      })
  }

  /// The dtype is that of all three together: in pairs, a tensor without dimensions could count for
  /// more than it does among all.
  private func clampedValues(_ min: Tensor?, _ max: Tensor?) throws -> Tensor {
    guard let min, let max else {
      if let min { return try maximum(min) }
      if let max { return try minimum(max) }
      throw TensorError(.value, "clamp", "at least one of 'min' or 'max' must not be None")
    }
    let type = Tensor.resultType([self, min, max])
    try require(
      type != .bool, .dtype, "clamp",
      "\"clamp_cpu\" not implemented for 'Bool'; convert with to(_:)")
    let (x, low) = try Tensor.onOneDevice("clamp", to(type), min.to(type))
    let (_, high) = try Tensor.onOneDevice("clamp", x, max.to(type))
    let shape = try Layout.broadcast(
      Layout.broadcast(x.shape, low.shape, "clamp"), high.shape, "clamp")
    let out = try Tensor.output("clamp", shape, type, [x, low, high], into: nil)
    return try Tensor.binary(.minimum, "clamp", x.maximum(low), high, into: out)
  }
  /// ``maximum(_:)``, under PyTorch's other name (PyTorch: `torch.clamp_min`).
  public func clampMin(_ min: Tensor) throws -> Tensor {
    try clamped("ClampMinBackward1", min, nil)
  }
  /// Computes ``minimum(_:)``, under PyTorch's other name (PyTorch: `torch.clamp_max`).
  public func clampMax(_ max: Tensor) throws -> Tensor {
    try clamped("ClampMaxBackward1", nil, max)
  }

  func clamped(
    _ node: String, _ min: Scalar?, _ max: Scalar?, into out: Tensor? = nil
  ) throws -> Tensor {
    let y = try clampedValues(min, max, into: out)
    guard isGradEnabled, requiresGrad else { return y }
    return try y.recorded(
      node,
      Input(self, saving: self) { g, s in
        switch (min, max) {
        case (let min?, let max?): try Tensor.where(s[0].gt(min).logicalAnd(s[0].lt(max)), g, 0)
        case (let min?, nil): try Tensor.where(s[0].gt(min), g, 0)
        case (nil, let max?): try Tensor.where(s[0].lt(max), g, 0)
        case (nil, nil): g
        }
      })
  }

  private func clampedValues(_ min: Scalar?, _ max: Scalar?, into out: Tensor?) throws -> Tensor {
    let bounds = try [min, max].map { try $0.map { try Tensor.wrapped($0, like: self) } }
    let type = Tensor.resultType([self] + bounds.compactMap(\.self))
    if type == .bool {
      let name = min == nil ? "clamp_max_scalar" : max == nil ? "clamp_min_scalar" : "clamp_scalar"
      throw TensorError(.dtype, "clamp", "\"\(name)_cpu\" not implemented for 'Bool'")
    }
    guard type.isFloatingPoint else {
      let (low, high) = try Scalar.bounds(min, max, in: type)
      let raised = try Tensor.binary(
        .maximum, "clamp", self, .wrapped(low, like: self), into: high == nil ? out : nil)
      guard let high else { return raised }
      return try Tensor.binary(.minimum, "clamp", raised, .wrapped(high, like: self), into: out)
    }
    try min?.check(fits: type, "clamp")
    try max?.check(fits: type, "clamp")
    let low = min?.doubleValue ?? -.infinity, high = max?.doubleValue ?? .infinity
    if dtype == type && !low.isNaN && !high.isNaN {
      return try unary(.clamp, "clamp", .keep, (Swift.min(low, high), high), into: out)
    }
    // Integers with fractional bounds, and NaN, which propagates.
    var y = self
    for (op, bound) in zip([BinaryOp.maximum, .minimum], bounds) {
      guard let bound else { continue }
      let isLast = op == .minimum || max == nil
      y = try Tensor.binary(op, "clamp", y, bound, into: isLast ? out : nil)
    }
    return y
  }
}

extension Scalar {
  /// Converts the bounds to numbers of an integer type.
  ///
  /// A bound beyond the range of the type either has no effect or leaves no element, which is an
  /// error as in PyTorch.
  fileprivate static func bounds(
    _ min: Scalar?, _ max: Scalar?, in type: DType
  ) throws -> (low: Int, high: Int?) {
    let range = type.integerLimits
    let low = min.flatMap(Int.init(scalar:)), high = max.flatMap(Int.init(scalar:))
    if let low, low > range.upperBound {
      throw TensorError(
        .value, "clamp",
        "Clamp min value \(low) is outside the representable range of \(type.scalarName)")
    }
    if let high, high < range.lowerBound {
      throw TensorError(
        .value, "clamp",
        "Clamp max value \(high) is outside the representable range of \(type.scalarName)")
    }
    return (
      Swift.max(low ?? range.lowerBound, range.lowerBound),
      high.map { Swift.min($0, range.upperBound) }
    )
  }
}
