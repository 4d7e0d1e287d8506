import Kindling
import Testing
import _TestExpectations

/// What reductions, scans and searches take and refuse, as PyTorch does.
@Suite struct ReductionTests {
  // MARK: Lists of dimensions

  struct Reduction: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Tensor, Bool) throws -> Tensor
    init(_ name: String, _ function: @escaping @Sendable (Tensor, Bool) throws -> Tensor) {
      (testDescription, self.function) = (name, function)
    }
  }

  @Test(arguments: [
    Reduction("any") { try $0.any(dims: [], keepdim: $1) },
    Reduction("all") { try $0.all(dims: [], keepdim: $1) },
    Reduction("masked.prod") { try Masked.prod($0, dims: [], keepdim: $1) },
  ])
  func emptyListsThatReduceNothing(reduction: Reduction) throws {
    for shape in [[2, 3], [], [0, 3], [1]] {
      for keepdim in [false, true] {
        #expect(try reduction.function(Tensor.ones(shape), keepdim).shape == shape)
      }
    }
    #expect(try Tensor([0.0, 2]).any(dims: []).toArray(as: Bool.self) == [false, true])
    #expect(try Tensor([0, 2], dtype: .uint8).all(dims: []).toArray(as: Int.self) == [0, 1])
  }

  @Test(arguments: [
    Reduction("sum") { try $0.sum(dims: [], keepdim: $1) },
    Reduction("nansum") { try $0.nansum(dims: [], keepdim: $1) },
    Reduction("mean") { try $0.mean(dims: [], keepdim: $1) },
    Reduction("nanmean") { try $0.nanmean(dims: [], keepdim: $1) },
    Reduction("var") { try $0.var(dims: [], keepdim: $1) },
    Reduction("stdMean") { try $0.stdMean(dims: [], keepdim: $1).mean },
    Reduction("amax") { try $0.amax(dims: [], keepdim: $1) },
    Reduction("amin") { try $0.amin(dims: [], keepdim: $1) },
    Reduction("norm") { try $0.norm(dims: [], keepdim: $1) },
    Reduction("logsumexp") { try $0.logsumexp(dims: [], keepdim: $1) },
    Reduction("masked.sum") { try Masked.sum($0, dims: [], keepdim: $1) },
    Reduction("masked.norm") { try Masked.norm($0, dims: [], keepdim: $1) },
  ])
  func emptyListsThatReduceAll(reduction: Reduction) throws {
    #expect(try reduction.function(Tensor.ones(2, 3), false).shape == [])
    #expect(try reduction.function(Tensor.ones(2, 3), true).shape == [1, 1])
  }

  // MARK: Dtypes

  @Test(arguments: [DType.int8, .int16, .int32, .int64, .uint8])
  func scansOfEveryIntegerType(dtype: DType) throws {
    let x = Tensor([100, 100, 3])
    #expect(try x.cumsum(dim: 0, dtype: dtype).dtype == dtype)
    #expect(try x.cumsum(dim: 0, dtype: dtype).equal(Tensor([100, 200, 203]).to(dtype)))
    #expect(try x.cumprod(dim: 0, dtype: dtype).equal(Tensor([100, 10000, 30000]).to(dtype)))
    #expect(try x.to(dtype).cumsum(dim: 0).dtype == .int64)
    let y = try Tensor([1, 2, 3]).to(dtype)
    #expect(try y.cumsum_(dim: 0).equal(Tensor([1, 3, 6]).to(dtype)))
  }

  @Test func scansOfBools() throws {
    #expect(try Tensor([true, true]).cumsum(dim: 0).toArray(as: Int.self) == [1, 2])
    #expect(
      try Tensor([true, true]).cumsum(dim: 0, dtype: .int8).equal(Tensor([1, 2], dtype: .int8)))
    #expect(try Tensor([true, false]).cumprod(dim: 0, dtype: .float64).dtype == .float64)
    expectRefusal("cumsum: \"cumsum\" not implemented for 'Bool'") {
      try Tensor([1]).cumsum(dim: 0, dtype: .bool)
    }
    expectRefusal("cumprod: \"cumprod\" not implemented for 'Bool'") {
      try Tensor([1]).cumprod(dim: 0, dtype: .bool)
    }
  }

  /// A result of integers would end the graph without a word.
  @Test(arguments: [
    Reduction("sum") { x, _ in try x.sum(dtype: .int16) },
    Reduction("sum, bool") { x, _ in try x.sum(dtype: .bool) },
    Reduction("nansum") { x, _ in try x.nansum(dtype: .int64) },
    Reduction("prod") { x, _ in try x.prod(dtype: .int32) },
    Reduction("cumsum") { x, _ in try x.cumsum(dim: 0, dtype: .uint8) },
    Reduction("cumprod") { x, _ in try x.cumprod(dim: 0, dtype: .int64) },
    Reduction("masked.sum") { x, _ in try Masked.sum(x, dtype: .int64) },
    Reduction("masked.prod") { x, _ in try Masked.prod(x, dtype: .int64) },
  ])
  func integersOfWhatRequiresAGradient(reduction: Reduction) throws {
    let x = try Tensor([1.0, 2], requiresGrad: true)
    expectRefusal("…Autograd not support dtype…") { try reduction.function(x, false) }
    #expect(try !reduction.function(x.detach(), false).requiresGrad)
    #expect(try noGrad { try reduction.function(x, false) }.requiresGrad == false)
  }

  @Test func whatPyTorchRefuses() {
    expectRefusal("nanmean: expected input to have floating point…") { try Tensor([1]).nanmean() }
    expectRefusal("…could not infer output dtype…") { try Tensor([1.0]).nanmean(dtype: .int64) }
    expectRefusal("frac: \"frac_cpu\" not implemented for 'Long'") { try Tensor([1]).frac() }
    expectRefusal("lerp: \"lerp_kernel_scalar\" not implemented for 'Long'") {
      try Tensor([1]).lerp(Tensor([2]), weight: 1)
    }
    expectRefusal("lerp: \"lerp_kernel_tensor\" not implemented for 'Long'") {
      try Tensor([1]).lerp(Tensor([2]), weight: Tensor([1]))
    }
    expectRefusal("topk: topk does not support bool dtypes on CPU") { try Tensor([true]).topk(1) }
    expectRefusal("kthvalue: \"kthvalue_cpu\" not implemented…") { try Tensor([true]).kthvalue(1) }
    expectRefusal("isin: Unsupported input type…") { try Tensor([true]).isin(Tensor([true])) }
    expectRefusal("isin: Unsupported input type…") { try Tensor([1]).isin(Tensor([true])) }
    expectRefusal("bincount: bincount only supports 1-d…") { try Tensor([true]).bincount() }
    expectRefusal("searchsorted: \"searchsorted_out_cpu\" not implemented for 'Bool'") {
      try Tensor([true]).searchsorted(Tensor([true]))
    }
    expectRefusal("…\"ldexp_cpu_exp\" not implemented…") { try Tensor([1.0]).ldexp(Tensor([true])) }
    expectRefusal("unique: Dimension specified as 0 but…") { try Tensor(3).unique(dim: 0) }
    expectRefusal("…Dimension specified as -1 but…") { try Tensor(3).uniqueConsecutive(dim: -1) }
    expectRefusal("…floating-point dtypes, got Long") { try Tensor([[1]]).cdist(Tensor([[1]])) }
    expectRefusal("cdist: expected scalar type Float but found Double") {
      try Tensor([[1.0]]).cdist(Tensor([[1.0]]).to(.float64))
    }
    expectRefusal("cross: \"cross\" not implemented for 'Bool'") {
      try Tensor([true, false, true]).cross(Tensor([1.0, 2, 3]))
    }
    expectRefusal("cross: expected scalar type Float but found Long") {
      try Tensor([1.0, 2, 3]).cross(Tensor([1, 2, 3]))
    }
    expectRefusal("norm: …should be floating point or complex, but got Short") {
      try Tensor([1.0]).norm(dtype: .int16)
    }
    expectRefusal("norm: …without narrowing to the specified dtype (Half)") {
      try Tensor([1.0]).norm(dtype: .float16)
    }
    expectRefusal("norm: …Expected a floating point or complex tensor…") {
      try Tensor([1]).norm(dtype: .float32)
    }
    expectRefusal("segment_reduce: lengths must not be negative and add up to 3…") {
      try Tensor([1.0, 2, 3]).segmentReduce(.sum, lengths: Tensor([1, 1]))
    }
    expectRefusal("segment_reduce: offsets must ascend from 0 to 3…") {
      try Tensor([1.0, 2, 3]).segmentReduce(.sum, offsets: Tensor([0, 4]))
    }
    expectRefusal("segment_reduce: \"_segment_reduce_cpu\" not implemented for 'Long'") {
      try Tensor([1]).segmentReduce(.sum, lengths: Tensor([1]))
    }
    expectRefusal("histc: range of [nan, nan] is not finite") { try Tensor([1.0, .nan]).histc() }
  }

  @Test func segmentsBeginWhereTheirOffsetsSay() throws {
    let x = try Tensor([1.0, 2, 3], requiresGrad: true)
    let y = try x.segmentReduce(.sum, offsets: Tensor([1, 3]))
    #expect(try y.toArray(as: Double.self) == [5])
    #expect(y.gradFn?.name == "SegmentReduceBackward0")
    try y.sum().backward()
    #expect(try x.grad?.toArray(as: Double.self) == [0, 1, 1])
  }

  /// Operations that record what they are made of as one node, differentiated twice and written to.
  @Test(arguments: [
    Reduction("cdist") { x, _ in try x.cdist(Tensor([[1.0, 2], [3, 4]], dtype: .float64)) },
    Reduction("renorm") { x, _ in try x.renorm(p: 2, dim: 0, maxnorm: 1) },
    Reduction("ldexp") { x, _ in try x.ldexp(x) },
    Reduction("segmentReduce") { x, _ in try x.segmentReduce(.prod, lengths: Tensor([2])) },
    Reduction("var") { x, _ in try x.var(dim: 1) },
    Reduction("stdMean") { x, _ in try x.stdMean(dims: [0]).deviation },
  ])
  func compositionsAsOneNode(reduction: Reduction) throws {
    let x = try Tensor([[0.5, 1.5], [2, -1]], dtype: .float64, requiresGrad: true)
    expectGradients(at: [x]) { try reduction.function($0[0], false) }
    let y = try reduction.function(x, false)
    try y.mul_(2)
    #expect(y.gradFn?.name == "MulBackward0")
  }

  // MARK: Searching

  /// Elements are compared in the dtype that both promote to.
  @Test func searchesPromote() throws {
    #expect(
      try Tensor([1, 5]).bucketize(Tensor([0.0, 1, 2])).toArray(as: Int.self) == [1, 3])
    let large = Tensor([16_777_217]), edge = Tensor([16_777_216.0])
    #expect(try large.bucketize(edge).item() == 0)
    #expect(try edge.searchsorted(16_777_217).item() == 0)
    #expect(try edge.searchsorted(Tensor([16_777_217.0], dtype: .float64)).item() == 1)
    #expect(try edge.searchsorted(Tensor(16_777_217.0, dtype: .float64)).item() == 0)
    #expect(try large.searchsorted(16_777_216.0).item() == 0)
    #expect(try Tensor([1, 2]).searchsorted(Double.nan).item() == 2)
    #expect(try Tensor([true]).searchsorted(2).item() == 1)
    #expect(try Tensor([200], dtype: .uint8).searchsorted(Tensor([-1], dtype: .int8)).item() == 0)
  }

  /// NaN in a set of floats would all fall into one bucket.
  @Test func manyNaNAreNoSet() throws {
    let x = try Tensor.full([200_000], Double.nan)
    #expect(try x.isin(x).any().item(as: Bool.self) == false)
    #expect(try Tensor([1.0, .nan]).isin(x, invert: true).toArray(as: Bool.self) == [true, true])
  }

  // MARK: Einsum

  @Test func einsumOfIntegersAndBools() throws {
    let b = Tensor([true, false, true]), i = try Tensor([1, 2, 3], dtype: .int16)
    #expect(try Tensor.einsum("a->", i).dtype == .int64)
    #expect(try Tensor.einsum("ab->a", b.unsqueeze(0)).toArray(as: Int.self) == [2])
    #expect(try Tensor.einsum("a,a->a", b, b).equal(b))
    #expect(try Tensor.einsum("a,a->", i, i).equal(Tensor(14, dtype: .int16)))
    #expect(try Tensor.einsum("a,b->", b, b).item() == 4)
    #expect(try Tensor.einsum("a,b->a", b, b).equal(Tensor([2, 0, 2])))
    #expect(try Tensor.einsum("a,b->ab", i, b).dtype == .int16)
    expectRefusal("bmm: …Bool…") { try Tensor.einsum("a,a->", b, b) }
    expectRefusal(
      "bmm: expected m1 and m2 to have the same dtype, but got: int16 != float32; convert one with to(.int16)"
    ) { try Tensor.einsum("a,a->", i, Tensor([1.0, 2, 3])) }
  }

  // MARK: No derivative

  @Test(arguments: [
    Reduction("unique") { x, _ in try x.unique() },
    Reduction("unique of rows") { x, _ in try x.unique(dim: 0) },
    Reduction("uniqueConsecutive") { x, _ in try x.uniqueConsecutive() },
    Reduction("histogram") { x, _ in try x.histogram(bins: 3).hist },
    Reduction("histogramdd") { x, _ in try x.reshape(-1, 1).histogramdd(bins: [3]).hist },
    Reduction("bincount") { x, _ in try Tensor([0, 1]).bincount(weights: x) },
    Reduction("bernoulli") { x, _ in try x.bernoulli(0.5) },
    Reduction("binomial") { x, _ in try Tensor.binomial(x, Tensor([0.5, 0.5])) },
    Reduction("heaviside") { x, _ in try x.heaviside(x) },
  ])
  func operationsWithoutDerivative(reduction: Reduction) throws {
    let x = try Tensor([1.0, 2], requiresGrad: true)
    let y = try reduction.function(x, false)
    #expect(y.requiresGrad)
    expectRefusal("…is not implemented…") { try y.sum().backward() }
    #expect(try !reduction.function(x.detach(), false).requiresGrad)
  }

  @Test func zerosInPlaceOfUnusedGradients() throws {
    let x = try Tensor([1.0, 2], requiresGrad: true), y = try Tensor([3.0], requiresGrad: true)
    for createGraph in [false, true] {
      let unused = try grad(
        of: [x.sum()], withRespectTo: [y], createGraph: createGraph, materializeGrads: true)[0]
      #expect(try unused?.toArray(as: Double.self) == [0])
      #expect(unused?.requiresGrad == createGraph)
    }
  }

  @Test func printedNaNHasNoSign() throws {
    for dtype in [DType.float16, .bfloat16, .float32, .float64] {
      let x = try Tensor([-Double.nan], dtype: dtype)
      #expect(try "\(x.item())" == "nan")
      #expect(try "\(x.item(as: Float.self))" == "nan")
    }
  }

  /// Distances made some rows at a time are those of one row after the other.
  @Test(arguments: [0, 0.5, 1, 3, .infinity])
  func distancesOfManyRows(p: Double) throws {
    let x = try Tensor.randn([2, 70, 40], generator: Generator(seed: 1))
    let y = try Tensor.randn([50, 40], generator: Generator(seed: 2))
    let distances = try x.cdist(y, p: p)
    #expect(distances.shape == [2, 70, 50])
    for (i, j) in [(0, 0), (1, 69), (0, 41), (1, 33)] {
      let expected = try (x[i, j].unsqueeze(0) - y).norm(p: p, dim: -1)
      #expect(try distances[i, j].allclose(expected, rtol: 1e-5, atol: 1e-6))
    }
    #expect(try x.narrow(1, 0, 0).cdist(y, p: p).shape == [2, 0, 50])
    #expect(try x.cdist(y.narrow(0, 0, 0), p: p).shape == [2, 70, 0])
    // Sizes whose products have no number, or no memory, are refused.
    let one = try Tensor.zeros(1, 1)
    for (rows, columns) in [(1 << 31, 2), (1 << 40, 1), (2, 1 << 61)] {
      expectRefusal("…is larger than any memory") {
        let huge = try one.expand([rows, columns])
        _ = try huge.cdist(huge, p: p)
      }
    }
  }

  @Test func noSegmentsHaveAGradientOfZeros() throws {
    let x = try Tensor.ones(3, 2).requiresGrad_()
    let y = try x.segmentReduce(.sum, offsets: Tensor([0]))
    #expect(y.shape == [0, 2])
    try y.sum().backward()
    try expectClose(#require(x.grad), Tensor.zeros(3, 2))
  }
}
