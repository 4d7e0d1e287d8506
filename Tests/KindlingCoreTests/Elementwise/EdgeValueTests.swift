import Kindling
import Testing
import _TestExpectations

/// What PyTorch gives at the edges of operations: infinities, NaN, zeros, single elements, and where
/// each step's rounding decides.
@Suite struct EdgeValueTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: [Double]
    let dtype: DType
    let body: @Sendable () throws -> Tensor

    init(
      _ name: String, _ expected: [Double], _ dtype: DType = .float32,
      _ body: @escaping @Sendable () throws -> Tensor
    ) {
      (testDescription, self.expected, self.dtype, self.body) = (name, expected, dtype, body)
    }
  }

  static let inf = Double.infinity, nan = Double.nan

  static let cases: [Case] = [
    Case("arange counts before it truncates", [0, 1, 2, 3], .int64) {
      try Tensor.arange(3.1, dtype: .int64)
    },
    Case("arange of integers by a fraction", [0, 0, 0, 0, 0], .int64) {
      try Tensor.arange(0, 3, step: 0.7, dtype: .int64)
    },
    Case("arange down", [3, 2, 1], .int32) { try Tensor.arange(3, 0.5, step: -1, dtype: .int32) },
    // Relative to their own size, to which the sine of the rounded angle matters.
    Case("sinc of integers", [1, 1, 1]) {
      let expected = Tensor([
        2.72598077444286e-09, -2.530538223410872e-09, 1.8720616168366178e-08,
      ])
      return try Tensor([77, 3, -200]).sinc().div(expected).mul(1e5).round().div(1e5)
    },
    Case("nextafter from an integer beyond the dtype", [65504, 4.99609375], .float16) {
      try Tensor([Int.max, 5]).nextafter(Tensor([-3.0, -3]).to(.float16))
    },
    Case("linspace of integers steps by a fraction", [-3, -2, -1, 0, 0, 0, 1], .int64) {
      try Tensor.linspace(-3, 1, steps: 7, dtype: .int64)
    },
    Case(
      "linspace rounds once",
      [
        -1, -0.6666666666666667, -0.33333333333333337, 5.551115123125783e-17, 0.33333333333333337,
        0.6666666666666667, 1,
      ], .float64
    ) {
      try Tensor.linspace(-1, 1, steps: 7, dtype: .float64)
    },
    Case("logspace of integers", [0, 0, 0, 1, 1, 1, 2], .int32) {
      try Tensor.logspace(1, -1, steps: 7, base: 0.5, dtype: .int32)
    },
    Case("linspace of one integer wraps around", [254], .uint8) {
      try Tensor.linspace(-2, 1.5, steps: 1, dtype: .uint8)
    },
    Case("linspace of unsigned integers wraps around", [253, 168, 84, 0], .uint8) {
      try Tensor.linspace(-3, 0, steps: 4, dtype: .uint8)
    },
    Case("differences of order zero along any dimension", [1, 2]) {
      try Tensor([1.0, 2]).diff(n: 0, dim: -4)
    },
    Case("heaviside of NaN", [0, 7, 1, 0]) {
      try Tensor([nan, 0, 2, -inf]).heaviside(Tensor([5.0, 7, 5, 5]))
    },
    Case("nextafter from zero", [0x1p-133, -0x1p-133, 0], .bfloat16) {
      try Tensor([0.0, 0, 0]).to(.bfloat16).nextafter(Tensor([1.0, -1, 0]).to(.bfloat16))
    },
    Case("nextafter from zero", [0x1p-24, -0x1p-24], .float16) {
      try Tensor([0.0, 0]).to(.float16).nextafter(Tensor([1.0, -1]).to(.float16))
    },
    Case("ldexp by integers", [8, -1.5], .bfloat16) {
      try Tensor([1.0, -3]).to(.bfloat16).ldexp(Tensor([3, -1]))
    },
    Case("ldexp past the range of 2ⁿ", [0x1p50]) { try Tensor([0x1p-100]).ldexp(Tensor([150])) },
    Case(
      "floats outside of int32", [-2147483648, -2147483648, -2147483648, 2147483520, -7], .int32
    ) {
      try Tensor([inf, nan, 3e9, 2147483520, -7.9]).int()
    },
    Case("igamma at infinity", [0, 1]) { try Tensor([inf, nan]).igamma(Tensor([nan, inf])) },
    Case("igammac at infinity", [1, 0]) { try Tensor([inf, nan]).igammac(Tensor([nan, inf])) },
    Case("erfcx at -infinity", [inf, inf, 0]) { try Special.erfcx(Tensor([-inf, -28, inf])) },
    Case("trigamma at infinity", [0]) { try Tensor([inf]).polygamma(1) },
    Case("addr rounds each step", [-0.03125], .bfloat16) {
      try Tensor([[-5.75]]).to(.bfloat16)
        .addr(Tensor([-0.87890625]).to(.bfloat16), Tensor([-6.5]).to(.bfloat16))
    },
    Case("trigamma of PyTorch's series", [28.59709196399541, 3.0784597483869107], .float64) {
      try Tensor([-1.1976, 0.6647], dtype: .float64).polygamma(1)
    },
    Case("gcd of the least number", [-128, -128, 1, -2, -128, -1], .int8) {
      try Tensor([-128, -128, -128, -128, 0, 127], dtype: .int8)
        .gcd(Tensor([-128, 0, 1, 6, -128, -128], dtype: .int8))
    },
    Case("lcm past the range", [-4, -116, 32766, -32766], .int16) {
      try Tensor([-4, -116, 1, -32767], dtype: .int16).lcm(Tensor([32766], dtype: .int16))
    },
    Case("lcm past the range", [-2147483648, 0], .int32) {
      try Tensor([2147483647, 0], dtype: .int32).lcm(Tensor([-2147483648], dtype: .int32))
    },
    Case("mean beside the variance, infinite at the end", [inf]) {
      try Tensor([1.0, inf]).varMean().mean
    },
    Case("mean beside the variance, infinite before the end", [nan, nan, inf]) {
      try Tensor([[1.0, inf, 2], [-inf, -inf, -inf], [1, 2, inf]]).stdMean(dims: [1]).mean
    },
    Case("lerp of integers by a weight without dimensions", [0.5, 2], .float16) {
      try Tensor([0, 3]).lerp(Tensor([1, 1]), weight: Tensor(0.5).to(.float16))
    },
    Case("topk of no element of a number", [3]) { try Tensor(3.0).topk(0).values },
    Case("indexAdd to a dimension of size 0", []) {
      try Tensor.zeros(0, 3).indexAdd(0, Tensor([0, 7]), Tensor.ones(2, 3))
    },
    Case("product of bools over nothing", [0, 0], .bool) {
      try Tensor.zeros(1, 0, dtype: .bool).mm(Tensor.zeros(0, 2, dtype: .bool))
    },
    Case("softmax of no integers", [], .int64) {
      try Tensor.zeros(0, 3, dtype: .int64).softmax(dim: 1)
    },
    Case("running sums of no bools in place", [], .bool) {
      try Tensor.zeros(0, 3, dtype: .bool).cumsum_(dim: 0)
    },
    Case("a masked write of one number of another dtype", [5, 1, 5]) {
      try Tensor([0.0, 1, 2]).indexPut([Tensor([true, false, true])], Tensor([[5]]))
    },
    Case("logspace of one bool", [1], .bool) {
      try Tensor.logspace(0.5, -1, steps: 1, base: 2, dtype: .bool)
    },
    Case("indexReduce of bools, line by line", [1, 1, 0, 0], .bool) {
      try Tensor.zeros(2, 2, dtype: .bool)
        .indexReduce(0, Tensor([0]), .ones(1, 2, dtype: .bool), .amax)
    },
    Case("no normal integers", [], .int16) { try Tensor.normal(1.5, 1, [0], dtype: .int16) },
    Case("kthvalue of a bool without dimensions", [1], .bool) {
      try Tensor(true).kthvalue(1, keepdim: true).values
    },
    Case("random fill of no integers", [], .int8) {
      try Tensor.zeros(0, 3, dtype: .int8).exponential_(1.5)
    },
    Case("a write of a tensor to itself, expanded", [1, 1]) {
      let x = try Tensor([1.0]).expand(2)
      return try x.copy_(x)
    },
    Case("histc rounds each step", [0, 0, 0, 1, 0], .bfloat16) {
      try Tensor([1.796875]).to(.bfloat16).histc(bins: 5, min: 0, max: 3)
    },
  ]

  /// Gradients of x, and of the bounds that are tensors, at and beside the bounds.
  @Test func clampAtItsBounds() throws {
    func gradients(_ x: [Double], _ others: [Double], _ y: (Tensor, [Tensor]) throws -> Tensor)
      throws
      -> [[Double]]
    {
      let x = try Tensor(x, requiresGrad: true)
      let others = try others.map { try Tensor($0, requiresGrad: true) }
      try y(x, others).sum().backward()
      return try ([x] + others).map { try $0.grad?.reshape(-1).toArray(as: Double.self) ?? [] }
    }
    let x = [-2.0, -1, 0, 1, 2]
    #expect(try gradients(x, []) { x, _ in try x.clamp(min: -1, max: 1) } == [[0, 0, 1, 0, 0]])
    #expect(try gradients(x, []) { x, _ in try x.clampMin(-1) } == [[0, 0, 1, 1, 1]])
    #expect(try gradients(x, []) { x, _ in try x.clamp(max: 1) } == [[1, 1, 1, 0, 0]])
    #expect(try gradients([.nan], []) { x, _ in try x.clamp(min: -1, max: 1) } == [[0]])
    #expect(
      try gradients(x, [-1, 1]) { x, b in try x.clamp(min: b[0], max: b[1]) }
        == [[0, 0.5, 1, 0.5, 0], [1.5], [1.5]])
    #expect(
      try gradients(x, [1, -1]) { x, b in try x.clamp(min: b[0], max: b[1]) }
        == [[0, 0, 0, 0, 0], [0], [5]])
    #expect(
      try gradients(x, [0, 0]) { x, b in try x.clamp(min: b[0], max: b[1]) }
        == [[0, 0, 1, 0, 0], [2], [2]])
    #expect(try gradients(x, [-1]) { x, b in try x.clampMin(b[0]) } == [[0, 0.5, 1, 1, 1], [1.5]])
    #expect(try gradients([.nan], [0]) { x, b in try x.clampMax(b[0]) } == [[1], [1]])
    // An `initial` that equals the maximum takes no share of its gradient.
    #expect(
      try gradients([1, 0, 1], []) { x, _ in
        try x.segmentReduce(.max, lengths: Tensor([3]), initial: 1)
      } == [[0.5, 0, 0.5]])
  }

  @Test(arguments: cases) func agreesWithPyTorch(_ test: Case) throws {
    let y = try test.body()
    #expect(y.dtype == test.dtype)
    let values = try y.to(.float64).reshape(-1).toArray(as: Double.self)
    #expect(values.count == test.expected.count)
    for (x, e) in zip(values, test.expected) { #expect(x == e || x.isNaN && e.isNaN) }
  }

  /// Empty slices begin where PyTorch's do, behind the last element too.
  @Test func offsetsOfEmptySlices() throws {
    let x = try Tensor.arange(24).view(2, 3, 4), rest = try x.slice(0, 2)
    #expect(rest.storageOffset == 24)
    #expect(try x.slice(1, 3).storageOffset == 12 && x.slice(1, 2, 1).storageOffset == 8)
    #expect(try rest.chunk(2, dim: 1)[1].storageOffset == 32)
    #expect(try rest.diagonal(offset: 1, dim1: 1, dim2: 2).storageOffset == 25)
    let far = try rest.chunk(2, dim: 1)[1]
    #expect(try far.to(.cpu, copy: true).numel == 0 && far.toArray(as: Int.self).isEmpty)
    #expect(try far.clone().numel == 0 && far.sum().item(as: Int.self) == 0)
    let sparse = try Tensor.zeros(2).asStrided([1], [1 << 61])
    #expect(try sparse.slice(0, 1).storageOffset == 0)
  }

  static let manyDims = [Int](repeating: 1, count: 65)

  @Test func refuses() {
    expectRefusal("histc: …larger than half…") { try Tensor([1.0]).histc(bins: 1 << 40) }
    expectRefusal("tensorSplit: …larger than half…") { try Tensor([1.0]).tensorSplit(1 << 40) }
    expectRefusal("chunk: …larger than half…") { try Tensor.zeros(0).chunk(1 << 40) }
    expectRefusal("repeatInterleave: cannot allocate…") {
      try Tensor([1.0, 2]).repeatInterleave(Tensor([1, 1 << 40]))
    }
    expectRefusal("trilIndices: …larger than half…") { try Tensor.trilIndices(1 << 40, 2) }
    expectRefusal("combinations: …larger than any memory") {
      try Tensor([1.0, 2]).combinations(.max, withReplacement: true)
    }
    expectRefusal("cosine: …non-negative window length…") { try SignalWindow.cosine(.min) }
    expectRefusal("amax: …up to 64 dims…") { try Tensor.ones(Self.manyDims).amax(dim: 0) }
    expectRefusal("sum: …up to 64 dims…") { try Tensor.ones(Self.manyDims).sum(dims: [1, 2]) }
    expectRefusal("…Index to scalar…") { try Tensor(1.0).indexSelect(0, Tensor([0, 0])) }
    expectRefusal("…source tensor shape…") {
      try Tensor([1.0]).indexAdd(0, Tensor([0]), Tensor(1.0))
    }
    expectRefusal("indexReduce: source tensor shape…") {
      try Tensor(1.0).indexReduce(0, Tensor([0]), Tensor([1.0]), .amax)
    }
    expectRefusal("segment_reduce: …at least one dimension…") {
      try Tensor(1.0).segmentReduce(.sum, lengths: Tensor([1]))
    }
    expectRefusal("linalg.vander: …but got Bool") { try Linalg.vander(Tensor([true, false])) }
    expectRefusal("…but got Half") { try Linalg.vander(Tensor([1.0, 2]).to(.float16)) }
    expectRefusal("clamp: \"clamp_cpu\" not implemented for 'Bool'; convert with to(_:)") {
      let x = Tensor([true])
      _ = try x.clamp(min: x, max: x)
    }
    expectRefusal("unique: …more than one, so unique…") { try Tensor.zeros(0, 0).unique(dim: -1) }
    expectRefusal("…\"trace\" not implemented…") { try Tensor.ones(2, 2, dtype: .bool).trace() }
    expectRefusal("kthvalue: …kthvalue_cpu…") { try Tensor([true]).kthvalue(1) }
    expectRefusal("pow: …negative integer powers…") { try Tensor([true]).pow(-3) }
    expectRefusal("indexReduce: \"index_func_\" not implemented for 'Bool'; convert with to(_:)") {
      try Tensor([true]).indexReduce(0, Tensor([0]), Tensor([true]), .amax)
    }
    expectRefusal("scatterReduce: …reduce_mean…") {
      try Tensor([true]).scatterReduce(0, Tensor([0]), Tensor([true]), .mean)
    }
    expectRefusal("mm: \"mm_impl_cpu_\" not implemented for 'Bool'") {
      try Tensor.ones(2, 2, dtype: .bool).mm(Tensor.ones(2, 2, dtype: .bool))
    }
    expectRefusal("dot: \"dot\" not implemented for 'Bool'") {
      try Tensor.ones(0, dtype: .bool).dot(Tensor.ones(0, dtype: .bool))
    }
    expectRefusal("indexPut: value cannot be converted to type int8_t without overflow: 300") {
      try Tensor([1], dtype: .int8).indexPut([Tensor([true])], Tensor([300]))
    }
    expectRefusal("indexPut: …source and destination dtypes…") {
      try Tensor([1.0]).indexPut([Tensor([0])], Tensor([3]))
    }
    expectRefusal("div_: …single memory location…") {
      let x = try Tensor.ones(1, 3)
      try x.div_(x.select(0, 0))
    }
    expectRefusal("segment_reduce: …must not be negative…") {
      try Tensor([1.0, 2]).segmentReduce(.sum, lengths: Tensor([1, .max]))
    }
  }
}
