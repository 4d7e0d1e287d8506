import Kindling
import Testing
import _TestExpectations

/// Masks of several dimensions among other indices; every value is PyTorch's.
@Suite struct MixedIndexTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let indices: @Sendable () throws -> [any TensorIndexing]
    let shape: [Int]
    let values: [Int]

    init(
      _ description: String, _ shape: [Int], _ values: [Int],
      _ indices: @escaping @Sendable () throws -> [any TensorIndexing]
    ) {
      self.description = description
      self.indices = indices
      self.shape = shape
      self.values = values
    }
  }

  static func mask() throws -> Tensor { try Tensor([[true, false], [false, true]]) }
  static func cube() throws -> Tensor {
    try Tensor([[[true, false], [false, true]], [[false, false], [true, true]]])
  }

  static let cases = [
    Case("mask, tensor", [2, 2], [2, 3, 12, 13]) { [try mask(), Tensor([1, 0])] },
    Case("mask, array, integer", [2], [2, 12]) { [try mask(), [1, 0], 0] },
    Case("slice, mask, tensor", [2, 2], [0, 7, 8, 15]) {
      [.slice(nil, nil) as TensorIndex, try mask(), Tensor([0, 1])]
    },
    Case("mask, true", [2, 2, 2], [0, 1, 2, 3, 12, 13, 14, 15]) { [try mask(), true] },
    Case("mask, slice", [2, 1, 2], [2, 3, 14, 15]) { [try mask(), 1...] },
    Case("mask, newAxis, integer", [2, 1, 2], [2, 3, 14, 15]) {
      [try mask(), TensorIndex.newAxis, 1]
    },
    Case("mask, mask", [2], [0, 15]) { [try mask(), try mask()] },
    Case("ellipsis, mask, tensor", [2, 2], [1, 6, 9, 14]) {
      [TensorIndex.ellipsis, try mask(), Tensor([1, 0])]
    },
    Case("tensor, mask", [2, 2], [8, 9, 6, 7]) { [Tensor([1, 0]), try mask()] },
    Case("mask of three, tensor", [4], [0, 7, 13, 14]) { [try cube(), Tensor([0, 1, 1, 0])] },
    Case("integer, mask, tensor", [2], [0, 7]) { [0, try mask(), Tensor([0, 1])] },
    Case("newAxis, mask, slice, tensor", [2, 1, 2], [1, 3, 12, 14]) {
      [TensorIndex.newAxis, try mask(), TensorIndex.all, Tensor([1, 0])]
    },
    Case("array, mask, mask", [2], [8, 11]) { [[1], [true, false], try mask()] },
  ]

  static func grid() throws -> Tensor {
    try Tensor.arange(16, dtype: .float64).reshape(2, 2, 2, 2)
  }

  @Test(arguments: cases) func values(_ sample: Case) throws {
    let y = try Self.grid()[sample.indices().map(\.tensorIndex)]
    #expect(y.shape == sample.shape)
    #expect(try y.reshape(-1).toArray(as: Int.self) == sample.values)
  }

  // Element number k of the result has the weight k + 1.
  @Test(arguments: cases) func gradients(_ sample: Case) throws {
    let x = try Self.grid().requiresGrad_()
    let y = try x[sample.indices().map(\.tensorIndex)]
    try y.mul(Tensor.arange(1, y.numel + 1).reshape(y.shape)).sum().backward()
    var expected = [Double](repeating: 0, count: 16)
    for (i, place) in sample.values.enumerated() { expected[place] += Double(i + 1) }
    #expect(try x.grad?.reshape(-1).toArray(as: Double.self) == expected)
  }

  @Test(arguments: cases) func assignment(_ sample: Case) throws {
    let x = try Self.grid(), indices = try sample.indices().map(\.tensorIndex)
    try x.set(indices, to: -1)
    for i in 0..<16 {
      let isChosen = sample.values.contains(i)
      #expect(try x.reshape(-1)[i].item() == (isChosen ? -1 : Double(i)))
    }
    // The values go where reading finds them, and so do their gradients.
    let source = try Tensor.arange(1, sample.values.count + 1, dtype: .float64)
      .reshape(sample.shape).requiresGrad_()
    let base = try Self.grid().requiresGrad_(), y = try base.mul(1)
    try y.set(indices, to: source)
    #expect(try y[indices].equal(source))
    try y.mul(Self.grid()).sum().backward()
    #expect(
      try source.grad?.reshape(-1).toArray(as: Int.self) == sample.values)
    let left = (0..<16).map { sample.values.contains($0) ? 0 : $0 }
    #expect(try base.grad?.reshape(-1).toArray(as: Int.self) == left)
  }

  @Test func assignmentBroadcastsAndConverts() throws {
    let x = try Tensor.zeros(2, 3)
    try x.set(0, to: Tensor.ones(1, 1, 3))
    try x.set(1, 1..., to: Tensor([5, 6]))
    try x.set([1], 0, to: 2.5)
    #expect(try x.tolist(as: [[Double]].self) == [[1, 1, 1], [2.5, 5, 6]])
    try x.set(false, to: 9)
    #expect(try x.sum().item() == 16.5)
    try x.set(true, to: 0)
    #expect(try x.sum().item() == 0)
    expectRefusal(
      "…Index put requires the source and destination dtypes match, got float32 for the destination and int64 for the source."
    ) { try x.set([0], to: Tensor([1, 2, 3])) }
    expectRefusal("copy_: …[2]…") { try x.set(0, to: Tensor.ones(2)) }
    expectRefusal("index 5 is out of bounds for dimension 0 with size 2") { try x.set(5, to: 1) }
    expectRefusal("fill_: value cannot be converted to type uint8_t without overflow: 300") {
      try Tensor.zeros([2], dtype: .uint8).set(0, to: 300)
    }
  }

  @Test func indicesOfOtherTypesAreRefused() throws {
    let x = try Tensor.zeros(2, 3)
    for dtype in [DType.int16, .int8, .float32] {
      expectRefusal("…tensors used as indices must be long, int, byte or bool tensors…") {
        try x[Tensor([0], dtype: dtype)]
      }
    }
    expectRefusal("the shape of the mask [2, 2]…") { try x[try Self.mask()] }
    expectRefusal("too many indices…") { try Tensor.zeros(2, 2)[try Self.mask(), [0]] }
  }

  /// An integer tensor without dimensions selects before masks and others behind a whole dimension.
  @Test func assignmentsWithWholeDimensionsSelectFirst() throws {
    let x = try Tensor.arange(27).reshape(3, 3, 3)
    let mask = Tensor([true, true, true])
    try x.indexPut_([Tensor(-3), nil, mask], Tensor([[[-17], [2], [-2]]]))
    #expect(try x[0].toArray(as: Int.self) == [-17, -17, -17, 2, 2, 2, -2, -2, -2])
    let y = try Tensor.zeros(2, 3, 3)
    try y.indexPut_([Tensor(1), nil, Tensor([0, 2])], Tensor([[1.0, 2], [3, 4], [5, 6]]))
    #expect(try y[1].toArray(as: Int.self) == [1, 0, 2, 3, 0, 4, 5, 0, 6])
  }
}
