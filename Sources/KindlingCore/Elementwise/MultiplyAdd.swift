import CKernels

extension Tensor {
  /// Computes `self + value · a · b`, elementwise (PyTorch: `torch.addcmul`).
  public func addcmul(_ a: Tensor, _ b: Tensor, value: some TensorScalar = 1) throws -> Tensor {
    try addcmul(a, b, value.scalar, into: nil)
  }
  /// Applies ``addcmul(_:_:value:)`` in place.
  @discardableResult
  public func addcmul_(_ a: Tensor, _ b: Tensor, value: some TensorScalar = 1) throws -> Tensor {
    try inPlace("addcmul_", [a, b]) { try $0.addcmul(a, b, value.scalar, into: $1) }
  }
  private func addcmul(
    _ a: Tensor, _ b: Tensor, _ value: Scalar, into out: Tensor?
  ) throws -> Tensor {
    let type = Tensor.resultType([self, a, b])
    try value.check(fits: type.computeType, "addcmul")
    let (scaled, factor) = try a.scaled(by: value, in: type)
    return try Tensor.ternary(.addcmul, "addcmul", self, scaled, b, value: factor, into: out)
      .recorded(
        "AddcmulBackward0", Input(self) { g, _ in g },
        Input(a, saving: b) { g, s in try g * (s[0] * value) }.promoting(to: type),
        Input(b, saving: a) { g, s in try g * (s[0] * value) }.promoting(to: type))
  }

  /// Computes `self + value · a / b`, elementwise (PyTorch: `torch.addcdiv`).
  ///
  /// - Throws: ``TensorError`` if `a` and `b` are both integers.
  public func addcdiv(_ a: Tensor, _ b: Tensor, value: some TensorScalar = 1) throws -> Tensor {
    try addcdiv(a, b, value.scalar, into: nil)
  }
  /// Applies ``addcdiv(_:_:value:)`` in place.
  @discardableResult
  public func addcdiv_(_ a: Tensor, _ b: Tensor, value: some TensorScalar = 1) throws -> Tensor {
    try inPlace("addcdiv_", [a, b]) { try $0.addcdiv(a, b, value.scalar, into: $1) }
  }
  private func addcdiv(
    _ a: Tensor, _ b: Tensor, _ value: Scalar, into out: Tensor?
  ) throws -> Tensor {
    try require(
      a.dtype.isFloatingPoint || b.dtype.isFloatingPoint, .dtype, "addcdiv",
      "Integer division with addcdiv is no longer supported; write x + value * a.div(b, rounding: .trunc), or convert to floats"
    )
    let type = Tensor.resultType([self, a, b])
    try value.check(fits: type.computeType, "addcdiv")
    return try Tensor.ternary(.addcdiv, "addcdiv", self, a, b, value: value.doubleValue, into: out)
      .recorded(
        "AddcdivBackward0", Input(self, saving: b) { g, _ in g },
        Input(a, saving: b) { g, s in try g * (value.doubleValue / s[0]) }.promoting(to: type),
        Input(b, saving: a, b) { g, s in
          try -g * (s[0] * value / (s[1] * s[1]))
        }.promoting(to: type))
  }

  /// Interpolates linearly between `self` and `end` by `weight` (PyTorch: `torch.lerp`).
  ///
  /// The result is exact at both ends. All operands have one dtype.
  public func lerp(_ end: Tensor, weight: Tensor) throws -> Tensor {
    try lerp(end, weight, nil, into: nil)
  }
  /// Interpolates linearly between `self` and `end` by a number.
  public func lerp<S: TensorScalar>(_ end: Tensor, weight: S) throws -> Tensor {
    try lerp(end, .wrapped(weight, like: self), weight.scalar, into: nil)
  }
  /// Applies ``lerp(_:weight:)-(_,Tensor)`` in place.
  @discardableResult
  public func lerp_(_ end: Tensor, weight: Tensor) throws -> Tensor {
    try inPlace("lerp_", [end, weight]) { try $0.lerp(end, weight, nil, into: $1) }
  }
  /// Applies ``lerp(_:weight:)-(_,S)`` in place.
  @discardableResult
  public func lerp_<S: TensorScalar>(_ end: Tensor, weight: S) throws -> Tensor {
    let wrapped = try Tensor.wrapped(weight, like: self)
    return try inPlace("lerp_", [end]) { try $0.lerp(end, wrapped, weight.scalar, into: $1) }
  }
  /// Interpolates linearly between `self` and `end`.
  ///
  /// `number` is the weight if it is a number: reading it from the tensor would copy it from the
  /// device.
  private func lerp(
    _ end: Tensor, _ weight: Tensor, _ number: Scalar?, into out: Tensor?
  ) throws -> Tensor {
    // A 0-dimensional weight takes part in type promotion instead.
    for (name, other) in [("end", end), ("weight", weight)]
    where other.dtype != dtype && (name == "end" || other.ndim > 0) {
      throw TensorError(
        .dtype, "lerp",
        "expected dtype \(expected: dtype) for `\(name)` but got dtype \(got: other.dtype)")
    }
    let type = number == nil ? Tensor.resultType([self, end, weight]) : dtype
    try require(
      type.isFloatingPoint, .dtype, "lerp",
      "\"lerp_kernel_\(number == nil ? "tensor" : "scalar")\" not implemented for '\(type.scalarName)'"
    )
    try number?.check(fits: type.computeType, "lerp")
    let y = try Tensor.ternary(.lerp, "lerp", self, end, weight, into: out)
    if let number = number?.doubleValue {
      return try y.recorded(
        "LerpBackward0", Input(self) { g, _ in try g * (1 - number) },
        Input(end) { g, _ in try g * number })
    }
    let start = Input(self, saving: weight) { g, s in try g * (1 - s[0]) }
    let finish = Input(end, saving: weight) { g, s in try g * s[0] }
    return try y.recorded(
      "LerpBackward1", start, finish,
      Input(weight, saving: self, end, weight) { g, s in try g * (s[1] - s[0]) })
  }
}
