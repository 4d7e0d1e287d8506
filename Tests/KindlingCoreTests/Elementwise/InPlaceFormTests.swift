import Kindling
import Testing
import _TestExpectations

/// The forms in place that are made of an operation and a copy: they compute and differentiate as the
/// operation does, and keep PyTorch's rules of writing.
@Suite struct InPlaceFormTests {
  struct Form: Sendable, CustomStringConvertible {
    typealias Body = @Sendable (Tensor, Tensor) throws -> Tensor
    let description: String
    let writing: Body
    let plain: Body
    var isUnrecorded: Bool { description.hasPrefix("logical_") }

    init(_ description: String, _ writing: @escaping Body, _ plain: @escaping Body) {
      (self.description, self.writing, self.plain) = (description, writing, plain)
    }
  }

  static let floats = [
    Form("eq_", { x, y in try x.eq_(y) }, { x, y in try x.eq(y) }),
    Form("eq_ with a number", { x, y in try x.eq_(2) }, { x, y in try x.eq(2) }),
    Form("ne_", { x, y in try x.ne_(y) }, { x, y in try x.ne(y) }),
    Form("ne_ with a number", { x, y in try x.ne_(2) }, { x, y in try x.ne(2) }),
    Form("lt_", { x, y in try x.lt_(y) }, { x, y in try x.lt(y) }),
    Form("lt_ with a number", { x, y in try x.lt_(2) }, { x, y in try x.lt(2) }),
    Form("le_", { x, y in try x.le_(y) }, { x, y in try x.le(y) }),
    Form("le_ with a number", { x, y in try x.le_(2) }, { x, y in try x.le(2) }),
    Form("gt_", { x, y in try x.gt_(y) }, { x, y in try x.gt(y) }),
    Form("gt_ with a number", { x, y in try x.gt_(2) }, { x, y in try x.gt(2) }),
    Form("ge_", { x, y in try x.ge_(y) }, { x, y in try x.ge(y) }),
    Form("ge_ with a number", { x, y in try x.ge_(2) }, { x, y in try x.ge(2) }),
    Form("logical_and_", { x, y in try x.logicalAnd_(y) }, { x, y in try x.logicalAnd(y) }),
    Form("logical_or_", { x, y in try x.logicalOr_(y) }, { x, y in try x.logicalOr(y) }),
    Form("logical_xor_", { x, y in try x.logicalXor_(y) }, { x, y in try x.logicalXor(y) }),
    Form("floor_divide_", { x, y in try x.floorDivide_(y) }, { x, y in try x.floorDivide(y) }),
    Form(
      "floor_divide_ with a number", { x, y in try x.floorDivide_(2) },
      { x, y in try x.floorDivide(2) }),
    Form(
      "remainder_ with a number", { x, y in try x.remainder_(2) }, { x, y in try x.remainder(2) }),
    Form("fmod_", { x, y in try x.fmod_(y) }, { x, y in try x.fmod(y) }),
    Form("fmod_ with a number", { x, y in try x.fmod_(2) }, { x, y in try x.fmod(2) }),
    Form("copysign_", { x, y in try x.copysign_(y) }, { x, y in try x.copysign(y) }),
    Form("copysign_ with a number", { x, y in try x.copysign_(2) }, { x, y in try x.copysign(2) }),
    Form("xlogy_", { x, y in try x.xlogy_(y) }, { x, y in try x.xlogy(y) }),
    Form("xlogy_ with a number", { x, y in try x.xlogy_(2) }, { x, y in try x.xlogy(2) }),
    Form("ldexp_", { x, y in try x.ldexp_(y) }, { x, y in try x.ldexp(y) }),
    Form("atan2_", { x, y in try x.atan2_(y) }, { x, y in try x.atan2(y) }),
    Form("hypot_", { x, y in try x.hypot_(y) }, { x, y in try x.hypot(y) }),
    Form("nextafter_", { x, y in try x.nextafter_(y) }, { x, y in try x.nextafter(y) }),
    Form("heaviside_", { x, y in try x.heaviside_(y) }, { x, y in try x.heaviside(y) }),
    Form("clamp_", { x, y in try x.clamp_(min: y) }, { x, y in try x.clamp(min: y) }),
    Form(
      "clamp_min_ with a number", { x, y in try x.clampMin_(0.5) }, { x, y in try x.clampMin(0.5) }),
    Form("clamp_min_", { x, y in try x.clampMin_(y) }, { x, y in try x.clampMin(y) }),
    Form(
      "clamp_max_ with a number", { x, y in try x.clampMax_(0.5) }, { x, y in try x.clampMax(0.5) }),
    Form("clamp_max_", { x, y in try x.clampMax_(y) }, { x, y in try x.clampMax(y) }),
    Form("nan_to_num_", { x, y in try x.nanToNum_() }, { x, y in try x.nanToNum() }),
    Form("frac_", { x, y in try x.frac_() }, { x, y in try x.frac() }),
    Form("sgn_", { x, y in try x.sgn_() }, { x, y in try x.sgn() }),
    Form("deg2rad_", { x, y in try x.deg2rad_() }, { x, y in try x.deg2rad() }),
    Form("rad2deg_", { x, y in try x.rad2deg_() }, { x, y in try x.rad2deg() }),
    Form("sinc_", { x, y in try x.sinc_() }, { x, y in try x.sinc() }),
    Form("erfc_", { x, y in try x.erfc_() }, { x, y in try x.erfc() }),
    Form("erfinv_", { x, y in try x.erfinv_() }, { x, y in try x.erfinv() }),
    Form("lgamma_", { x, y in try x.lgamma_() }, { x, y in try x.lgamma() }),
    Form("digamma_", { x, y in try x.digamma_() }, { x, y in try x.digamma() }),
    Form("logit_", { x, y in try x.logit_() }, { x, y in try x.logit() }),
    Form("polygamma_", { x, y in try x.polygamma_(1) }, { x, y in try x.polygamma(1) }),
    Form("mvlgamma_", { x, y in try x.mvlgamma_(1) }, { x, y in try x.mvlgamma(1) }),
    Form("igamma_", { x, y in try x.igamma_(y) }, { x, y in try x.igamma(y) }),
    Form("igammac_", { x, y in try x.igammac_(y) }, { x, y in try x.igammac(y) }),
    Form("cumprod_", { x, y in try x.cumprod_(dim: 0) }, { x, y in try x.cumprod(dim: 0) }),
    Form("tril_", { x, y in try x.tril_(1) }, { x, y in try x.tril(1) }),
    Form("triu_", { x, y in try x.triu_(1) }, { x, y in try x.triu(1) }),
    Form(
      "renorm_", { x, y in try x.renorm_(p: 2, dim: 0, maxnorm: 0.5) },
      { x, y in try x.renorm(p: 2, dim: 0, maxnorm: 0.5) }),
    Form(
      "index_reduce_", { x, y in try x.indexReduce_(0, Tensor([1, 0]), y, .prod) },
      { x, y in try x.indexReduce(0, Tensor([1, 0]), y, .prod) }),
    Form(
      "addmm_", { x, y in try x.addmm_(y, y, beta: 2, alpha: 3) },
      { x, y in try x.addmm(y, y, beta: 2, alpha: 3) }),
    Form("addmv_", { x, y in try x[0].addmv_(y, y[1]) }, { x, y in try x[0].addmv(y, y[1]) }),
    Form("addr_", { x, y in try x.addr_(y[0], y[1]) }, { x, y in try x.addr(y[0], y[1]) }),
    Form(
      "addbmm_", { x, y in try x.addbmm_(y.unsqueeze(0), y.unsqueeze(0)) },
      { x, y in try x.addbmm(y.unsqueeze(0), y.unsqueeze(0)) }),
    Form(
      "baddbmm_", { x, y in try x.unsqueeze(0).baddbmm_(y.unsqueeze(0), y.unsqueeze(0)) },
      { x, y in try x.unsqueeze(0).baddbmm(y.unsqueeze(0), y.unsqueeze(0)) }),
  ]

  static let integers = [
    Form("bitwise_not_", { x, y in try x.bitwiseNot_() }, { x, y in try x.bitwiseNot() }),
    Form(
      "bitwise_and_ with a number", { x, y in try x.bitwiseAnd_(2) },
      { x, y in try x.bitwiseAnd(2) }),
    Form(
      "bitwise_or_ with a number", { x, y in try x.bitwiseOr_(2) }, { x, y in try x.bitwiseOr(2) }),
    Form(
      "bitwise_xor_ with a number", { x, y in try x.bitwiseXor_(2) },
      { x, y in try x.bitwiseXor(2) }),
    Form(
      "bitwise_left_shift_", { x, y in try x.bitwiseLeftShift_(y) },
      { x, y in try x.bitwiseLeftShift(y) }),
    Form(
      "bitwise_left_shift_ with a number", { x, y in try x.bitwiseLeftShift_(2) },
      { x, y in try x.bitwiseLeftShift(2) }),
    Form(
      "bitwise_right_shift_", { x, y in try x.bitwiseRightShift_(y) },
      { x, y in try x.bitwiseRightShift(y) }),
    Form(
      "bitwise_right_shift_ with a number", { x, y in try x.bitwiseRightShift_(2) },
      { x, y in try x.bitwiseRightShift(2) }),
    Form("gcd_", { x, y in try x.gcd_(y) }, { x, y in try x.gcd(y) }),
    Form("lcm_", { x, y in try x.lcm_(y) }, { x, y in try x.lcm(y) }),
  ]

  static func operands(_ dtype: DType) throws -> (Tensor, Tensor) {
    let scale = dtype == .int64 ? 16.0 : 1.0
    let x = try Tensor([[0.3, 0.6], [0.9, 0.4]], dtype: .float64).mul(scale).to(dtype)
    let y = try Tensor([[0.7, 0.2], [0.5, 0.8]], dtype: .float64).mul(scale).to(dtype)
    return (x, y)
  }

  @Test(arguments: floats) func valuesAndGradients(_ form: Form) throws {
    let (x, y) = try Self.operands(.float64)
    let a = try x.clone().requiresGrad_(), b = try x.clone().requiresGrad_()
    let other = (try y.clone().requiresGrad_(), try y.clone().requiresGrad_())
    let source = try a.mul(1), kept = try form.writing(source, other.0)
    let plain = try form.plain(b.mul(1), other.1).to(.float64)
    #expect(try kept.equal(plain))
    #expect(kept.dtype == .float64)
    #expect(kept === source || kept.viewsMemory(of: source))
    guard plain.requiresGrad else {
      // Nothing of what stood here is left, but for PyTorch's logic, which the graph does not know of.
      try kept.sum().backward()
      #expect(try a.grad?.eq(form.isUnrecorded ? 1 : 0).all().item() == 1)
      return
    }
    let written: TensorError?
    do { try kept.sum().backward(); written = nil } catch let error as TensorError {
      written = error
    }
    let expected: TensorError?
    do { try plain.sum().backward(); expected = nil } catch let error as TensorError {
      expected = error
    }
    #expect(written?.description == expected?.description)
    if expected != nil { return }
    #expect(try a.grad?.equal(#require(b.grad)) == true)
    if let gradient = other.1.grad { #expect(try other.0.grad?.equal(gradient) == true) }
  }

  @Test(arguments: integers) func valuesOfIntegers(_ form: Form) throws {
    let (x, y) = try Self.operands(.int64)
    let plain = try form.plain(x, y), version = x.version
    #expect(try form.writing(x, y).equal(plain))
    #expect(x.version == version + 1)
  }

  @Test(arguments: floats) func rulesOfWriting(_ form: Form) throws {
    let (x, y) = try Self.operands(.float64)
    let leaf = try x.clone().requiresGrad_()
    if form.isUnrecorded {
      _ = try form.writing(leaf, y)
    } else {
      expectRefusal("…leaf Variable that requires grad…") { try form.writing(leaf, y) }
    }
    let wide = try Tensor([0.5], dtype: .float64).expand(2, 2)
    expectRefusal("…more than one element of the written-to tensor…") { try form.writing(wide, y) }
  }

  @Test func resultsThatDoNotFit() throws {
    let whole = Tensor([3, 4]), half = Tensor([0.5, 1.5])
    for form in [
      { try whole.atan2_(half) }, { try whole.fmod_(0.5) }, { try whole.floorDivide_(half) },
    ]
      as [() throws -> Tensor]
    {
      expectRefusal("…result type Float can't be cast to the desired output type Long…") {
        try form()
      }
    }
    expectRefusal("hypot_: output with shape [1] doesn't match the broadcast shape [2]") {
      try Tensor([1.0]).hypot_(half)
    }
    expectRefusal(
      "…the base given to float_power_ has dtype Float but the operation's result requires dtype Double"
    ) { try Tensor([1.0]).floatPower_(2) }
    #expect(try Tensor([2.0, 3.0], dtype: .float64).floatPower_(2).sum().item() == 13)
    // What is compared stays of its dtype.
    #expect(try whole.eq_(3).toArray(as: Int.self) == [1, 0])
    expectRefusal("div_floor: ZeroDivisionError…") { try whole.floorDivide_(0) }
  }

  @Test func fillDiagonal() throws {
    let tall = try Tensor.zeros(7, 3, dtype: .int64)
    try tall.fillDiagonal_(1, wrap: true)
    #expect(
      try tall.tolist(as: [[Int]].self) == [
        [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1],
      ])
    #expect(try Tensor.zeros(2, 4).fillDiagonal_(1).sum().item() == 2)
    #expect(try Tensor.zeros(2, 2, 2).fillDiagonal_(3)[1, 1, 1].item() == 3)
    expectRefusal("…dimensions must larger than 1…") { try Tensor.zeros(3).fillDiagonal_(1) }
    expectRefusal("fillDiagonal_: …of equal length…") { try Tensor.zeros(3, 3, 2).fillDiagonal_(1) }
    let x = try Tensor.ones(2, 2, requiresGrad: true)
    try x.mul(2).fillDiagonal_(5).sum().backward()
    #expect(try x.grad?.tolist(as: [[Double]].self) == [[0, 2], [2, 0]])
  }

  // As in PyTorch, what only stores given values may write to an expanded tensor.
  @Test func fillsOfExpandedTensors() throws {
    let fills: [(Tensor) throws -> Tensor] = [
      { try $0.fill_(5) }, { try $0.fill_(0).fill_(5) }, { try $0.zero_().add(5) },
      { try $0.maskedFill_(Tensor([true, false, false]), 5) },
      { try $0.indexFill_(0, Tensor([2]), 5) }, { try $0.set(1, to: 5) },
      { try $0.indexPut_([Tensor([1])], Tensor([5.0])) },
    ]
    for fill in fills {
      #expect(try fill(Tensor([1.0]).expand(3)).toArray(as: Double.self) == [5, 5, 5])
    }
    let others: [(Tensor) throws -> Tensor] = [
      { try $0.fill_(Tensor(5.0)) }, { try $0.copy_(Tensor.ones(3)) }, { try $0.add_(1) },
      { try $0.indexAdd_(0, Tensor([0]), Tensor([1.0])) }, { try $0.scatter_(0, Tensor([0]), 5) },
      { try $0.indexCopy_(0, Tensor([0]), Tensor([1.0])) },
      { try $0.maskedScatter_(Tensor([true, true, true]), Tensor.ones(3)) },
      { try $0.put_(Tensor([0]), Tensor([1.0])) },
    ]
    for other in others {
      expectRefusal("…more than one element of the…") { try other(Tensor([1.0]).expand(3)) }
    }
    // Without elements there is nothing to share.
    #expect(try Tensor.ones(1).expand(0, 1).add_(1).numel == 0)
    #expect(try Tensor.ones(0, 1).expand(0, 3).add_(1).shape == [0, 3])
  }
}

extension Tensor {
  fileprivate func viewsMemory(of other: Tensor) -> Bool {
    (try? withUnsafeBuffer(of: Double.self) { a in
      try other.withUnsafeBuffer(of: Double.self) { b in
        a.baseAddress.map { p in b.baseAddress.map { p >= $0 && p < $0 + b.count } ?? false }
          ?? false
      }
    }) ?? false
  }
}
