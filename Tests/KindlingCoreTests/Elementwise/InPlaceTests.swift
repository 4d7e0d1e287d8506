import Kindling
import Testing
import _TestExpectations

/// Writing into memory that is read at the same time: refused and allowed as in PyTorch.
@Suite struct InPlaceTests {
  @Test func inputsThatOverlapPartlyAreRefused() throws {
    let square = { try Tensor.ones(3, 3) }
    expectRefusal("… refer to a single memory location. Please clone()…") {
      let x = try square()
      try x.copy_(x.t())
    }
    expectRefusal("… refer to a single memory location. Please clone()…") {
      let x = try square()
      try x.add_(x[0])
    }
    expectRefusal("… refer to a single memory location. Please clone()…") {
      let x = try square()
      try x.t().add_(x)
    }
    expectRefusal("… refer to a single memory location. Please clone()…") {
      let x = try Tensor.arange(10, dtype: .float32)
      try x[1..<10].copy_(x[0..<9])
    }
  }

  @Test func sameOrSeparateMemoryIsFine() throws {
    let x = try Tensor.arange(4, dtype: .float32)
    try x.add_(x)
    try x[0..<2].copy_(x[2..<4])
    #expect(try x.toArray(as: Int.self) == [4, 6, 4, 6])
    let square = try Tensor.ones(3, 3)
    try square[0].add_(square[0])
    try square.mul_(square.t().t())
    #expect(try square.sum().item() == 18)
    // Tensors with gaps are not looked into, as PyTorch does not.
    try square[.all, 0..<1].copy_(square[.all, 1..<2])
    #expect(try square[0, 0].item() == 4)
  }

  @Test func sourcesAndIndicesThatOverlapAreRefused() throws {
    let places = Tensor([0, 1, 2, 3]), ones = Tensor([1, 1, 1, 1])
    let forms: [(Tensor, Tensor, Tensor) throws -> Tensor] = [
      { x, i, y in try x.scatter_(0, i, y) }, { x, i, y in try x.scatterAdd_(0, i, y) },
      { x, i, y in try x.scatterReduce_(0, i, y, .prod) },
      { x, i, y in try x.indexAdd_(0, i, y) }, { x, i, y in try x.indexCopy_(0, i, y) },
      { x, i, y in try x.indexReduce_(0, i, y, .prod) }, { x, i, y in try x.indexPut_([i], y) },
      { x, i, y in try x.put_(i, y) },
    ]
    let fills: [(Tensor, Tensor) throws -> Tensor] = [
      { x, i in try x.scatter_(0, i, 1) }, { x, i in try x.indexFill_(0, i, 1) },
    ]
    let x = try Tensor.arange(4)
    let text = "…some elements of the input tensor and the written-to…"
    for form in forms {
      expectRefusal(text) { try form(x, places, x) }
      expectRefusal(text) { try form(x, x, ones) }
      _ = try form(x.clone(), places, x)
    }
    for fill in fills { expectRefusal(text) { try fill(x, x) } }
    #expect(try x.equal(places))
  }

  @Test func aSingleValueMayLieInTheTensor() throws {
    let mask = Tensor([true, false, true, true]), slice = TensorIndex.slice(0, 2)
    let table: [([Float], (Tensor) throws -> Void)] = [
      ([2, 2, 2, 2], { x in try x.fill_(x[1]) }),
      ([2, 2, 2, 2], { x in try x.maskedFill_(mask, x[1]) }),
      ([2, 2, 3, 4], { x in try x.indexFill_(0, Tensor([0, 1]), x[1]) }),
      ([2, 2, 2, 2], { x in try x.indexPut_([mask], x[1..<2]) }),
      ([2, 2, 2, 2], { x in try x.set(mask, to: x[1]) }),
      ([2, 2, 3, 4], { x in try x.set(slice, to: x[1]) }),
      ([2, 2, 3, 4], { x in try x.set(slice, to: x[1..<2]) }),
      ([3, 4, 3, 4], { x in try x.view(2, 2).set(.all, to: x[2..<4]) }),
      ([4, 16, 3, 4], { x in try x[0..<2].ldexp_(x[1..<3]) }),
      ([6, 7, 3, 4], { x in try x[0..<2].addmv_(Tensor.ones(2, 2), x[1..<3]) }),
    ]
    for (i, (expected, write)) in table.enumerated() {
      let x = Tensor([1.0, 2, 3, 4])
      try write(x)
      #expect(try x.toArray(as: Float.self) == expected, "row \(i)")
    }
    expectRefusal("copy_: the size of tensor a (3) must match the size of tensor b (2)…") {
      try Tensor([1.0, 2, 3, 4]).view(2, 2).set(.all, to: Tensor([1.0, 2, 3]))
    }
    // The gradient of the value is that of the elements it was written to.
    let leaf = try Tensor([1.0, 2, 3], requiresGrad: true), y = try leaf * 1
    try y.fill_(y[0]).sum().backward()
    #expect(try leaf.grad?.toArray(as: Float.self) == [3, 0, 0])
  }
}
