import Kindling
import Testing
import _TestExpectations

/// An operation on `[[0, 1, 2], [3, 4, 5]]`, the shape and elements it gives, and its node's name.
struct ViewCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let body: @Sendable (Tensor) throws -> Tensor
  let shape: [Int]
  let elements: [Float]
  let node: String

  init(
    _ name: String, _ shape: [Int], _ elements: [Float], _ node: String,
    _ body: @escaping @Sendable (Tensor) throws -> Tensor
  ) {
    testDescription = name
    self.body = body
    self.shape = shape
    self.elements = elements
    self.node = node
  }
}

@Suite struct ViewsTests {
  static let matrix: @Sendable () throws -> Tensor = {
    try Tensor.arange(6, dtype: .float32).view(2, 3)
  }

  static let cases: [ViewCase] = [
    ViewCase("view", [3, 2], [0, 1, 2, 3, 4, 5], "ViewBackward0") { try $0.view(3, -1) },
    ViewCase("reshape", [6], [0, 1, 2, 3, 4, 5], "ViewBackward0") { try $0.reshape(-1) },
    ViewCase("reshape copies", [6], [0, 3, 1, 4, 2, 5], "UnsafeViewBackward0") {
      try $0.t().reshape(6)
    },
    ViewCase("flatten", [6], [0, 1, 2, 3, 4, 5], "ViewBackward0") { try $0.flatten() },
    ViewCase("unflatten", [2, 3, 1], [0, 1, 2, 3, 4, 5], "ViewBackward0") {
      try $0.unflatten(1, [3, -1])
    },
    ViewCase("t", [3, 2], [0, 3, 1, 4, 2, 5], "TBackward0") { try $0.t() },
    ViewCase("T", [3, 2], [0, 3, 1, 4, 2, 5], "PermuteBackward0") { $0.T },
    ViewCase("mT", [3, 2], [0, 3, 1, 4, 2, 5], "TransposeBackward0") { try $0.mT },
    ViewCase("H", [3, 2], [0, 3, 1, 4, 2, 5], "TransposeBackward0") { try $0.H },
    ViewCase("transpose", [3, 2], [0, 3, 1, 4, 2, 5], "TransposeBackward0") {
      try $0.transpose(0, -1)
    },
    ViewCase("permute", [3, 2], [0, 3, 1, 4, 2, 5], "PermuteBackward0") { try $0.permute(1, 0) },
    ViewCase("movedim", [3, 2], [0, 3, 1, 4, 2, 5], "PermuteBackward0") { try $0.movedim(0, 1) },
    ViewCase("unsqueeze", [2, 1, 3], [0, 1, 2, 3, 4, 5], "UnsqueezeBackward0") {
      try $0.unsqueeze(1)
    },
    ViewCase("squeeze", [3], [0, 1, 2], "SqueezeBackward0") { try $0.narrow(0, 0, 1).squeeze() },
    ViewCase("squeeze dim", [3], [0, 1, 2], "SqueezeBackward1") {
      try $0.narrow(0, 0, 1).squeeze(0)
    },
    ViewCase("squeeze dims", [3], [0, 1, 2], "SqueezeBackward2") {
      try $0.narrow(0, 0, 1).squeeze([0, 1])
    },
    ViewCase("expand", [2, 2, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], "ExpandBackward0") {
      try $0.expand(2, -1, 3)
    },
    ViewCase("repeat", [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], "RepeatBackward0") {
      try $0.repeat(1, 2)
    },
    ViewCase("tile", [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], "RepeatBackward0") {
      try $0.tile(2)
    },
    ViewCase("repeatInterleave", [2, 6], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], "ViewBackward0") {
      try $0.repeatInterleave(2, dim: 1)
    },
    ViewCase(
      "repeatInterleave by tensor", [3, 3], [0, 1, 2, 3, 4, 5, 3, 4, 5], "IndexSelectBackward0"
    ) {
      try $0.repeatInterleave(Tensor([1, 2]), dim: 0)
    },
    ViewCase("select", [2], [2, 5], "SelectBackward0") { try $0.select(1, -1) },
    ViewCase("slice", [2, 2], [0, 2, 3, 5], "SliceBackward0") {
      try $0.slice(1, nil, nil, step: 2)
    },
    ViewCase("narrow", [2, 2], [1, 2, 4, 5], "SliceBackward0") { try $0.narrow(1, -2, 2) },
    ViewCase("split", [2, 1], [2, 5], "SplitBackward0") { try $0.split(2, dim: 1)[1] },
    ViewCase("split sizes", [2, 2], [1, 2, 4, 5], "SplitWithSizesBackward0") {
      try $0.split([1, 2], dim: 1)[1]
    },
    ViewCase("chunk", [1, 3], [3, 4, 5], "SplitBackward0") { try $0.chunk(2)[1] },
    ViewCase("unbind", [2], [1, 4], "UnbindBackward0") { try $0.unbind(1)[1] },
    ViewCase("tensorSplit", [2, 2], [0, 1, 3, 4], "SliceBackward0") {
      try $0.tensorSplit(2, dim: 1)[0]
    },
    ViewCase("unfold", [2, 2, 2], [0, 1, 1, 2, 3, 4, 4, 5], "UnfoldBackward0") {
      try $0.unfold(1, 2, 1)
    },
    ViewCase("diagonal", [2], [1, 5], "DiagonalBackward0") { try $0.diagonal(offset: 1) },
    ViewCase("diag", [2], [0, 4], "DiagonalBackward0_copy") { try $0.diag() },
    ViewCase("diagEmbed", [2, 2], [0, 0, 0, 3], "DiagEmbedBackward0") {
      try $0.select(1, 0).diag()
    },
    ViewCase("tril", [2, 3], [0, 0, 0, 3, 4, 0], "TrilBackward0") { try $0.tril() },
    ViewCase("triu", [2, 3], [0, 1, 2, 0, 4, 5], "TriuBackward0") { try $0.triu(0).triu(0) },
    ViewCase("cat", [3, 3], [0, 1, 2, 3, 4, 5, 3, 4, 5], "CatBackward0") {
      try Tensor.cat([$0, $0.narrow(0, 1, 1)])
    },
    ViewCase("stack", [2, 2, 3], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], "StackBackward0") {
      try Tensor.stack([$0, $0], dim: 1)
    },
    ViewCase("hstack", [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5], "CatBackward0") {
      try Tensor.hstack([$0, $0])
    },
    ViewCase("flip", [2, 3], [5, 4, 3, 2, 1, 0], "FlipBackward0") { try $0.flip(0, 1) },
    ViewCase("roll", [2, 3], [2, 0, 1, 5, 3, 4], "RollBackward0") { try $0.roll(1, 1) },
    ViewCase("roll flat", [2, 3], [5, 0, 1, 2, 3, 4], "RollBackward0") { try $0.roll(-5) },
    ViewCase("rot90", [3, 2], [2, 5, 1, 4, 0, 3], "Rot90Backward0") { try $0.rot90() },
    ViewCase("asStrided", [2, 2], [1, 3, 2, 4], "AsStridedBackward0") {
      try $0.asStrided([2, 2], [1, 2], storageOffset: 1)
    },
    ViewCase("indexSelect", [3, 3], [3, 4, 5, 0, 1, 2, 3, 4, 5], "IndexSelectBackward0") {
      try $0.indexSelect(0, Tensor([1, 0, 1]))
    },
  ]

  @Test(arguments: cases) func views(_ c: ViewCase) throws {
    let x = try ViewsTests.matrix().requiresGrad_()
    let y = try c.body(x)
    #expect(y.shape == c.shape)
    #expect(try y.toArray(as: Float.self) == c.elements)
    #expect(y.gradFn?.name == c.node)
    // A view only moves elements, so its gradient counts how often each arrives, weighted.
    let weights = try Tensor.arange(1, y.numel + 1, dtype: .float32).view(y.shape)
    try y.backward(weights)
    let g = try #require(x.grad).toArray(as: Float.self)
    var expected = [Float](repeating: 0, count: 6)
    for (i, element) in c.elements.enumerated() where element != 0 {
      expected[Int(element)] += Float(i + 1)
    }
    #expect(Array(g.dropFirst()) == Array(expected.dropFirst()))
  }

  @Test func viewsShareMemory() throws {
    let x = try Tensor.zeros(2, 3)
    try x.t().select(0, 1).fill_(7)
    #expect(try x.toArray(as: Int.self) == [0, 7, 0, 0, 7, 0])
    try x.view(6).slice(0, 4).view(2, 1).squeeze().copy_(Tensor([1, 2]))
    #expect(try x.toArray(as: Int.self) == [0, 7, 0, 0, 1, 2])
    try x.data.T.unbind()[2].zero_()
    #expect(try x.toArray(as: Int.self) == [0, 7, 0, 0, 1, 0])
  }

  @Test func shapesChangeInPlace() throws {
    let x = try ViewsTests.matrix()
    #expect(try x.t_().shape == [3, 2])
    #expect(try x.unsqueeze_(0).shape == [1, 3, 2])
    #expect(try x.transpose_(1, 2).squeeze_().shape == [2, 3])
    #expect(x.isContiguous)
    #expect(try x.unsqueeze_(1).squeeze_(1).toArray(as: Int.self) == [0, 1, 2, 3, 4, 5])
    let y = try ViewsTests.matrix().requiresGrad_().mul(2)
    #expect(try y.t_().gradFn?.name == "TBackward1")
    try y.sum().backward()
  }

  @Test func emptyAndZeroDimensionalTensors() throws {
    let empty = try Tensor.zeros(0, 3)
    #expect(try empty.t().shape == [3, 0])
    #expect(try empty.view(3, 0).shape == [3, 0])
    #expect(try empty.flatten().shape == [0])
    #expect(try empty.flip(0).shape == [0, 3])
    #expect(try Tensor.cat([empty, Tensor.ones(1, 3)]).shape == [1, 3])
    #expect(try Tensor.cat([Tensor.zeros(0), Tensor.ones(1, 3)], dim: 1).shape == [1, 3])
    #expect(try empty.split(2).map(\.shape) == [[0, 3]])
    #expect(try empty.roll(1, 0).shape == [0, 3])
    #expect(try empty.repeat(2, 0).shape == [0, 0])
    let one = Tensor(5)
    #expect(try one.view(1, 1).shape == [1, 1])
    #expect(try one.unsqueeze(-1).shape == [1])
    #expect(try one.squeeze(0).shape == [])
    #expect(one.T.shape == [])
    #expect(try one.expand(2).toArray(as: Int.self) == [5, 5])
    #expect(try one.flatten().shape == [1])
    #expect(try Tensor.stack([one, one]).toArray(as: Int.self) == [5, 5])
    #expect(try one.repeat(2).toArray(as: Int.self) == [5, 5])
    #expect(try one.atleast3d().shape == [1, 1, 1])
    #expect(try one.permute([]).shape == [])
  }

  @Test func grids() throws {
    let (x, y) = (Tensor([1, 2, 3]), Tensor([4, 5]))
    let ij = try Tensor.meshgrid([x, y])
    #expect(try ij[1].tolist(as: [[Int]].self) == [[4, 5], [4, 5], [4, 5]])
    let xy = try Tensor.meshgrid([x, y], indexing: .xy)
    #expect(try xy[0].tolist(as: [[Int]].self) == [[1, 2, 3], [1, 2, 3]])
    #expect(try Tensor.broadcastShapes([[3, 1], [2]]) == [3, 2])
    #expect(try Tensor.cartesianProd([x, y]).shape == [6, 2])
    #expect(try x.combinations().tolist(as: [[Int]].self) == [[1, 2], [1, 3], [2, 3]])
    #expect(
      try y.combinations(2, withReplacement: true).tolist(as: [[Int]].self) == [
        [4, 4], [4, 5], [5, 5],
      ])
    #expect(try y.combinations(3).shape == [0, 3])
    #expect(
      try Tensor.blockDiag([y, x]).tolist(as: [[Int]].self) == [[4, 5, 0, 0, 0], [0, 0, 1, 2, 3]])
  }

  @Test func whatCannotBeDoneSaysSo() throws {
    let x = try ViewsTests.matrix()
    expectRefusal("view: shape '[4]' is invalid for input of size 6") { try x.view(4) }
    expectRefusal("view: only one dimension can be inferred…") { try x.view(-1, -1) }
    expectRefusal("view: invalid shape dimension -2 in [-2, 3]") { try x.view(-2, 3) }
    expectRefusal("view: …Use reshape(...) instead.") { try x.t().view(6) }
    expectRefusal("reshape: …is ambiguous") { try Tensor.zeros(0).reshape(-1, 0) }
    expectRefusal(
      "transpose: dimension out of range (expected to be in range of [-2, 1], but got 2)"
    ) { try x.transpose(0, 2) }
    expectRefusal("permute: …is not equal to len(dims) = 1") { try x.permute(0) }
    expectRefusal("permute: …appears multiple times…") { try x.permute(0, 0) }
    expectRefusal("unsqueeze: …[-3, 2], but got 5…") { try x.unsqueeze(5) }
    expectRefusal("expand: …must match the existing size (2) at non-singleton dimension 0…") {
      try x.expand(4, 3)
    }
    expectRefusal("…must be greater or equal to the number of dimensions…") { try x.expand(3) }
    expectRefusal("index 5 is out of bounds for dimension 0 with size 2") { try x.select(0, 5) }
    expectRefusal("select: …0-dim tensor…") { try Tensor(1).select(0, 0) }
    expectRefusal("…start (2) + length (2) exceeds dimension size (3).") { try x.narrow(1, 2, 2) }
    expectRefusal("split: …to sum exactly to 3…") { try x.split([1, 1], dim: 1) }
    expectRefusal("split: …non-negative…") { try x.split(-1) }
    expectRefusal("chunk: chunk expects `chunks` to be greater than 0, got: 0") { try x.chunk(0) }
    expectRefusal("unfold: maximum size for tensor at dimension 1 is 3 but size is 4") {
      try x.unfold(1, 4, 1)
    }
    expectRefusal("cat: expected a non-empty list of Tensors") { try Tensor.cat([]) }
    expectRefusal(
      "…Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 in the list…"
    ) { try Tensor.cat([x, Tensor.zeros(2, 4)]) }
    expectRefusal("…got [2, 3] at entry 0 and [3, 2] at entry 1") { try Tensor.stack([x, x.t()]) }
    expectRefusal("…require a storage of 9 elements…") { try x.asStrided([3, 3], [3, 1]) }
    expectRefusal("…can not be smaller than number of dimensions of tensor…") { try x.repeat(2) }
    expectRefusal("repeat: …larger than any memory") { try x.repeat(1 << 62, 1 << 62) }
    expectRefusal("mT: …Got 1-D tensor…") { try Tensor([1, 2]).mT }
    expectRefusal("indexSelect: index 2 is out of bounds for dimension 0 with size 2") {
      try x.indexSelect(0, Tensor([2]))
    }
    expectRefusal("indexSelect: expected dtype int32 or int64 for index, but got float32") {
      try x.indexSelect(0, Tensor([0.5]))
    }
    expectRefusal("…leaf Variable that requires grad…") { try x.requiresGrad_().t_() }
  }

  /// Every view is an object, and Swift ends the process where there is no memory for one.
  @Test func refusesMoreViewsThanFit() throws {
    let one = try Tensor.ones(1).requiresGrad_()
    // Half of the memory fits at 512 bytes each, which is less than a view with its graph takes.
    let count = MemoryPool.limit / 1024
    let many = try one.expand([count]), none = try one.narrow(0, 0, 0)
    let calls: [(name: String, call: () throws -> [Tensor])] = [
      ("split", { try many.split(1) }),
      ("split", { try many.chunk(count) }),
      ("chunk", { try none.chunk(count) }),
      ("unbind", { try many.unbind() }),
      ("tensorSplit", { try one.tensorSplit(count) }),
      ("tensorSplit", { try many.hsplit(count) }),
    ]
    for (name, call) in calls {
      expectRefusal(
        "\(name): a list of \(count) entries is larger than half of the memory there is"
      ) { try call() }
    }
  }

  /// Results that were collected one by one have no memory behind their last element.
  @Test func collectedResultsEndWithTheirLastElement() throws {
    let x = Tensor([1.0, 2, 0, 3, 3])
    let results = [
      try x.nonzero(), try x.uniqueWithInverseAndCounts(dim: 0).counts,
      try x.uniqueConsecutive(), try x.combinations(), try x.maskedSelect(x.gt(0)),
    ]
    for y in results {
      #expect(try y.asStrided([y.numel], [1]).numel == y.numel)
      expectRefusal("…require a storage of…") { try y.asStrided([y.numel + 1], [1]) }
    }
  }
}
