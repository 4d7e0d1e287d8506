import Kindling
import Testing
import _TestExpectations

/// Counts drawn after `torch.manual_seed(7)`, and the next uniform number; PyTorch's.
@Suite struct CountDrawsTests {
  private static let rates = [0, 0.3, 1, 4, 9.9, 10, 25, 100.5, 1e4, 3]

  @Test(arguments: [
    (DType.float32, [9943.0, 10094, 9941]), (.float64, [9943, 10094, 9941]),
    (.float16, [9944, 10096, 9944]), (.bfloat16, [9920, 10048, 9920]),
  ])
  func poisson(dtype: DType, large: [Double]) throws {
    let expected: [Double] = [
      0, 0, 0, 8, 3, 14, 36, 113, large[0], 5, 0, 0, 2, 1, 8, 13, 26, 113, large[1], 4, 0, 0, 1, 3,
      10, 14, 29, 92, large[2], 3,
    ]
    let generator = Generator(seed: 7)
    let x = try Tensor(Self.rates, dtype: dtype).repeat(3)
    #expect(try x.poisson(generator: generator).toArray(as: Double.self) == expected)
    #expect(
      try Tensor.rand(1, generator: generator).item(as: Float.self) == 0.614_010_393_619_537_4)
  }

  @Test(arguments: [DType.float32, .float64])
  func binomial(dtype: DType) throws {
    let count = try Tensor([10, 3, 100, 1000, 50, 0, 7.5, 40, 1e5, 25], dtype: dtype).repeat(3)
    let prob = try Tensor([0.5, 0.2, 0.3, 0.9, 0.77, 0.4, 1, 0.25, 0.123, 0.61], dtype: dtype)
      .repeat(3)
    let generator = Generator(seed: 7)
    #expect(
      try Tensor.binomial(count, prob, generator: generator).toArray(as: Double.self) == [
        7, 1, 21, 910, 37, 0, 7.5, 10, 12343, 18, 4, 0, 31, 888, 36, 0, 7.5, 13, 12340, 16, 7, 0,
        36, 892, 41, 0, 7.5, 8, 12263, 13,
      ])
    #expect(
      try Tensor.rand(1, generator: generator).item(as: Float.self) == 0.828_678_846_359_252_9)
  }

  /// Draws follow the elements in row-major order, however they lie in memory.
  @Test func orderOfDraws() throws {
    let rates = try Tensor.arange(1.0, 13).view(3, 4).t()
    #expect(
      try rates.poisson(generator: Generator(seed: 7)).toArray(as: Double.self) == [
        0, 9, 3, 1, 11, 18, 2, 3, 13, 4, 6, 9,
      ])
  }

  @Test func edgesAndRefusals() throws {
    func draw(_ n: Double, _ p: Double) throws -> Double {
      try Tensor.binomial(Tensor([n]), Tensor([p])).item()
    }
    #expect(try draw(-1, 0.5) == 0)
    #expect(try draw(5, 1.5) == 5)
    #expect(try draw(5, .nan).isNaN)
    #expect(try draw(.nan, 0.5).isNaN)
    #expect(try Tensor.binomial(Tensor([10.0, 3]), Tensor(0.5)).shape == [2])
    expectRefusal("poisson: …not implemented for 'Long'") { try Tensor([3]).poisson() }
    for bad in [-1.0, .nan] {
      expectRefusal("…rate to be non-negative…") { try Tensor([bad]).poisson() }
    }
    expectRefusal("binomial: binomial only supports float32 and float64 for count, got int64") {
      try Tensor.binomial(Tensor([1]), Tensor([0.5]))
    }
    expectRefusal("binomial: Found dtype float64 of prob but expected float32") {
      try Tensor.binomial(Tensor([1.0]), Tensor([0.5], dtype: .float64))
    }
    let x = try Tensor([1.0], requiresGrad: true)
    let y = try x.poisson()
    #expect(y.gradFn?.name == "PoissonBackward0")
    try y.backward()
    #expect(try x.grad?.item() == 0)
  }
}
