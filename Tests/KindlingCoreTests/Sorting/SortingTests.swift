import Kindling
import Testing
import _TestExpectations

@Suite struct SortingTests {
  @Test func sorting() throws {
    let x = try Tensor([[3.0, 1, 2], [5, 6, 4]], requiresGrad: true)
    let (values, indices) = try x.sort()
    #expect(try values.tolist(as: [[Float]].self) == [[1, 2, 3], [4, 5, 6]])
    #expect(try indices.tolist(as: [[Int]].self) == [[1, 2, 0], [2, 0, 1]])
    #expect(values.gradFn?.name == "SortBackward0")
    try values.mul(Tensor([1.0, 10, 100])).sum().backward()
    #expect(try x.grad?.tolist(as: [[Float]].self) == [[100, 1, 10], [10, 100, 1]])
    #expect(
      try x.argsort(dim: 0, descending: true).tolist(as: [[Int]].self) == [[1, 1, 1], [0, 0, 0]])
    #expect(try x.topk(2).values.tolist(as: [[Float]].self) == [[3, 2], [6, 5]])
    #expect(try x.topk(1, dim: 0, largest: false).indices.tolist(as: [[Int]].self) == [[0, 0, 0]])
    #expect(try x.kthvalue(2).values.toArray(as: Float.self) == [2, 5])
    #expect(try Tensor([1, 1, 2, 2, 2, 3]).mode().values.item() == 2)
    #expect(
      try Tensor([Double.nan, 1, Double.infinity]).sort().indices.toArray(as: Int.self) == [
        1, 2, 0,
      ])
    #expect(try Tensor(5.0).sort().values.shape == [])
    #expect(try Tensor(5.0).topk(1).indices.item() == 0)
    #expect(try Tensor.zeros(0, 2).sort(dim: 0).values.shape == [0, 2])
    expectRefusal("topk: selected index k out of range: k is 4, the size is 3") { try x.topk(4) }
    expectRefusal("kthvalue: selected number k out of range for dimension 1…") { try x.kthvalue(0) }
    expectRefusal("mode: …to have non-zero size…") { try Tensor.zeros(0).mode() }
    expectRefusal("sort: dimension out of range…") { try x.sort(dim: 2) }
  }

  /// Small integers, many of them equal: element `i` is `(7i² + 3i) mod k`, every `gap`-th one NaN.
  private func repeating(_ count: Int, _ k: Int, gap: Int? = nil) -> Tensor {
    Tensor(
      (0..<count).map { i in
        gap.map { i % $0 == 0 } ?? false ? Double.nan : Double((7 * i * i + 3 * i) % k)
      })
  }

  /// Which of the equal elements `mode` names follows from the steps of PyTorch's sort.
  @Test(arguments: [(17, 3, 1.0, 1), (40, 5, 0, 6), (200, 7, 0, 119)])
  func modeNamesPyTorchsElement(count: Int, k: Int, value: Double, index: Int) throws {
    let (found, place) = try repeating(count, k).mode()
    #expect(try found.item() == value && place.item() == Double(index))
  }

  @Test func modesOfColumnsAndAmongNaN() throws {
    let columns = try repeating(120, 5).reshape(40, 3).mode(dim: 0)
    #expect(try columns.values.toArray(as: Double.self) == [0, 0, 0])
    #expect(try columns.indices.toArray(as: Int.self) == [0, 0, 6])
    let (value, index) = try repeating(40, 3, gap: 7).mode()
    #expect(try value.item() == 1 && index.item() == 5)
  }

  /// NaN neither precedes nor follows, so rows that hold some stand where PyTorch's sort leaves them.
  @Test func distinctRowsWithNaN() throws {
    let nan = Double.nan
    let (output, inverse, counts) = try repeating(60, 3, gap: 11).reshape(20, 3)
      .uniqueWithInverseAndCounts(dim: 0)
    let expected: [Double] = [
      0, 1, 1, 0, nan, 1, 0, 1, 1, 0, 1, nan, 0, 1, 1, nan, 1, 1, nan, 1, 1, 0, 1, 1, 0, nan, 1, 0,
      1,
      1, 0, 1, nan, 0, 1, 1,
    ]
    let found = try output.toArray(as: Double.self)
    #expect(
      found.count == expected.count
        && zip(found, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
    #expect(
      try inverse.toArray(as: Int.self) == [
        6, 11, 11, 10, 9, 9, 9, 8, 7, 7, 0, 5, 4, 4, 3, 2, 2, 2, 1, 0,
      ])
    #expect(try counts.toArray(as: Int.self) == [2, 1, 3, 1, 2, 1, 1, 2, 1, 3, 1, 2])
  }

  /// Rows that are sorted by digits, and elements that are picked out, against the definition: by
  /// value, NaN last, and by place where values are equal.
  @Test(arguments: [DType.float32, .float64, .float16, .int32, .int64], [false, true])
  func longRows(dtype: DType, descending: Bool) throws {
    let n = 3000, rows = 3
    let special: [Double] =
      dtype.isFloatingPoint ? [.nan, .infinity, -.infinity, 0, -0.0, -.nan, 1e-7, -3] : [0, -3, 7]
    let numbers = (0..<rows * n).map { i in
      i % 7 == 0 ? special[i / 7 % special.count] : Double((i * 7919) % 401 - 200) / 4
    }
    let x = try Tensor(numbers).to(dtype).reshape(rows, n)
    let (values, places) = try x.sort(descending: descending)
    let stored = try x.toArray(as: Double.self)
    func comes(_ a: Double, before b: Double) -> Bool {
      descending ? (a.isNaN ? !b.isNaN : a > b) : (b.isNaN ? !a.isNaN : a < b)
    }
    for row in 0..<rows {
      let line = Array(stored[row * n..<(row + 1) * n])
      let order = line.indices.sorted {
        comes(line[$0], before: line[$1]) || !comes(line[$1], before: line[$0]) && $0 < $1
      }
      #expect(try places.select(0, row).toArray(as: Int.self) == order)
      let found = try values.select(0, row).toArray(as: Double.self)
      #expect(found.map(\.bitPattern) == order.map { line[$0].bitPattern })
    }
    for k in [1, 5, 64, 65, n] {
      let top = try x.topk(k, largest: descending)
      #expect(try top.indices.equal(places.narrow(1, 0, k)), "\(k)")
      let turned = try x.t().topk(k, dim: 0, largest: descending)
      #expect(try turned.indices.equal(places.narrow(1, 0, k).t()), "\(k)")
    }
    #expect(try x.kthvalue(7).indices.equal(x.sort().indices.select(1, 6)))
  }

  /// Integers whose range needs more than the digits of 32 bits, all of them, or a single one.
  @Test(arguments: [
    0..<5, -1000..<1000, -3_000_000_000..<2_000_000_000, Int.min..<Int.max, 7..<8,
    Int.max - 9..<Int.max,
  ])
  func longRowsOfIntegers(range: Range<Int>) throws {
    var random = Numbers(state: 5)
    let numbers = (0..<1000).map { _ in Int.random(in: range, using: &random) }
    for descending in [false, true] {
      let (values, places) = try Tensor(numbers).sort(descending: descending)
      let order = numbers.indices.sorted {
        let (a, b) = (numbers[$0], numbers[$1])
        return descending ? a > b || a == b && $0 < $1 : a < b || a == b && $0 < $1
      }
      #expect(try places.toArray(as: Int.self) == order)
      #expect(try values.toArray(as: Int.self) == order.map { numbers[$0] })
    }
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test func distinctElements() throws {
    let all = try Tensor([3, 1, 3, 2]).uniqueWithInverseAndCounts()
    #expect(try all.output.toArray(as: Int.self) == [1, 2, 3])
    #expect(try all.inverse.toArray(as: Int.self) == [2, 0, 2, 1])
    #expect(try all.counts.toArray(as: Int.self) == [1, 1, 2])
    #expect(
      try Tensor([[1, 2], [0, 5], [1, 2]]).unique(dim: 0).tolist(as: [[Int]].self) == [
        [0, 5], [1, 2],
      ])
    #expect(try Tensor([1, 1, 2, 1]).uniqueConsecutive().toArray(as: Int.self) == [1, 2, 1])
    #expect(try Tensor([Float]()).unique().shape == [0])
    expectRefusal("unique: There are 0 sized dimensions…") { try Tensor.zeros(2, 0).unique(dim: 0) }
  }

  @Test func searching() throws {
    let edges = Tensor([1, 3, 5])
    #expect(try edges.searchsorted(Tensor([0, 3, 6])).toArray(as: Int.self) == [0, 1, 3])
    #expect(
      try edges.searchsorted(Tensor([0, 3, 6]), right: true).toArray(as: Int.self) == [0, 2, 3])
    #expect(try Tensor([[3, 4]]).bucketize(edges, outInt32: true).dtype == .int32)
    #expect(
      try Tensor([1, 2, 3]).isin(Tensor([3, 1])).toArray(as: Bool.self) == [true, false, true])
    #expect(try Tensor([0, 2, 2]).bincount(minlength: 4).toArray(as: Int.self) == [1, 0, 2, 0])
    #expect(
      try Tensor([0, 1, 1]).bincount(weights: Tensor([1.0, 2, 3])).toArray(as: Float.self) == [
        1, 5,
      ])
    #expect(
      try Tensor([1.0, 2, 1]).histc(bins: 4, min: 0, max: 3).toArray(as: Int.self) == [0, 2, 1, 0])
    #expect(try Tensor([5]).unravelIndex([2, 3]).map { try $0.item() } == [1, 2])
    let bytes = try Tensor([[1, 7]], dtype: .uint8).unravelIndex([3, 300])
    #expect(try bytes.map { try $0.toArray(as: Int.self) } == [[0, 0], [1, 7]])
    #expect(bytes.allSatisfy { $0.dtype == .int64 && $0.strides == [4, 2] })
    #expect(try Tensor([Int]()).unravelIndex([0, 3]).map(\.shape) == [[0], [0]])
    expectRefusal(
      "…'shape' cannot have zero dimensions when 'indices' is non-empty, but got [0, 3]"
    ) { try Tensor([1]).unravelIndex([0, 3]) }
    expectRefusal("unravelIndex: the number of elements of shape…") {
      try Tensor([1]).unravelIndex([2, 1 << 62, 4])
    }
    expectRefusal("bincount: …non-negative integral inputs…") { try Tensor([-1]).bincount() }
    expectRefusal("bincount: …larger than any memory") { try Tensor([1 << 61]).bincount() }
    expectRefusal("histc: \"histogram_cpu\" not implemented for 'Long'") { try Tensor([1]).histc() }
    #expect(try edges.searchsorted(Tensor([[1.5, 2]])).tolist(as: [[Int]].self) == [[1, 1]])
  }

  @Test func nothingIsLookedUpInWhateverDtype() throws {
    let none = try Tensor.zeros([2, 3, 0], dtype: .bool)
    let places = try none.bucketize(Tensor([true, false]))
    #expect(places.shape == [2, 3, 0] && places.dtype == .int64)
    expectRefusal("searchsorted: \"searchsorted_out_cpu\" not implemented for 'Bool'") {
      try Tensor([true]).bucketize(Tensor([false, true]))
    }
  }

  @Test func mediansOfNothingAreRefusedInDtypesWithoutNaN() throws {
    for dtype in [DType.bool, .uint8, .int64] {
      let none = try Tensor.zeros([3, 0], dtype: dtype)
      expectRefusal("nanmedian: …to have non-zero size…") { try none.nanmedian() }
    }
    #expect(try Tensor.zeros(3, 0).median().item().isNaN)
  }
}
