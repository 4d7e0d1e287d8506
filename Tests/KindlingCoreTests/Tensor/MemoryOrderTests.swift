import Kindling
import Testing
import _TestExpectations

/// Strides of results are PyTorch's, for the operators of its database and inputs that lie
/// transposed, rotated, channels last and with gaps; and random numbers follow memory.
@Suite struct MemoryOrderTests {
  @Test(arguments: try ConformanceSuite.names(in: Golden.path("conformance")))
  func stridesOfResults(name: String) throws {
    let order = try MemoryOrder(Golden.path("memory_order.json"))
    let suite = try ConformanceSuite(name, in: Golden.path("conformance"))
    let differences = try order.differences(in: suite)
    #expect(differences.isEmpty, "\(differences.count)\n\(differences.joined(separator: "\n"))")
  }

  private static let draws: [(String, [Double], @Sendable (Tensor) throws -> Tensor)] = [
    ("dropout", [0, 0, 0, 0, 0, 20, 6, 14, 22, 0, 16, 24], { try F.dropout($0, p: 0.5) }),
    ("rand", [0.496257, 0.307423, 0.455628, 0.768222], { try Tensor.rand(like: $0) }),
    ("randn", [1.540996, -1.084522, -0.719258, -0.293429], { try Tensor.randn(like: $0) }),
    ("randint", [8, 7, 1, 0, 6, 0, 2, 7, 8, 6, 1, 2], { try Tensor.randint(like: $0, 0, 9) }),
    ("multinomial", [2, 1, 0, 2, 1, 0, 1, 2, 0, 2, 1, 0], { try $0.multinomial(3) }),
    ("exponential", [3.508326, 1.035705, 0.870698], { try $0.clone().exponential_() }),
    (
      "alphaDropout", [-0.779194, -0.779194, -0.779194, -0.779194, -0.779194, 9.643243],
      { try F.alphaDropout($0, p: 0.5, training: true) }
    ),
    ("rrelu", [-0.327094, -1.362312, -1.986343], { try F.rrelu(-$0, training: true) }),
    ("gumbelSoftmax", [5.8e-05, 0.009072, 0.99087], { try F.gumbelSoftmax($0) }),
    ("bernoulli", [0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1], { try ($0 / 13).bernoulli() }),
    ("normal", [2.540996, 4.706571, 6.821211], { try Tensor.normal($0, 1) }),
    ("bernoulli_", [0, 1, 1, 0, 0, 1, 1, 1, 1], { try $0.clone().bernoulli_($0 / 13) }),
  ]

  @Test(arguments: draws.map(\.0))
  func drawsOfTransposedTensors(name: String) throws {
    let (_, expected, draw) = try #require(Self.draws.first { $0.0 == name })
    try withDefaultGenerator(Generator(seed: 0)) {
      let result = try draw(Tensor.arange(1.0, 13.0).view(3, 4).t())
      let first = try result.flatten().toArray(as: Double.self).prefix(expected.count)
      expectClose(first, expected, atol: 2e-6)
    }
  }

  @Test func formatsAreRequests() throws {
    let x = try Tensor.arange(120.0).view(2, 3, 4, 5)
    let last = try x.contiguous(memoryFormat: .channelsLast)
    #expect(last.strides == [60, 1, 15, 3])
    #expect(last.isContiguous(memoryFormat: .channelsLast) && !last.isContiguous)
    #expect(try last.equal(x))
    #expect(try last.clone().strides == last.strides)
    #expect(try last.clone(memoryFormat: .contiguous).strides == x.strides)
    #expect(try Tensor.zeros(like: last, memoryFormat: .contiguous).strides == x.strides)
    #expect(try x.to(memoryFormat: .channelsLast).strides == last.strides)
    #expect(try last.to(memoryFormat: .channelsLast) === last)
    #expect(try last.to(.float64).strides == last.strides)
    expectRefusal("clone: required rank 4 tensor to use channelsLast format, got shape [3, 4, 5]") {
      try x.select(0, 0).contiguous(memoryFormat: .channelsLast)
    }
  }

  @Test func gradientsLieLikeTheirLeaves() throws {
    let x = try Tensor.rand(3, 4).t().requiresGrad_()
    try x.contiguous().mul(2).sum().backward()
    #expect(x.grad?.strides == [1, 4])
  }

  @Test func indexingWithTensorsIsAnElementwiseOperation() throws {
    let x = try Tensor.arange(120.0).view(2, 3, 4, 5)
    let i = Tensor([0, 1, 0]), j = try Tensor([[0, 2]])
    let cases: [(String, Tensor, [Int])] = [
      ("rows", try x.permute(3, 2, 1, 0)[i], [24, 1, 4, 12]),
      ("columns", try x.permute(3, 2, 1, 0)[.all, i], [1, 15, 5, 45]),
      ("apart", try x.permute(3, 2, 1, 0)[i, .all, i], [8, 1, 4]),
      ("wide", try x.transpose(0, 3)[.all, j], [1, 40, 20, 5, 40]),
      ("channels last", try x.contiguous(memoryFormat: .channelsLast)[i], [60, 1, 15, 3]),
      ("transposed index", try Tensor.arange(5.0)[Tensor([[0, 1], [2, 3]]).t()], [1, 2]),
      (
        "mask", try x.permute(3, 2, 1, 0)[.all, .all, Tensor([true, false, true])], [1, 10, 5, 40]
      ),
    ]
    for (name, result, strides) in cases { #expect(result.strides == strides, "\(name)") }
  }
}
