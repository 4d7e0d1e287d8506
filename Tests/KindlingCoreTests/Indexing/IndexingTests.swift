import Kindling
import Testing
import _TestExpectations

@Suite struct IndexingTests {
  static func grid() throws -> Tensor { try Tensor.arange(24).view(2, 3, 4) }

  @Test func basicIndexing() throws {
    let t = try IndexingTests.grid()
    #expect(try t[0].shape == [3, 4])
    #expect(try t[-1, 2, 3].item(as: Int.self) == 23)
    #expect(try t[.all, 0].tolist(as: [[Int]].self) == [[0, 1, 2, 3], [12, 13, 14, 15]])
    #expect(try t[.ellipsis, -1].tolist(as: [[Int]].self) == [[3, 7, 11], [15, 19, 23]])
    #expect(try t[0, 1..<3, .newAxis].shape == [2, 1, 4])
    #expect(try t[0, .slice(1, -1)].tolist(as: [[Int]].self) == [[4, 5, 6, 7]])
    #expect(try t[0, 0, .step(0, 10, 2)].toArray(as: Int.self) == [0, 2])
    #expect(try t[0, 0, 1...].toArray(as: Int.self) == [1, 2, 3])
    #expect(try t[0, 0, ..<3].toArray(as: Int.self) == [0, 1, 2])
    #expect(try t[0, 0, 1...2].toArray(as: Int.self) == [1, 2])
    #expect(try t[0, 0, ...1].toArray(as: Int.self) == [0, 1])
    #expect(try t[0, 0, (-3)...].toArray(as: Int.self) == [1, 2, 3])
    #expect(try t[.newAxis, .ellipsis, .newAxis].shape == [1, 2, 3, 4, 1])
    #expect(try t[.ellipsis].shape == [2, 3, 4])
    #expect(try t[5..<9].shape == [0, 3, 4])
    #expect(try t[Tensor(1)].shape == [3, 4])
    #expect(try t[0, .all, 1].gradFn == nil)
    let i = 1
    #expect(try t[i, i + 1].toArray(as: Int.self) == [20, 21, 22, 23])
  }

  @Test func advancedIndexing() throws {
    let t = try IndexingTests.grid()
    #expect(try t[[1, 0, 1]].shape == [3, 3, 4])
    #expect(
      try t[[0, 1], [2, -1]].tolist(as: [[Int]].self) == [[8, 9, 10, 11], [20, 21, 22, 23]])
    // Adjacent index tensors stay in place, separated ones come first.
    #expect(try t[.all, [0, 2], [1, 3]].tolist(as: [[Int]].self) == [[1, 11], [13, 23]])
    #expect(try t[[0, 1], .all, [1, 3]].tolist(as: [[Int]].self) == [[1, 5, 9], [15, 19, 23]])
    #expect(try t[0, .all, [1, 3]].tolist(as: [[Int]].self) == [[1, 3], [5, 7], [9, 11]])
    #expect(try t[.all, 1..<3, Tensor([[0], [3]])].shape == [2, 2, 2, 1])
    #expect(try t[t.gt(20)].toArray(as: Int.self) == [21, 22, 23])
    #expect(try t[Tensor([false, true])].shape == [1, 3, 4])
    #expect(try t[.all, [true, false, true], 0].tolist(as: [[Int]].self) == [[0, 8], [12, 20]])
    #expect(try t[true].shape == [1, 2, 3, 4])
    #expect(try t[false].shape == [0, 2, 3, 4])
    #expect(try t[[Int]()].shape == [0, 3, 4])
    #expect(try t[[[0, 1], [1, 0]], 0, 0].tolist(as: [[Int]].self) == [[0, 12], [12, 0]])
    #expect(try t.transpose(0, 2)[[3, 0], 1].tolist(as: [[Int]].self) == [[7, 19], [4, 16]])
  }

  @Test func writingThroughViews() throws {
    let t = try Tensor.zeros(3, 3, dtype: .int64)
    try t[.all, 1].fill_(5)
    try t[0].copy_(Tensor([1, 2, 3]))
    try t[2, 2].fill_(9)
    #expect(try t.tolist(as: [[Int]].self) == [[1, 2, 3], [0, 5, 0], [0, 5, 9]])
    try t.indexPut_([Tensor([0, 1]), Tensor([0, 1])], Tensor(7))
    try t.maskedFill_(t.eq(0), -1)
    #expect(try t.tolist(as: [[Int]].self) == [[7, 2, 3], [-1, 7, -1], [-1, 5, 9]])
    let sum = try Tensor.zeros(3).indexPut(
      [Tensor([1, 1, 2])], Tensor([1.0, 2, 4]), accumulate: true)
    #expect(try sum.toArray(as: Float.self) == [0, 3, 4])
  }

  @Test func gathering() throws {
    let x = try Tensor([[1, 2], [3, 4]])
    #expect(
      try x.gather(1, Tensor([[0, 0], [1, 0]])).tolist(as: [[Int]].self) == [[1, 1], [4, 3]])
    #expect(try x.scatter(0, Tensor([[1, 0]]), 9).tolist(as: [[Int]].self) == [[1, 9], [9, 4]])
    #expect(
      try Tensor.zeros(2, 3, dtype: .int64).scatter(1, Tensor([[2], [0]]), x).tolist(
        as: [[Int]].self)
        == [[0, 0, 1], [3, 0, 0]])
    #expect(
      try x.scatterAdd(1, Tensor([[0, 0], [1, 1]]), x).tolist(as: [[Int]].self) == [
        [4, 2], [3, 11],
      ])
    // Indexes that repeat along the dimensions behind.
    let table = try Tensor.arange(24).reshape(4, 3, 2), lines = try Tensor([3, 0, 3]).view(3, 1, 1)
    let spread = try lines.expand(3, 3, 2)
    #expect(try table.gather(0, spread).equal(table.indexSelect(0, Tensor([3, 0, 3]))))
    #expect(try table.gather(0, spread).equal(table.gather(0, spread.contiguous())))
    let part = try lines.expand(3, 2, 1)
    #expect(try table.gather(0, part).equal(table.gather(0, part.contiguous())))
    #expect(
      try Tensor.zeros(4, 3, 2, dtype: .int64).scatterAdd(0, spread, table)
        .equal(Tensor.zeros(4, 3, 2, dtype: .int64).scatterAdd(0, spread.contiguous(), table)))
    let onehot = try Tensor.zeros(3, dtype: .float32).scatter_(0, Tensor(1), 1)
    #expect(try onehot.toArray(as: Int.self) == [0, 1, 0])
    #expect(try x.take(Tensor([3, -4])).toArray(as: Int.self) == [4, 1])
    #expect(try x.t().put(Tensor([1]), Tensor([8])).tolist(as: [[Int]].self) == [[1, 8], [2, 4]])
    #expect(try x.takeAlongDim(Tensor([[1], [0]]), dim: 1).tolist(as: [[Int]].self) == [[2], [3]])
    #expect(try x.maskedSelect(x.gt(2)).toArray(as: Int.self) == [3, 4])
    #expect(
      try x.maskedScatter(x.gt(2), Tensor([7, 8, 9])).tolist(as: [[Int]].self) == [
        [1, 2], [7, 8],
      ])
    #expect(try x.gt(1).nonzero().tolist(as: [[Int]].self) == [[0, 1], [1, 0], [1, 1]])
    #expect(try Tensor(1).nonzero().shape == [1, 0])
    #expect(
      try x.nonzeroAsTuple().map { try $0.toArray(as: Int.self) } == [[0, 0, 1, 1], [0, 1, 0, 1]])
    #expect(
      try x.indexAdd(1, Tensor([0, 0]), x, alpha: 10).tolist(as: [[Int]].self) == [
        [31, 2], [73, 4],
      ])
    #expect(
      try x.indexCopy(0, Tensor([1]), Tensor([[7, 8]])).tolist(as: [[Int]].self) == [
        [1, 2], [7, 8],
      ])
    #expect(try x.indexFill(1, Tensor([1]), 0).tolist(as: [[Int]].self) == [[1, 0], [3, 0]])
  }

  /// Indices in memory with gaps that is written to are read before anything is written; without
  /// gaps they are refused.
  @Test func indicesInTheTargetItself() throws {
    func column(_ elements: [Int]) throws -> Tensor {
      try Tensor.stack([Tensor(elements), Tensor(elements)], dim: 1).select(1, 0)
    }
    let x = try column([4, 3, 2, 1, 0])
    try x.scatter_(0, x, Tensor([9, 9, 9, 9, 1_000_000]))
    #expect(try x.toArray(as: Int.self) == [1_000_000, 9, 9, 9, 9])
    let y = try column([1, 2, 0])
    try y.indexAdd_(0, y, Tensor([100, 200, 300]))
    #expect(try y.toArray(as: Int.self) == [301, 102, 200])
    let z = try column([2, 0, 1, 5])
    try z.scatterAdd_(0, z.narrow(0, 0, 3), Tensor([10, 20, 30]))
    #expect(try z.toArray(as: Int.self) == [22, 30, 11, 5])
    let dense = Tensor([2, 0, 1, 5])
    expectRefusal("scatterAdd_: unsupported operation: some elements of the input tensor…") {
      try dense.scatterAdd_(0, dense.narrow(0, 0, 3), Tensor([10, 20, 30]))
    }
  }

  /// A part of a tensor of indexes, read where it lies.
  @Test func indexesThatArePartOfATensor() throws {
    let indexes = Tensor([9, 9, 2, 0, 1, 9])
    let x = Tensor([10.0, 20, 30])
    #expect(try x.gather(0, indexes.narrow(0, 2, 3)).toArray(as: Double.self) == [30, 10, 20])
    #expect(try x.indexSelect(0, indexes[2..<4]).toArray(as: Double.self) == [30, 10])
    expectRefusal("gather: index 9 is out of bounds…") { try x.gather(0, indexes) }
    expectRefusal("indexSelect: index 9 is out of…") { try x.indexSelect(0, indexes[4..<6]) }
    let far = Tensor((0..<5000).map { $0 == 4321 ? -1 : $0 % 3 })
    expectRefusal("gather: index -1 is out of bounds…") { try x.gather(0, far) }
    #expect(try indexes.toArray(as: Int.self) == [9, 9, 2, 0, 1, 9])
  }

  @Test func nodesAndGradients() throws {
    let x = try Tensor.arange(6, dtype: .float64).view(2, 3).requiresGrad_()
    #expect(try x[0].gradFn?.name == "SelectBackward0")
    #expect(try x[.all, 1...].gradFn?.nextFunctions.first??.node.name == "AccumulateGrad")
    #expect(try x[[0, 0], [1, 1]].gradFn?.name == "IndexBackward0")
    try (x[[0, 0], [1, 1]].sum() + x[x.gt(3)].sum() + x[1, .step(nil, nil, 2)].mul(10).sum())
      .backward()
    #expect(try x.grad?.tolist(as: [[Double]].self) == [[0, 2, 0], [10, 1, 11]])
  }

  @Test func whatCannotBeIndexedSaysSo() throws {
    let t = try IndexingTests.grid()
    expectRefusal("index 2 is out of bounds for dimension 0 with size 2") { try t[2] }
    expectRefusal("index -4 is out of bounds for dimension 0 with size 3") { try t[0, -4] }
    expectRefusal("too many indices for tensor of dimension 3") { try t[0, 0, 0, 0] }
    expectRefusal("too many indices for tensor of dimension 0") { try Tensor(1)[0] }
    expectRefusal("index 5 is out of bounds for dimension 0 with size 2") { try t[[0, 5]] }
    expectRefusal("slice: slice step must be positive, but got 0") { try t[.step(0, 1, 0)] }
    expectRefusal("slice: slice step must be positive, but got -1") { try t[.step(nil, nil, -1)] }
    expectRefusal("…single ellipsis…") { try t[.ellipsis, .ellipsis] }
    expectRefusal("…must be long, int, byte or bool tensors…") { try t[Tensor([0.5])] }
    expectRefusal("Tensor: expected sequence of length 1…") { try t[[[0], [1, 2]]] }
    expectRefusal(
      "the shape of the mask [3] at index 0 does not match the shape of the indexed tensor [2, 3, 4]…"
    ) { try t[Tensor([true, false, true])] }
    expectRefusal("…could not be broadcast together…") { try t[[0, 1], [0, 1, 2]] }
    expectRefusal("indexPut: …source and destination dtypes match…") {
      try t.indexPut_([Tensor([0])], Tensor([1.5]))
    }
    expectRefusal("gather: …same number of dimensions…") { try t.gather(0, Tensor([0])) }
    expectRefusal("gather: index 5 is out of bounds for dimension 0 with size 3") {
      try Tensor([1, 2, 3]).gather(0, Tensor([5]))
    }
    expectRefusal("…for index, but got float32") { try Tensor([1]).gather(0, Tensor([0.5])) }
    expectRefusal("…expected BoolTensor for mask, but got int64…") { try t.maskedFill(t, 1) }
    #expect(
      try Tensor([1, 2]).maskedFill(Tensor([true, false]), 5.5).toArray(as: Int.self) == [5, 2])
    expectRefusal("maskedFill: value cannot be converted to type uint8_t without overflow: 300") {
      try t.byte().maskedFill(t.gt(1), 300)
    }
    expectRefusal("take: out of range: tried to access index 24 on a tensor of 24 elements.") {
      try t.take(Tensor([24]))
    }
  }

  @Test func scatterReductions() throws {
    let x = Tensor([1.0, 2, 3]), index = Tensor([0, 0, 2]), source = Tensor([4.0, 6, 5])
    func reduced(_ reduce: ScatterReduction, _ includeSelf: Bool = true) throws -> [Float] {
      try x.scatterReduce(0, index, source, reduce, includeSelf: includeSelf).toArray()
    }
    #expect(try reduced(.sum) == [11, 2, 8])
    #expect(try reduced(.mean, false) == [5, 2, 5])
    #expect(try reduced(.prod) == [24, 2, 15])
    #expect(try reduced(.amax, false) == [6, 2, 5])
    #expect(try reduced(.amin) == [1, 2, 3])
    #expect(try x.indexReduce(0, index, source, .amax).toArray(as: Float.self) == [6, 2, 5])
    expectRefusal("scatterReduce: index 7 is out of bounds for dimension 0 with size 3") {
      try x.scatterReduce(0, Tensor([7]), source, .sum)
    }
  }

  @Test(arguments: [ScatterReduction.prod, .mean, .amax, .amin])
  func gradientsOfReplacedSlicesNeedWideIndices(reduce: ScatterReduction) throws {
    // PyTorch's gradient fills the replaced slices, and a fill takes int64 alone.
    for (dtype, includeSelf) in [(DType.int32, true), (.int32, false), (.int64, false)] {
      let x = try Tensor([[1.0, 2, 3], [4, 5, 6]], requiresGrad: true)
      let y = try x.indexReduce(
        1, Tensor([0, 0]).to(dtype), Tensor([[2.0, 2], [2, 2]]), reduce, includeSelf: includeSelf)
      if dtype == .int32 && !includeSelf {
        expectRefusal("indexFill: expected dtype int64 for index, but got int32") {
          try y.sum().backward()
        }
      } else {
        try y.sum().backward()
        let slope = try #require(x.grad).select(1, 0).toArray(as: Float.self)
        #expect(includeSelf || slope == [0, 0])
      }
    }
  }
}
