import Kindling

extension OperatorTable {
  /// Adds the in-place forms, which take the arguments of their out-of-place forms.
  mutating func addInPlace() {
    addInPlaceFunctions()
    addInPlaceArithmetic()
    addInPlaceIndexing()
    addInPlaceShapes()
    addInPlaceForms()
  }

  private mutating func addInPlaceFunctions() {
    unary("abs_") { try $0.abs_() }
    unary("acos_") { try $0.acos_() }
    unary("acosh_") { try $0.acosh_() }
    unary("asin_") { try $0.asin_() }
    unary("asinh_") { try $0.asinh_() }
    unary("atan_") { try $0.atan_() }
    unary("atanh_") { try $0.atanh_() }
    unary("ceil_") { try $0.ceil_() }
    unary("cos_") { try $0.cos_() }
    unary("cosh_") { try $0.cosh_() }
    unary("erf_") { try $0.erf_() }
    unary("exp_") { try $0.exp_() }
    unary("exp2_") { try $0.exp2_() }
    unary("expm1_") { try $0.expm1_() }
    unary("floor_") { try $0.floor_() }
    unary("i0_") { try $0.i0_() }
    unary("log_") { try $0.log_() }
    unary("log10_") { try $0.log10_() }
    unary("log1p_") { try $0.log1p_() }
    unary("log2_") { try $0.log2_() }
    unary("logical_not_") { try $0.logicalNot_() }
    unary("neg_") { try $0.neg_() }
    unary("reciprocal_") { try $0.reciprocal_() }
    unary("relu_") { try $0.relu_() }
    op("round_") { a in try a.tensor(0).round_() }
    unary("rsqrt_") { try $0.rsqrt_() }
    unary("sigmoid_") { try $0.sigmoid_() }
    unary("sign_") { try $0.sign_() }
    unary("sin_") { try $0.sin_() }
    unary("sinh_") { try $0.sinh_() }
    unary("sqrt_") { try $0.sqrt_() }
    unary("square_") { try $0.square_() }
    unary("tan_") { try $0.tan_() }
    unary("tanh_") { try $0.tanh_() }
    unary("trunc_") { try $0.trunc_() }
  }

  private mutating func addInPlaceArithmetic() {
    op("add_") { a in
      let alpha = try a.scalar(2, "alpha", default: .int(1))
      return a.isTensor(1, "other")
        ? try a.tensor(0).add_(a.tensor(1, "other"), alpha: alpha)
        : try a.tensor(0).add_(a.scalar(1, "other"), alpha: alpha)
    }
    op("sub_") { a in
      let alpha = try a.scalar(2, "alpha", default: .int(1))
      return a.isTensor(1, "other")
        ? try a.tensor(0).sub_(a.tensor(1, "other"), alpha: alpha)
        : try a.tensor(0).sub_(a.scalar(1, "other"), alpha: alpha)
    }
    op("div_") { a in
      let mode = try a.optionalString(2, "rounding_mode").flatMap(Tensor.RoundingMode.init)
      return a.isTensor(1, "other")
        ? try a.tensor(0).div_(a.tensor(1, "other"), rounding: mode)
        : try a.tensor(0).div_(a.scalar(1, "other"), rounding: mode)
    }
    binary("mul_") {
      try $0.mul_($1)
    } scalar: {
      try $0.mul_($1)
    }
    binary("pow_") {
      try $0.pow_($1)
    } scalar: {
      try $0.pow_($1)
    }
    op("addcmul_") { a in
      try a.tensor(0).addcmul_(
        a.tensor(1), a.tensor(2), value: a.scalar(3, "value", default: .int(1)))
    }
    op("addcdiv_") { a in
      try a.tensor(0).addcdiv_(
        a.tensor(1), a.tensor(2), value: a.scalar(3, "value", default: .int(1)))
    }
    op("lerp_") { a in
      a.isTensor(2, "weight")
        ? try a.tensor(0).lerp_(a.tensor(1, "end"), weight: a.tensor(2, "weight"))
        : try a.tensor(0).lerp_(a.tensor(1, "end"), weight: a.scalar(2, "weight"))
    }
    op("clamp_", samples: [[.matrix, -0.5, 0.5], [.row, 0.5], [.row, .none, 2.0]]) { a in
      let x = try a.tensor(0)
      switch (try a.optionalScalar(1, "min"), try a.optionalScalar(2, "max")) {
      case (let min?, let max?): return try x.clamp_(min: min, max: max)
      case (let min?, nil): return try x.clamp_(min: min)
      case (nil, let max?): return try x.clamp_(max: max)
      case (nil, nil): throw UnsupportedError("clamp_ without bounds")
      }
    }
    op("cumsum_") { a in try a.tensor(0).cumsum_(dim: a.int(1, "dim")) }
    op("fill_", like: "fill") { a in
      a.isTensor(1, "value")
        ? try a.tensor(0).fill_(a.tensor(1, "value")) : try a.tensor(0).fill_(a.scalar(1, "value"))
    }
    op("copy_", samples: [[.matrix, .row], [.row, 1.5]]) { a in
      let x = try a.tensor(0)
      return try a.isTensor(1) ? x.copy_(a.tensor(1)) : x.copy_(Tensor(a.double(1)))
    }
  }

  private mutating func addInPlaceIndexing() {
    op("index_add_") { a in
      try a.tensor(0).indexAdd_(
        a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "source"),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("index_copy_") { a in
      try a.tensor(0).indexCopy_(a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "source"))
    }
    op("index_fill_") { a in
      let (x, dim, index) = (try a.tensor(0), try a.int(1, "dim"), try a.tensor(2, "index"))
      return a.isTensor(3, "value")
        ? try x.indexFill_(dim, index, a.tensor(3, "value"))
        : try x.indexFill_(dim, index, a.scalar(3, "value"))
    }
    op("index_put_") { a in
      try a.tensor(0).indexPut_(
        a.tensors(1, "indices"), a.tensor(2, "values"),
        accumulate: a.bool(3, "accumulate", default: false))
    }
    op("masked_fill_") { a in
      a.isTensor(2, "value")
        ? try a.tensor(0).maskedFill_(a.tensor(1, "mask"), a.tensor(2, "value"))
        : try a.tensor(0).maskedFill_(a.tensor(1, "mask"), a.scalar(2, "value"))
    }
    op("masked_scatter_") { a in
      try a.tensor(0).maskedScatter_(a.tensor(1, "mask"), a.tensor(2, "source"))
    }
    op("put_") { a in
      try a.tensor(0).put_(
        a.tensor(1, "index"), a.tensor(2, "source"),
        accumulate: a.bool(3, "accumulate", default: false))
    }
    op("scatter_") { a in
      let (x, dim, index) = (try a.tensor(0), try a.int(1, "dim"), try a.tensor(2, "index"))
      let reduce = a.has(nil, "reduce") ? try a.scatterReduction(nil) : nil
      return a.isTensor(3, "src")
        ? try x.scatter_(dim, index, a.tensor(3, "src"), reduce: reduce)
        : try x.scatter_(dim, index, a.scalar(3, "value"), reduce: reduce)
    }
    op("scatter_add_") { a in
      try a.tensor(0).scatterAdd_(a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "src"))
    }
    op("index_reduce_") { a in
      try a.tensor(0).indexReduce_(
        a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "source"), a.scatterReduction(4),
        includeSelf: a.bool(nil, "include_self", default: true))
    }
    op("scatter_reduce_") { a in
      try a.tensor(0).scatterReduce_(
        a.int(1, "dim"), a.tensor(2, "index"), a.tensor(3, "src"), a.scatterReduction(4),
        includeSelf: a.bool(nil, "include_self", default: true))
    }
  }

  private mutating func addInPlaceShapes() {
    op("squeeze_") { a in
      try a.optionalInt(1, "dim").map { try a.tensor(0).squeeze_($0) } ?? a.tensor(0).squeeze_()
    }
    op("unsqueeze_") { a in try a.tensor(0).unsqueeze_(a.int(1, "dim")) }
    op("transpose_") { a in try a.tensor(0).transpose_(a.int(1, "dim0"), a.int(2, "dim1")) }
    op("t_") { a in try a.tensor(0).t_() }
  }
}

extension Arguments {
  fileprivate func scatterReduction(_ position: Int?) throws -> ScatterReduction {
    let text = try string(position, "reduce")
    guard let reduction = ScatterReduction(rawValue: text) else {
      throw UnsupportedError("reduction \(text)")
    }
    return reduction
  }
}
