import Kindling
import Testing
import _TestExpectations

@Suite struct RandomTests {
  typealias Refused = (String, () throws -> Void, String)

  /// Invalid calls and the texts of their errors.
  @Test func refusals() throws {
    let x = try Tensor.zeros(3), i = try Tensor.zeros(3, dtype: .int64), g = Generator()
    expectRefusal("uniform_: …from=1.0 > to=0.0") { try x.uniform_(1, 0) }
    expectRefusal("uniform_: …from=nan is out of bounds for float32") { try x.uniform_(.nan, 1) }
    expectRefusal(
      "uniform_: expects to - from <= 3.4028234663852886e+38, the greatest float32, but found to=3e+38 and from=-3e+38"
    ) { try x.uniform_(-3e38, 3e38) }
    expectRefusal("uniform_: …to=1000000.0 is out of bounds for float16") {
      try x.to(.float16).uniform_(0, 1e6)
    }
    expectRefusal("uniform_: …expected a floating point dtype, but got int64") { try i.uniform_() }
    expectRefusal("normal_: …expects std >= 0.0, but found std -1.0") { try x.normal_(0, -1) }
    expectRefusal("normal_: …found std nan") { try x.normal_(0, .nan) }
    expectRefusal(
      "normal_: not implemented for 'Long': expected a floating point dtype, but got int64"
    ) { try i.normal_() }
    expectRefusal("exponential_: …expects lambda > 0.0, but found lambda=0.0") {
      try x.exponential_(0)
    }
    expectRefusal("exponential_: …got int64") { try i.exponential_() }
    expectRefusal("geometric_: …expects p to be in (0, 1), but got p=1.0") { try x.geometric_(1) }
    expectRefusal("cauchy_: expects sigma > 0.0, but found sigma=0.0") { try x.cauchy_(0, 0) }
    expectRefusal("logNormal_: expects std > 0.0, but found std=0.0") { try x.logNormal_(0, 0) }
    expectRefusal("bernoulli_: …expects p to be in [0, 1], but got p=1.5") { try x.bernoulli_(1.5) }
    expectRefusal("bernoulli: …but got p=2.0") { try Tensor([2.0]).bernoulli() }
    expectRefusal("bernoulli: …got int64") { try i.bernoulli() }
    expectRefusal(
      "expand: the expanded size of the tensor (3) must match the existing size (2) at non-singleton dimension 0. Target sizes: [3]. Tensor sizes: [2]"
    ) { try x.bernoulli_(Tensor([0.5, 0.5])) }
    expectRefusal("random_: …'from' to be less than 'to', but got from=3 >= to=3") {
      try x.random_(3, 3)
    }
    expectRefusal("random_: …to - 1 is out of bounds for int8: 299") {
      try i.to(.int8).random_(300)
    }
    expectRefusal("random_: …from is out of bounds for uint8: -1") {
      try i.to(.uint8).random_(-1, 3)
    }
    expectRefusal("randint: …got from=3 >= to=3") { try Tensor.randint(3, 3, [2]) }
    expectRefusal("randint: sizes must not be negative, but got -2 in shape [-2]") {
      try Tensor.randint(3, [-2])
    }
    expectRefusal("randperm: …n must be non-negative, but got -1") { try Tensor.randperm(-1) }
    expectRefusal("randperm: n cannot be greater than 255 for dtype uint8, but got 300") {
      try Tensor.randperm(300, dtype: .uint8)
    }
    expectRefusal("randperm: n cannot be greater than 2048 for dtype float16, but got 3000") {
      try Tensor.randperm(3000, dtype: .float16)
    }
    expectRefusal("rand: …got int64") { try Tensor.rand(3, dtype: .int64) }
    expectRefusal("randn: …got bool") { try Tensor.randn(3, dtype: .bool) }
    expectRefusal("randn: …larger than any memory") { try Tensor.randn([Int.max, 2]) }
    expectRefusal("normal: expects std >= 0.0, but found std -1.0") { try Tensor.normal(x, -1) }
    expectRefusal("normal: expects all elements of std >= 0.0, but found -1.0") {
      try Tensor.normal(x, Tensor([1.0, -1, 1]))
    }
    expectRefusal(
      "normal: the size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0; shapes are [3] and [2]"
    ) { try Tensor.normal(x, Tensor([1.0, 1])) }
    expectRefusal("multinomial: only supports floating-point dtypes for input, got: int64") {
      try i.multinomial(1)
    }
    expectRefusal("multinomial: prob_dist must be 1 or 2 dim, but its shape is []") {
      try Tensor(1.0).multinomial(1)
    }
    expectRefusal("multinomial: cannot sample n_sample <= 0 samples, got 0") {
      try x.multinomial(0)
    }
    expectRefusal("multinomial: …without replacement: 4 > 3") { try x.multinomial(4) }
    expectRefusal(
      "multinomial: probability tensor contains either `inf`, `nan` or element < 0: -1.0"
    ) { try Tensor([1.0, -1]).multinomial(1) }
    expectRefusal("multinomial: …nan") {
      try Tensor([1.0, .nan]).multinomial(9, replacement: true)
    }
    expectRefusal("multinomial: invalid multinomial distribution (sum of probabilities <= 0)") {
      try x.multinomial(1)
    }
    expectRefusal("setState: …state of 5056 bytes but found one of 2") { try g.setState([1, 2]) }
    expectRefusal("setState: …invalid mt19937 state") {
      try g.setState([UInt8](repeating: 0, count: 5056))
    }
    expectRefusal("setState: …must be a uint8 tensor, but this one is float32") {
      try g.setState(x)
    }
  }

  @Test func statesThatPointBeyondTheWordsAreRefused() {
    var state = Generator(seed: 1).stateBytes
    (state[8], state[9]) = (0x70, 0x02)  // 624 draws left
    state[16] = 2  // from word 2 on
    expectRefusal("setState: invalid mt19937 state") { try Generator().setState(state) }
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
    expectRefusal("normal_: …leaf Variable that requires grad…") { try x.normal_() }
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
