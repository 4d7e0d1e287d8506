import Kindling

extension OperatorTable {
  /// Adds the in-place forms composed of the operation and a copy.
  mutating func addInPlaceForms() {
    binary("eq_") {
      try $0.eq_($1)
    } scalar: {
      try $0.eq_($1)
    }
    binary("ne_") {
      try $0.ne_($1)
    } scalar: {
      try $0.ne_($1)
    }
    binary("lt_") {
      try $0.lt_($1)
    } scalar: {
      try $0.lt_($1)
    }
    binary("le_") {
      try $0.le_($1)
    } scalar: {
      try $0.le_($1)
    }
    binary("gt_") {
      try $0.gt_($1)
    } scalar: {
      try $0.gt_($1)
    }
    binary("ge_") {
      try $0.ge_($1)
    } scalar: {
      try $0.ge_($1)
    }
    op("logical_and_") { a in try a.tensor(0).logicalAnd_(a.tensor(1, "other")) }
    op("logical_or_") { a in try a.tensor(0).logicalOr_(a.tensor(1, "other")) }
    op("logical_xor_") { a in try a.tensor(0).logicalXor_(a.tensor(1, "other")) }
    unary("bitwise_not_") { try $0.bitwiseNot_() }
    binary("bitwise_and_") {
      try $0.bitwiseAnd_($1)
    } scalar: {
      try $0.bitwiseAnd_($1)
    }
    binary("bitwise_or_") {
      try $0.bitwiseOr_($1)
    } scalar: {
      try $0.bitwiseOr_($1)
    }
    binary("bitwise_xor_") {
      try $0.bitwiseXor_($1)
    } scalar: {
      try $0.bitwiseXor_($1)
    }
    binary("bitwise_left_shift_") {
      try $0.bitwiseLeftShift_($1)
    } scalar: {
      try $0.bitwiseLeftShift_($1)
    }
    binary("bitwise_right_shift_") {
      try $0.bitwiseRightShift_($1)
    } scalar: {
      try $0.bitwiseRightShift_($1)
    }
    binary("floor_divide_") {
      try $0.floorDivide_($1)
    } scalar: {
      try $0.floorDivide_($1)
    }
    binary("remainder_") {
      try $0.remainder_($1)
    } scalar: {
      try $0.remainder_($1)
    }
    binary("fmod_") {
      try $0.fmod_($1)
    } scalar: {
      try $0.fmod_($1)
    }
    op("gcd_") { a in try a.tensor(0).gcd_(a.tensor(1, "other")) }
    op("lcm_") { a in try a.tensor(0).lcm_(a.tensor(1, "other")) }
    binary("copysign_") {
      try $0.copysign_($1)
    } scalar: {
      try $0.copysign_($1)
    }
    binary("xlogy_") {
      try $0.xlogy_($1)
    } scalar: {
      try $0.xlogy_($1)
    }
    op("ldexp_") { a in try a.tensor(0).ldexp_(a.tensor(1, "other")) }
    binary("float_power_") {
      try $0.floatPower_($1)
    } scalar: {
      try $0.floatPower_($1)
    }
    op("atan2_") { a in try a.tensor(0).atan2_(a.tensor(1, "other")) }
    op("hypot_") { a in try a.tensor(0).hypot_(a.tensor(1, "other")) }
    op("nextafter_") { a in try a.tensor(0).nextafter_(a.tensor(1, "other")) }
    op("heaviside_") { a in try a.tensor(0).heaviside_(a.tensor(1, "values")) }
    op("clamp_min_") { a in try a.tensor(0).clampMin_(a.tensor(1, "min")) }
    op("clamp_max_") { a in try a.tensor(0).clampMax_(a.tensor(1, "max")) }
    op("nan_to_num_") { a in try a.tensor(0).nanToNum_() }
    unary("frac_") { try $0.frac_() }
    unary("sgn_") { try $0.sgn_() }
    unary("deg2rad_") { try $0.deg2rad_() }
    unary("rad2deg_") { try $0.rad2deg_() }
    unary("sinc_") { try $0.sinc_() }
    unary("erfc_") { try $0.erfc_() }
    unary("erfinv_") { try $0.erfinv_() }
    unary("lgamma_") { try $0.lgamma_() }
    unary("digamma_") { try $0.digamma_() }
    op("logit_") { a in try a.tensor(0).logit_(eps: a.optionalDouble(1, "eps")) }
    op("polygamma_") { a in try a.tensor(0).polygamma_(a.int(1, "n")) }
    op("mvlgamma_") { a in try a.tensor(0).mvlgamma_(a.int(1, "p")) }
    op("igamma_") { a in try a.tensor(0).igamma_(a.tensor(1)) }
    op("igammac_") { a in try a.tensor(0).igammac_(a.tensor(1)) }
    op("cumprod_") { a in try a.tensor(0).cumprod_(dim: a.int(1, "dim")) }
    op("tril_") { a in try a.tensor(0).tril_(a.int(1, "diagonal", default: 0)) }
    op("triu_") { a in try a.tensor(0).triu_(a.int(1, "diagonal", default: 0)) }
    op("renorm_") { a in
      try a.tensor(0).renorm_(
        p: a.double(1, "p"), dim: a.int(2, "dim"), maxnorm: a.double(3, "maxnorm"))
    }
    op("addmm_") { a in
      try a.tensor(0).addmm_(
        a.tensor(1), a.tensor(2), beta: a.scalar(nil, "beta", default: .int(1)),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("addbmm_") { a in
      try a.tensor(0).addbmm_(
        a.tensor(1), a.tensor(2), beta: a.scalar(nil, "beta", default: .int(1)),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("baddbmm_") { a in
      try a.tensor(0).baddbmm_(
        a.tensor(1), a.tensor(2), beta: a.scalar(nil, "beta", default: .int(1)),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("addr_") { a in
      try a.tensor(0).addr_(
        a.tensor(1), a.tensor(2), beta: a.scalar(nil, "beta", default: .int(1)),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("addmv_") { a in
      try a.tensor(0).addmv_(
        a.tensor(1), a.tensor(2), beta: a.scalar(nil, "beta", default: .int(1)),
        alpha: a.scalar(nil, "alpha", default: .int(1)))
    }
    op("fill_diagonal_", samples: [[.matrix, 1.5], [.matrix, 0, true]]) { a in
      try a.tensor(0).fillDiagonal_(
        a.scalar(1, "fill_value"), wrap: a.bool(2, "wrap", default: false))
    }
    op("swapaxes_") { a in try a.tensor(0).swapaxes_(a.int(1, "axis0"), a.int(2, "axis1")) }
    op("swapdims_") { a in try a.tensor(0).swapdims_(a.int(1, "dim0"), a.int(2, "dim1")) }
    op("as_strided_") { a in
      try a.tensor(0).asStrided_(
        a.ints(1, "size"), a.ints(2, "stride"), storageOffset: a.optionalInt(3, "storage_offset"))
    }
  }
}
