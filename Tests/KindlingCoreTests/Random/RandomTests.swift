import Kindling
import Testing

@Suite struct RandomTests {
  typealias Refused = (String, () throws -> Void, String)

  /// What is asked for, and what the refusal says.
  @Test func refusals() throws {
    let x = try Tensor.zeros(3), i = try Tensor.zeros(3, dtype: .int64), g = Generator()
    let cases: [Refused] = [
      ("uniform_", { try x.uniform_(1, 0) }, "from=1.0 > to=0.0"),
      ("uniform_", { try x.uniform_(.nan, 1) }, "from=nan is out of bounds for float32"),
      ("uniform_", { try x.uniform_(-3e38, 3e38) }, "to - from"),
      (
        "uniform_", { try x.to(.float16).uniform_(0, 1e6) },
        "to=1000000.0 is out of bounds for float16"
      ),
      ("uniform_", { try i.uniform_() }, "expected a floating point dtype, but got int64"),
      ("normal_", { try x.normal_(0, -1) }, "expects std >= 0.0, but found std -1.0"),
      ("normal_", { try x.normal_(0, .nan) }, "found std nan"),
      ("normal_", { try i.normal_() }, "not implemented for 'Long'"),
      ("exponential_", { try x.exponential_(0) }, "expects lambda > 0.0, but found lambda=0.0"),
      ("exponential_", { try i.exponential_() }, "got int64"),
      ("geometric_", { try x.geometric_(1) }, "expects p to be in (0, 1), but got p=1.0"),
      ("cauchy_", { try x.cauchy_(0, 0) }, "expects sigma > 0.0"),
      ("logNormal_", { try x.logNormal_(0, 0) }, "expects std > 0.0"),
      ("bernoulli_", { try x.bernoulli_(1.5) }, "expects p to be in [0, 1], but got p=1.5"),
      ("bernoulli", { _ = try Tensor([2.0]).bernoulli() }, "but got p=2.0"),
      ("bernoulli", { _ = try i.bernoulli() }, "got int64"),
      ("expand", { try x.bernoulli_(Tensor([0.5, 0.5])) }, "Target sizes: [3]"),
      ("random_", { try x.random_(3, 3) }, "'from' to be less than 'to', but got from=3 >= to=3"),
      ("random_", { try i.to(.int8).random_(300) }, "to - 1 is out of bounds for int8: 299"),
      ("random_", { try i.to(.uint8).random_(-1, 3) }, "from is out of bounds for uint8: -1"),
      ("randint", { _ = try Tensor.randint(3, 3, [2]) }, "got from=3 >= to=3"),
      ("randint", { _ = try Tensor.randint(3, [-2]) }, "negative"),
      ("randperm", { _ = try Tensor.randperm(-1) }, "n must be non-negative, but got -1"),
      (
        "randperm", { _ = try Tensor.randperm(300, dtype: .uint8) },
        "greater than 255 for dtype uint8"
      ),
      ("randperm", { _ = try Tensor.randperm(3000, dtype: .float16) }, "greater than 2048"),
      ("rand", { _ = try Tensor.rand(3, dtype: .int64) }, "got int64"),
      ("randn", { _ = try Tensor.randn(3, dtype: .bool) }, "got bool"),
      ("randn", { _ = try Tensor.randn([Int.max, 2]) }, "larger than any memory"),
      ("normal", { _ = try Tensor.normal(x, -1) }, "std >= 0.0"),
      ("normal", { _ = try Tensor.normal(x, Tensor([1.0, -1, 1])) }, "all elements of std >= 0.0"),
      ("normal", { _ = try Tensor.normal(x, Tensor([1.0, 1])) }, "must match the size"),
      ("multinomial", { _ = try i.multinomial(1) }, "only supports floating-point dtypes"),
      ("multinomial", { _ = try Tensor(1.0).multinomial(1) }, "must be 1 or 2 dim"),
      ("multinomial", { _ = try x.multinomial(0) }, "n_sample <= 0"),
      ("multinomial", { _ = try x.multinomial(4) }, "without replacement: 4 > 3"),
      ("multinomial", { _ = try Tensor([1.0, -1]).multinomial(1) }, "element < 0"),
      ("multinomial", { _ = try Tensor([1.0, .nan]).multinomial(9, replacement: true) }, "nan"),
      ("multinomial", { _ = try x.multinomial(1) }, "sum of probabilities <= 0"),
      ("setState", { try g.setState([1, 2]) }, "state of 5056 bytes but found one of 2"),
      ("setState", { try g.setState([UInt8](repeating: 0, count: 5056)) }, "invalid mt19937 state"),
      ("setState", { try g.setState(x) }, "must be a uint8 tensor, but this one is float32"),
    ]
    for (operation, body, message) in cases {
      let said = refusal(body)
      #expect(said.contains(message) && said.hasPrefix(operation), "\(operation): \(said)")
    }
  }

  @Test func statesThatPointBeyondTheWordsAreRefused() {
    var state = Generator(seed: 1).stateBytes
    (state[8], state[9]) = (0x70, 0x02)  // 624 draws left
    state[16] = 2  // from word 2 on
    #expect(refusal { try Generator().setState(state) }.contains("invalid mt19937 state"))
  }

  @Test func defaultGenerators() throws {
    let (a, b) = try withDefaultGenerator(Generator()) {
      manualSeed(3)
      let first = try Tensor.rand(5).toArray(as: Float.self)
      let inside = try forkRNG { try Tensor.rand(700).toArray(as: Float.self) }
      #expect(try Tensor.rand(5).toArray(as: Float.self) == Array(inside.prefix(5)))
      return (first, Generator.default.initialSeed)
    }
    #expect(b == 3)
    #expect(try Tensor.rand(5, generator: Generator(seed: 3)).toArray(as: Float.self) == a)
    #expect(Generator().initialSeed == 67_280_421_310_721)
    #expect(Generator(seed: -1).initialSeed == .max)
  }

  @Test func clonesDrawTheSame() throws {
    let a = Generator(seed: 9)
    _ = try Tensor.randn(3, generator: a)
    let b = a.clone()
    #expect(try Tensor.randn(3, generator: a).equal(Tensor.randn(3, generator: b)))
  }

  /// Strided tensors are filled in the order of memory.
  @Test func transposedFills() throws {
    for fill: (Tensor, Generator) throws -> Tensor in [
      { try $0.uniform_(generator: $1) }, { try $0.random_(9, generator: $1) },
      { try $0.bernoulli_(Tensor(0.5), generator: $1) }, { try $0.exponential_(generator: $1) },
    ] {
      let plain = try fill(Tensor.empty(5, 7), Generator(seed: 4))
      let turned = try fill(Tensor.empty(5, 7).transpose(0, 1), Generator(seed: 4))
      #expect(try turned.transpose(0, 1).equal(plain))
    }
  }

  @Test func gradientsAreZero() throws {
    let x = try Tensor.ones(3, requiresGrad: true)
    let y = try x.mul(2).uniform_()
    #expect(y.gradFn?.name == "UniformBackward0")
    try y.sum().backward()
    #expect(try x.grad?.toArray(as: Float.self) == [0, 0, 0])
    #expect(refusal { try x.normal_() }.contains("leaf Variable that requires grad"))
  }

  @Test func drawsFromManyThreadsAreAllDifferent() async throws {
    let generator = Generator(seed: 0)
    let all = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<8 {
        group.addTask {
          try Tensor.randint(1 << 60, [500], generator: generator).toArray(as: Int.self)
        }
      }
      return try await group.reduce(into: Set<Int>()) { $0.formUnion($1) }
    }
    let alone = try Tensor.randint(1 << 60, [4000], generator: Generator(seed: 0))
    #expect(all == Set(try alone.toArray(as: Int.self)))
  }
}
