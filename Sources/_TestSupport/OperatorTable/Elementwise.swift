import Kindling

extension OperatorTable {
  /// Adds the operators of `elementwise_unary`, `elementwise_binary` and `special`.
  mutating func addElementwise() {
    addUnary()
    addCasts()
    addArithmetic()
    addComparison()
    addSelection()
  }

  private mutating func addUnary() {
    unary("abs") { try $0.abs() }
    unary("acos") { try $0.acos() }
    unary("acosh") { try $0.acosh() }
    unary("angle") { try $0.angle() }
    unary("asin") { try $0.asin() }
    unary("asinh") { try $0.asinh() }
    unary("atan") { try $0.atan() }
    unary("atanh") { try $0.atanh() }
    unary("bitwise_not") { try $0.bitwiseNot() }
    unary("ceil") { try $0.ceil() }
    unary("conj") { $0.conj() }
    unary("conj_physical") { $0.conjPhysical() }
    unary("cos") { try $0.cos() }
    unary("cosh") { try $0.cosh() }
    unary("deg2rad") { try $0.deg2rad() }
    unary("digamma") { try $0.digamma() }
    unary("erf") { try $0.erf() }
    unary("erfc") { try $0.erfc() }
    unary("erfinv") { try $0.erfinv() }
    unary("exp") { try $0.exp() }
    unary("exp2") { try $0.exp2() }
    unary("expm1") { try $0.expm1() }
    op(
      "fake_quantize_per_tensor_affine", samples: [[.row, 0.1, 3, -8, 7]], domain: .nowhere
    ) { a in
      try a.tensor(0).fakeQuantizePerTensorAffine(
        scale: a.double(1), zeroPoint: a.int(2), quantMin: a.int(3), quantMax: a.int(4))
    }
    unary("floor") { try $0.floor() }
    unary("frac") { try $0.frac() }
    op("frexp") { a in
      let (mantissa, exponent) = try a.tensor(0).frexp()
      return [mantissa, exponent]
    }
    unary("isfinite") { try $0.isfinite() }
    unary("isinf") { try $0.isinf() }
    unary("isnan") { try $0.isnan() }
    unary("isneginf") { try $0.isneginf() }
    unary("isposinf") { try $0.isposinf() }
    unary("isreal") { try $0.isreal() }
    unary("lgamma") { try $0.lgamma() }
    unary("log") { try $0.log() }
    unary("log10") { try $0.log10() }
    unary("log1p") { try $0.log1p() }
    unary("log2") { try $0.log2() }
    unary("logical_not") { try $0.logicalNot() }
    op("logit") { a in try a.tensor(0).logit(eps: a.optionalDouble(1, "eps")) }
    op("nan_to_num") { a in try a.tensor(0).nanToNum() }
    unary("neg") { try $0.neg() }
    unary("positive") { try $0.positive() }
    unary("rad2deg") { try $0.rad2deg() }
    unary("real") { $0.real }
    unary("reciprocal") { try $0.reciprocal() }
    unary("resolve_conj") { $0.resolveConj() }
    unary("resolve_neg") { $0.resolveNeg() }
    op("round") { a in
      try a.optionalInt(nil, "decimals").map { try a.tensor(0).round(decimals: $0) }
        ?? a.tensor(0).round()
    }
    unary("rsqrt") { try $0.rsqrt() }
    unary("sgn") { try $0.sgn() }
    unary("sigmoid") { try $0.sigmoid() }
    unary("sign") { try $0.sign() }
    unary("signbit") { try $0.signbit() }
    unary("sin") { try $0.sin() }
    unary("sinc") { try $0.sinc() }
    unary("sinh") { try $0.sinh() }
    unary("sqrt") { try $0.sqrt() }
    unary("square") { try $0.square() }
    unary("tan") { try $0.tan() }
    unary("tanh") { try $0.tanh() }
    unary("trunc") { try $0.trunc() }
  }

  private mutating func addCasts() {
    let casts: [(String, @Sendable (Tensor) throws -> Tensor, DType)] = [
      ("float", { try $0.float() }, .float32), ("double", { try $0.double() }, .float64),
      ("half", { try $0.half() }, .float16), ("bfloat16", { try $0.bfloat16() }, .bfloat16),
      ("long", { try $0.long() }, .int64), ("int", { try $0.int() }, .int32),
      ("short", { try $0.short() }, .int16), ("char", { try $0.char() }, .int8),
      ("byte", { try $0.byte() }, .uint8), ("bool", { try $0.bool() }, .bool),
    ]
    for (name, cast, dtype) in casts {
      op(name) { a in
        let format = try a.memoryFormat()
        return try format == .preserve
          ? cast(a.tensor(0)) : a.tensor(0).to(dtype, memoryFormat: format)
      }
    }
    op("to") { a in
      let x = try a.tensor(0), format = try a.memoryFormat()
      // (device, dtype, …), (dtype, …) or (other, …), each followed by non_blocking and copy.
      let onDevice = a.isString(1)
      if onDevice, try a.string(1) != "cpu" { throw UnsupportedError("device") }
      let last = onDevice ? 3 : 2
      _ = try a.optionalBool(last, "non_blocking")
      let copy = try a.bool(last + 1, "copy", default: false)
      let moved =
        try a.isTensor(1, "other")
        ? x.to(a.tensor(1, "other"), copy: copy)
        : x.to(a.dtype(onDevice ? 2 : 1) ?? x.dtype, copy: copy)
      return try moved.to(memoryFormat: format)
    }
  }

  private mutating func addArithmetic() {
    op("add") { a in
      let alpha = try a.scalar(2, "alpha", default: .int(1))
      return a.isTensor(1, "other")
        ? try a.left().add(a.tensor(1, "other"), alpha: alpha)
        : try a.left().add(a.scalar(1, "other"), alpha: alpha)
    }
    op("sub") { a in
      let alpha = try a.scalar(2, "alpha", default: .int(1))
      return a.isTensor(1, "other")
        ? try a.left().sub(a.tensor(1, "other"), alpha: alpha)
        : try a.left().sub(a.scalar(1, "other"), alpha: alpha)
    }
    op("rsub", "__rsub__") { a in
      let alpha = try a.scalar(2, "alpha", default: .int(1))
      return a.isTensor(1, "other")
        ? try a.tensor(0).rsub(a.tensor(1, "other"), alpha: alpha)
        : try a.tensor(0).rsub(a.scalar(1, "other"), alpha: alpha)
    }
    op("div", "true_divide") { a in
      let name = try a.optionalString(2, "rounding_mode")
      let mode = name.flatMap(Tensor.RoundingMode.init)
      if let name, mode == nil {
        throw TensorError(
          .value, "div",
          "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '\(name)'")
      }
      return a.isTensor(1, "other")
        ? try a.left().div(a.tensor(1, "other"), rounding: mode)
        : try a.left().div(a.scalar(1, "other"), rounding: mode)
    }
    binary("__radd__") {
      try $0 + $1
    } scalar: {
      try $1 + $0
    }
    binary("mul", "__rmul__") {
      try $0.mul($1)
    } scalar: {
      try $0.mul($1)
    }
    binary("__rdiv__") {
      try $0.reciprocal() * $1
    } scalar: {
      try $1 / $0
    }
    binary("__rmod__") {
      try $1 % $0
    } scalar: {
      try $1 % $0
    }
    binary("__rpow__") {
      try $1.pow($0)
    } scalar: {
      try Tensor.pow($1, $0)
    }
    binary("floor_divide") {
      try $0.floorDivide($1)
    } scalar: {
      try $0.floorDivide($1)
    }
    binary("fmod") {
      try $0.fmod($1)
    } scalar: {
      try $0.fmod($1)
    }
    binary("remainder") {
      try $0.remainder($1)
    } scalar: {
      try $0.remainder($1)
    }
    binary("pow") {
      try $0.pow($1)
    } scalar: {
      try $0.pow($1)
    }
    binary("float_power") {
      try $0.floatPower($1)
    } scalar: {
      try $0.floatPower($1)
    }
    binary("copysign") {
      try $0.copysign($1)
    } scalar: {
      try $0.copysign($1)
    }
    binary("xlogy") {
      try $0.xlogy($1)
    } scalar: {
      try $0.xlogy($1)
    }
    op("atan2") { a in try a.tensor(0).atan2(a.tensor(1, "other")) }
    op("hypot") { a in try a.tensor(0).hypot(a.tensor(1, "other")) }
    op("ldexp") { a in try a.tensor(0).ldexp(a.tensor(1, "other")) }
    op("logaddexp") { a in try a.tensor(0).logaddexp(a.tensor(1, "other")) }
    op("logaddexp2") { a in try a.tensor(0).logaddexp2(a.tensor(1, "other")) }
    op("nextafter") { a in try a.tensor(0).nextafter(a.tensor(1, "other")) }
    op("heaviside") { a in try a.tensor(0).heaviside(a.tensor(1, "values")) }
    op("gcd") { a in try a.tensor(0).gcd(a.tensor(1, "other")) }
    op("lcm") { a in try a.tensor(0).lcm(a.tensor(1, "other")) }
    op("addcmul") { a in
      try a.tensor(0).addcmul(
        a.tensor(1), a.tensor(2), value: a.scalar(3, "value", default: .int(1)))
    }
    op("addcdiv") { a in
      try a.tensor(0).addcdiv(
        a.tensor(1), a.tensor(2), value: a.scalar(3, "value", default: .int(1)))
    }
    op("lerp") { a in
      a.isTensor(2, "weight")
        ? try a.tensor(0).lerp(a.tensor(1, "end"), weight: a.tensor(2, "weight"))
        : try a.tensor(0).lerp(a.tensor(1, "end"), weight: a.scalar(2, "weight"))
    }
  }

  private mutating func addComparison() {
    binary("eq") {
      try $0 .== $1
    } scalar: {
      try $0 .== $1
    }
    binary("ne") {
      try $0 .!= $1
    } scalar: {
      try $0 .!= $1
    }
    binary("lt") {
      try $0 .< $1
    } scalar: {
      try $0 .< $1
    }
    binary("le") {
      try $0 .<= $1
    } scalar: {
      try $0 .<= $1
    }
    binary("gt") {
      try $0 .> $1
    } scalar: {
      try $0 .> $1
    }
    binary("ge") {
      try $0 .>= $1
    } scalar: {
      try $0 .>= $1
    }
    binary("bitwise_and", "__rand__") {
      try $0 & $1
    } scalar: {
      try $0 & $1
    }
    binary("bitwise_or", "__ror__") {
      try $0 | $1
    } scalar: {
      try $0 | $1
    }
    binary("bitwise_xor", "__rxor__") {
      try $0 ^ $1
    } scalar: {
      try $0 ^ $1
    }
    binary("bitwise_left_shift") {
      try $0 << $1
    } scalar: {
      try $0 << $1
    }
    binary("bitwise_right_shift") {
      try $0 >> $1
    } scalar: {
      try $0 >> $1
    }
    op("logical_and") { a in try a.tensor(0).logicalAnd(a.tensor(1, "other")) }
    op("logical_or") { a in try a.tensor(0).logicalOr(a.tensor(1, "other")) }
    op("logical_xor") { a in try a.tensor(0).logicalXor(a.tensor(1, "other")) }
    op("isclose") { a in
      try a.tensor(0).isclose(
        a.tensor(1, "other"), rtol: a.double(2, "rtol", default: 1e-5),
        atol: a.double(3, "atol", default: 1e-8), equalNan: a.bool(4, "equal_nan", default: false))
    }
  }

  private mutating func addSelection() {
    op("clamp") { a in
      try a.tensor(0).clamp(min: a.optionalTensor(1, "min"), max: a.optionalTensor(2, "max"))
    }
    op("clamp_min") { a in try a.tensor(0).clampMin(a.tensor(1, "min")) }
    op("clamp_max") { a in try a.tensor(0).clampMax(a.tensor(1, "max")) }
    op("maximum") { a in try a.tensor(0).maximum(a.tensor(1, "other")) }
    op("minimum") { a in try a.tensor(0).minimum(a.tensor(1, "other")) }
    op("fmax") { a in try a.tensor(0).fmax(a.tensor(1, "other")) }
    op("fmin") { a in try a.tensor(0).fmin(a.tensor(1, "other")) }
    op("where") { a in
      let condition = try a.tensor(1)
      return switch (a.isTensor(0), a.isTensor(2)) {
      case (true, true): try a.tensor(0).where(condition, a.tensor(2))
      case (true, false): try a.tensor(0).where(condition, a.scalar(2))
      case (false, true): try Tensor.where(condition, a.scalar(0), a.tensor(2))
      case (false, false): try Tensor.where(condition, a.scalar(0), a.scalar(2))
      }
    }
  }
}
