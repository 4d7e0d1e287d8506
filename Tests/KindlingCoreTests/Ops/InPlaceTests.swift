import Kindling
import Testing

/// Writing into memory that is read at the same time: refused and allowed as in PyTorch.
@Suite struct InPlaceTests {
  @Test func inputsThatOverlapPartlyAreRefused() throws {
    let square = { try Tensor.ones(3, 3) }
    let cases: [() throws -> Void] = [
      {
        let x = try square()
        try x.copy_(x.t())
      },
      {
        let x = try square()
        try x.add_(x[0])
      },
      {
        let x = try square()
        try x.t().add_(x)
      },
      {
        let x = try Tensor.arange(10, dtype: .float32)
        try x[1..<10].copy_(x[0..<9])
      },
    ]
    for body in cases {
      #expect(refusal(body).contains("refer to a single memory location. Please clone()"))
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
}
