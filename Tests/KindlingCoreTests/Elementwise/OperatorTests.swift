import Kindling
import Testing
import _TestExpectations

/// Promotion, numbers on either side, integers, and what is refused; values are PyTorch's.
@Suite struct OperatorTests {
  private static func tensor(_ dtype: DType, _ shape: [Int] = [2]) throws -> Tensor {
    try Tensor.full(shape, 3, dtype: dtype)
  }

  @Test(
    arguments: [
      (DType.int64, [2], DType.float32, [], DType.float32), (.float32, [2], .float64, [], .float32),
      (.float16, [2], .bfloat16, [2], .float32), (.uint8, [2], .int8, [2], .int16),
      (.bool, [2], .int32, [2], .int32), (.int32, [2], .int64, [], .int32),
      (.bool, [2], .float64, [], .float64), (.float32, [], .float64, [], .float64),
    ] as [(DType, [Int], DType, [Int], DType)])
  func promotes(a: DType, _ s: [Int], b: DType, _ t: [Int], to expected: DType) throws {
    #expect(try (Self.tensor(a, s) + Self.tensor(b, t)).dtype == expected)
    #expect(try (Self.tensor(b, t) * Self.tensor(a, s)).dtype == expected)
  }

  @Test func numbersPromoteByCategory() throws {
    let i = Tensor([1, 2, 3]), h = try Tensor([1.0, 2.0], dtype: .float16)
    let b = Tensor([true, false])
    #expect(try (i + 1).dtype == .int64 && (i + 1.5).dtype == .float32)
    #expect(try (h * 2.5).dtype == .float16 && (h + 1).dtype == .float16)
    #expect(try (b + 1).dtype == .int64 && (b * true).dtype == .bool && (b / 2).dtype == .float32)
    #expect(try (i / 2).toArray(as: Double.self) == [0.5, 1, 1.5])
    #expect(try (2 - i).toArray(as: Int.self) == [1, 0, -1])
    #expect(try (6 / i).toArray(as: Float.self) == [6, 3, 2])
    #expect(try (7 % i).toArray(as: Int.self) == [0, 1, 1])
  }

  @Test func integersDivideAsInPython() throws {
    let a = Tensor([-7, 7, -7, 7]), b = Tensor([2, 2, -2, -2])
    #expect(try a.div(b, rounding: .floor).toArray(as: Int.self) == [-4, 3, 3, -4])
    #expect(try a.div(b, rounding: .trunc).toArray(as: Int.self) == [-3, 3, 3, -3])
    #expect(try (a % b).toArray(as: Int.self) == [1, 1, -1, -1])
    #expect(try a.fmod(b).toArray(as: Int.self) == [-1, 1, -1, 1])
    #expect(try Tensor([Int.min]).div(-1, rounding: .trunc).toArray(as: Int.self) == [Int.min])
  }

  @Test func specialNumbersStay() throws {
    let x = Tensor([Double.nan, .infinity, -.infinity, -0.0])
    #expect(try x.relu().isnan().toArray(as: Bool.self) == [true, false, false, false])
    #expect(
      try x.clamp(min: -1, max: 1).isnan().toArray(as: Bool.self) == [true, false, false, false])
    #expect(try (x .== x).toArray(as: Bool.self) == [false, true, true, true])
    #expect(try x.signbit().toArray(as: Bool.self) == [false, false, true, true])
    #expect(try x.max().isnan().item(as: Bool.self))
    #expect(try x.argmax().item() == 0)
    #expect(try x.nansum().isnan().item(as: Bool.self))
  }

  @Test func inPlaceFormsWriteThroughViews() throws {
    let x = try Tensor.ones([2, 2])
    try x.select(0, 0) += 2
    try x *= 3
    try x -= Tensor([1.0, 0.0])
    try x /= 2
    #expect(try x.reshape(-1).toArray(as: Double.self) == [4, 4.5, 1, 1.5])
    try x.exp_().log_().clamp_(min: 2).pow_(2)
    #expect(try x.allclose(Tensor([16.0, 20.25, 4, 4]).reshape(2, 2)))
  }

  @Test func nothingReduces() throws {
    let none = try Tensor.zeros([0, 3])
    #expect(try none.sum().item() == 0 && none.prod().item() == 1)
    #expect(try none.mean().item().isNaN && none.var().item().isNaN)
    #expect(try none.all().item(as: Bool.self) && !none.any().item(as: Bool.self))
    #expect(try none.sum(dim: 0).toArray(as: Double.self) == [0, 0, 0])
    #expect(try none.matmul(Tensor.zeros([3, 2])).shape == [0, 2])
    #expect(try Tensor.zeros([2, 0]).matmul(none).toArray(as: Double.self) == [0, 0, 0, 0, 0, 0])
    #expect(try none.softmax(dim: 1).shape == [0, 3] && none.cumsum(dim: 0).shape == [0, 3])
  }

  @Test func nodesHaveTheNamesOfPyTorch() throws {
    let x = try Tensor.ones([2, 2], requiresGrad: true),
      y = try Tensor.ones([2], requiresGrad: true)
    let nodes: [(String, Tensor)] = [
      ("RsubBackward1", try 1 - x), ("PowBackward0", try x.square()),
      ("PowBackward1", try x.pow(y)),
      ("PowBackward2", try Tensor.pow(2, x)), ("DivBackward2", try x.div(y, rounding: .floor)),
      ("ClampBackward1", try x.clamp(min: 0, max: 1)), ("ClampBackward0", try x.clamp(min: y)),
      ("RemainderBackward0", try x % 2), ("SumBackward0", try x.sum()),
      ("SumBackward1", try x.sum(dim: 0)), ("MaxBackward1", try x.max()),
      ("MaxBackward0", try x.max(dim: 0).values), ("ProdBackward0", try x.prod()),
      ("LinalgVectorNormBackward0", try x.norm()), ("VarBackward0", try x.var()),
      ("MvBackward0", try x.matmul(y)), ("SqueezeBackward4", try y.matmul(x)),
      ("DotBackward0", try y.matmul(y)), ("AddmmBackward0", try y.addmm(x, x)),
      ("SoftmaxBackward0", try x.softmax(dim: 0)), ("WhereBackward0", try x.where(x.gt(0), 0)),
    ]
    for (name, tensor) in nodes { #expect(tensor.gradFn?.name == name) }
  }

  @Test func refusesWithAReason() {
    expectRefusal("add: …must match the size of tensor b (4) at non-singleton dimension 1…") {
      try Tensor.ones([2, 3]) + Tensor.ones([2, 4])
    }
    expectRefusal("…two bool tensors is not supported…") { try Tensor([true]) - Tensor([true]) }
    expectRefusal("sub: …with a bool tensor is not supported…") { try Tensor([1.0]) - true }
    expectRefusal("neg: Negation, the `-` operator, on a bool tensor…") { try -Tensor([true]) }
    expectRefusal("add: …argument alpha must not be a floating point number…") {
      try Tensor([1]).add(2, alpha: 0.5)
    }
    expectRefusal("add: Boolean alpha only supported…") { try Tensor([1]).add(2, alpha: true) }
    expectRefusal("div_floor: ZeroDivisionError…") { try Tensor([1]).div(0, rounding: .floor) }
    expectRefusal("remainder: ZeroDivisionError…") { try Tensor([1]) % Tensor([0]) }
    expectRefusal("fmod: ZeroDivisionError: an integer divided by zero") { try Tensor([1]).fmod(0) }
    expectRefusal("div_floor: ZeroDivisionError…") { try Tensor([1]).floorDivide(0) }
    expectRefusal("pow: Integers to negative integer powers…") { try Tensor([2]).pow(-1) }
    expectRefusal("bitwise_and: …not implemented for 'Float'") { try Tensor([1.0]) & 1 }
    expectRefusal("bitwise_not: \"bitwise_not\" not implemented for 'Float'") { try ~Tensor([1.0]) }
    expectRefusal("add: result type Float can't be cast to the desired output type Long") {
      try Tensor([1]).add_(1.5)
    }
    expectRefusal("add: output with shape [3] doesn't match the broadcast shape [2, 3]") {
      try Tensor.ones([3]).add_(Tensor.ones([2, 3]))
    }
    expectRefusal("mul_: a leaf Variable that requires grad…") {
      try Tensor.ones([3], requiresGrad: true).mul_(2)
    }
    expectRefusal("where: …condition to be a boolean tensor, but got a tensor with dtype Float") {
      try Tensor.where(Tensor([1.0]), 1, 2)
    }
    expectRefusal("…at least one of 'min' or 'max'…") {
      try Tensor([1.0]).clamp(min: nil, max: nil)
    }
    expectRefusal("lerp: expected dtype float32 for `end` but got dtype float64") {
      try Tensor([1.0]).lerp(Tensor([1.0], dtype: .float64), weight: 0.5)
    }
    expectRefusal("addcdiv: Integer division with addcdiv…") {
      try Tensor([1]).addcdiv(Tensor([1]), Tensor([1]))
    }
    expectRefusal("relu: Boolean inputs not supported for relu") { try Tensor([true]).relu() }
    expectRefusal("round: …with decimals") { try Tensor([1]).round(decimals: 2) }
    expectRefusal("…only supports floating-point dtypes") { try Tensor([1]).frexp().mantissa }
    expectRefusal("mean: could not infer output dtype…") { try Tensor([1]).mean() }
    expectRefusal("std: …only support floating point…") { try Tensor([1]).std() }
    expectRefusal("norm: …Expected a floating point or complex tensor…") { try Tensor([1]).norm() }
    expectRefusal("norm: …does not have an identity") { try Tensor.ones([0]).norm(p: .infinity) }
    expectRefusal("sum: dimension out of range…") { try Tensor([1.0]).sum(dim: 1) }
    expectRefusal("sum: …appears multiple times…") { try Tensor.ones([2, 2]).sum(dims: [0, -2]) }
    expectRefusal("max: Expected reduction dim to be specified…") { try Tensor.ones([0]).max() }
    expectRefusal("argmax: …to have non-zero size…") { try Tensor.ones([0, 2]).argmax(dim: 0) }
    expectRefusal("argmax: …not implemented for 'Bool'") { try Tensor([true]).argmax() }
    expectRefusal("…is not expandable to size…") { try Tensor.ones([2, 3]).sumToSize([2]) }
    expectRefusal("softmax: …not implemented for 'Long'…") { try Tensor([1]).softmax(dim: 0) }
    expectRefusal("…not implemented for 'Long'") { try Tensor([1]).logcumsumexp(dim: 0) }
    expectRefusal("quantile: …must be in the range [0, 1]…") { try Tensor([1.0]).quantile(1.5) }
    expectRefusal("quantile: …must be non-empty") { try Tensor.ones([0]).quantile(0.5) }
    expectRefusal("renorm: input needs at least 2 dimensions, got 1 dimensions") {
      try Tensor([1.0]).renorm(p: 2, dim: 0, maxnorm: 1)
    }
    expectRefusal("diff: order must be non-negative but got -1") { try Tensor([1.0]).diff(n: -1) }
    expectRefusal("gradient: …expected each dimension size to be at least edge_order+1…") {
      try Tensor([1.0]).gradient()[0]
    }
    expectRefusal("cov: …two or fewer dimensions…") { try Tensor.ones([1, 1, 1]).cov() }
    expectRefusal("mm: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x4)") {
      try Tensor.ones([2, 3]).matmul(Tensor.ones([2, 4]))
    }
    expectRefusal("mm: …to have the same dtype, but got: float32 != float64…") {
      try Tensor.ones([2, 3]).mm(Tensor.ones([3, 4], dtype: .float64))
    }
    expectRefusal("matmul: …at least 1D…") { try Tensor(1.0).matmul(Tensor([1.0])) }
    expectRefusal("mm: …must be a matrix…") { try Tensor([1.0]).mm(Tensor.ones([1, 1])) }
    expectRefusal("bmm: …must be 3D tensors…") {
      try Tensor.ones([1, 1]).bmm(Tensor.ones([1, 1]))
    }
    expectRefusal("dot: inconsistent tensor size…") { try Tensor.ones([3]).dot(Tensor.ones([4])) }
    expectRefusal("mv: size mismatch, got input…") { try Tensor.ones([3, 2]).mv(Tensor.ones([3])) }
    expectRefusal("addmm: …size of tensor a (3) must match the size of tensor b (2)…") {
      try Tensor.ones([3, 3]).addmm(Tensor.ones([2, 2]), Tensor.ones([2, 2]))
    }
    expectRefusal("mm: \"mm_impl_cpu_\" not implemented for 'Bool'") {
      try Tensor.ones([1, 1], dtype: .bool).mm(Tensor.ones([1, 1], dtype: .bool))
    }
    expectRefusal("einsum: …does not match the 2 dimensions…") {
      try Tensor.einsum("ijk->i", Tensor.ones([2, 2]))
    }
    expectRefusal("tensordot: contracted dimensions need to match…") {
      try Tensor.ones([2, 3]).tensordot(Tensor.ones([2, 3]), dims: 1)
    }
    expectRefusal("cross: …must have length 3…") { try Tensor.ones([2]).cross(Tensor.ones([2])) }
    expectRefusal("segment_reduce: lengths must not be negative and add up…") {
      try Tensor.ones([3]).segmentReduce(.sum, lengths: Tensor([2, 2]))
    }
  }
}
