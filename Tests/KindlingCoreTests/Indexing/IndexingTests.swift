import Kindling
import Testing

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
    #expect(
      refusal { try dense.scatterAdd_(0, dense.narrow(0, 0, 3), Tensor([10, 20, 30])) }
        .hasPrefix("scatterAdd_: unsupported operation: some elements of the input tensor"))
  }

  /// A part of a tensor of indexes, read where it lies.
  @Test func indexesThatArePartOfATensor() throws {
    let indexes = Tensor([9, 9, 2, 0, 1, 9])
    let x = Tensor([10.0, 20, 30])
    #expect(try x.gather(0, indexes.narrow(0, 2, 3)).toArray(as: Double.self) == [30, 10, 20])
    #expect(try x.indexSelect(0, indexes[2..<4]).toArray(as: Double.self) == [30, 10])
    #expect(refusal { _ = try x.gather(0, indexes) }.contains("index 9 is out of bounds"))
    #expect(refusal { _ = try x.indexSelect(0, indexes[4..<6]) }.contains("index 9 is out of"))
    let far = Tensor((0..<5000).map { $0 == 4321 ? -1 : $0 % 3 })
    #expect(refusal { _ = try x.gather(0, far) }.contains("index -1 is out of bounds"))
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
    #expect(refusal { _ = try t[2] } == "index 2 is out of bounds for dimension 0 with size 2")
    #expect(refusal { _ = try t[0, -4] } == "index -4 is out of bounds for dimension 0 with size 3")
    #expect(refusal { _ = try t[0, 0, 0, 0] } == "too many indices for tensor of dimension 3")
    #expect(refusal { _ = try Tensor(1)[0] }.contains("too many indices for tensor of dimension 0"))
    #expect(
      refusal { _ = try t[[0, 5]] } == "index 5 is out of bounds for dimension 0 with size 2")
    #expect(refusal { _ = try t[.step(0, 1, 0)] }.contains("slice step must be positive"))
    #expect(refusal { _ = try t[.step(nil, nil, -1)] }.contains("slice step must be positive"))
    #expect(refusal { _ = try t[.ellipsis, .ellipsis] }.contains("single ellipsis"))
    #expect(
      refusal { _ = try t[Tensor([0.5])] }.contains("must be long, int, byte or bool tensors"))
    #expect(refusal { _ = try t[[[0], [1, 2]]] }.contains("expected sequence of length 1"))
    #expect(
      refusal { _ = try t[Tensor([true, false, true])] }.contains(
        "the shape of the mask [3] at index 0 does not match the shape of the indexed tensor [2, 3, 4]"
      ))
    #expect(refusal { _ = try t[[0, 1], [0, 1, 2]] }.contains("could not be broadcast together"))
    #expect(
      refusal { try t.indexPut_([Tensor([0])], Tensor([1.5])) }.contains(
        "source and destination dtypes match"))
    #expect(refusal { _ = try t.gather(0, Tensor([0])) }.contains("same number of dimensions"))
    #expect(
      refusal { _ = try Tensor([1, 2, 3]).gather(0, Tensor([5])) }
        == "gather: index 5 is out of bounds for dimension 0 with size 3")
    #expect(
      refusal { _ = try Tensor([1]).gather(0, Tensor([0.5])) }.contains(
        "for index, but got float32"))
    #expect(
      refusal { _ = try t.maskedFill(t, 1) }.contains("expected BoolTensor for mask, but got int64")
    )
    #expect(
      try Tensor([1, 2]).maskedFill(Tensor([true, false]), 5.5).toArray(as: Int.self) == [5, 2])
    #expect(
      refusal { _ = try t.byte().maskedFill(t.gt(1), 300) }
        == "maskedFill: value cannot be converted to type uint8_t without overflow: 300")
    #expect(
      refusal { _ = try t.take(Tensor([24])) }.contains(
        "tried to access index 24 on a tensor of 24 elements"))
  }
}
