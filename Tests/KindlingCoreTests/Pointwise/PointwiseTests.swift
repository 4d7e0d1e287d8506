import CKernels
import KindlingCore
import Testing
import _TestExpectations

/// Functions written as expressions, against the same operations on tensors.
@Suite struct PointwiseTests {
  /// A function in both forms.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: Pointwise
    let composed: @Sendable (Tensor) throws -> Tensor

    init(
      _ name: String, _ body: (Pointwise.Value) -> Pointwise.Value,
      _ composed: @escaping @Sendable (Tensor) throws -> Tensor
    ) {
      testDescription = name
      function = Pointwise(name, body)
      self.composed = composed
    }
  }

  static let cases = [
    Case("arithmetic", { (1 - $0) * 0.5 + $0 / 3 - 2 / ($0 * $0 + 1) }) {
      try ((1 - $0) * 0.5 + $0 / 3) - 2 / ($0 * $0 + 1)
    },
    Case("gelu", { $0 * 0.5 * (($0 * 0.5.squareRoot()).erf() + 1) }) {
      try $0 * 0.5 * (($0 * 0.5.squareRoot()).erf() + 1)
    },
    Case("choice", { .where($0.gt(0.5).logicalOr($0.lt(-0.5)), -$0, $0.square()) }) {
      try Tensor.where($0.gt(0.5).logicalOr($0.lt(-0.5)), -$0, $0.square())
    },
    Case("bounds", { $0.clamp(min: -0.7, max: 0.9).maximum(-0.2).minimum(0.6) }) {
      try $0.clamp(min: -0.7, max: 0.9).maximum(Tensor(-0.2, dtype: $0.dtype))
        .minimum(Tensor(0.6, dtype: $0.dtype))
    },
    Case("roots", { ($0.abs() + 0.1).sqrt() * ($0.square() + 1).rsqrt() + ($0 + 3).reciprocal() }) {
      try ($0.abs() + 0.1).sqrt() * ($0.square() + 1).rsqrt() + ($0 + 3).reciprocal()
    },
    Case("exponentials", { $0.exp() - $0.expm1() + ($0.abs() + 1).log() * $0.square().log1p() }) {
      try ($0.exp() - $0.expm1()) + ($0.abs() + 1).log() * $0.square().log1p()
    },
    Case("angles", { $0.sin() * $0.cos() + ($0 * 0.3).tan() - $0.atan() }) {
      try ($0.sin() * $0.cos() + ($0 * 0.3).tan()) - $0.atan()
    },
    Case("hyperbolic", { $0.sinh() / $0.cosh() - $0.tanh() * $0.sigmoid() }) {
      try $0.sinh() / $0.cosh() - $0.tanh() * $0.sigmoid()
    },
    Case("errors", { $0.erf() * $0.erfc() + $0.relu() }) { try $0.erf() * $0.erfc() + $0.relu() },
    Case("powers", { ($0.abs() + 0.2).pow(1.5) + $0.pow(3) }) {
      try ($0.abs() + 0.2).pow(1.5) + $0.pow(3)
    },
    Case(
      "products",
      { $0.add($0.square(), alpha: 0.3).addcmul($0, $0, value: -2).addcdiv($0, $0.square() + 1) }
    ) {
      try $0.add($0.square(), alpha: 0.3).addcmul($0, $0, value: -2).addcdiv($0, $0.square() + 1)
    },
    Case("interpolation", { $0.lerp($0.square(), weight: 0.25) }) {
      try $0.lerp($0.square(), weight: 0.25)
    },
    Case("steps", { $0.sign() * ($0 * 3).floor() + ($0 * 5).round() }) {
      try $0.sign() * ($0 * 3).floor() + ($0 * 5).round()
    },
  ]

  static func inputs(_ dtype: DType) throws -> [Tensor] {
    let generator = Generator(seed: 5)
    func random(_ shape: [Int]) throws -> Tensor {
      try Tensor.randn(shape, generator: generator, dtype: .float32).to(dtype)
    }
    return [
      try random([]), try random([7]), try random([1024]), try random([3, 1025]),
      try random([100_003]), try random([40, 50]).T, try random([6, 9, 4]).narrow(1, 2, 5),
      try random([6, 1]).expand([6, 33]), try random([0, 3]),
    ]
  }

  @Test(arguments: cases, [DType.float32, .float64])
  func hasTheBitsOfItsSteps(_ c: Case, _ dtype: DType) throws {
    for x in try Self.inputs(dtype) {
      let y = try c.function(x), expected = try c.composed(x)
      #expect(y.shape == expected.shape && y.dtype == dtype)
      #expect(try y.equal(expected), "\(x.shape), strides \(x.strides)")
      #expect(y.strides == expected.strides)
    }
  }

  @Test(arguments: cases, [DType.float16, .bfloat16])
  func roundsOnce(_ c: Case, _ dtype: DType) throws {
    for x in try Self.inputs(dtype) {
      #expect(try c.function(x).equal(c.composed(x.to(.float32)).to(dtype)))
    }
  }

  @Test(arguments: cases) func derivesGradients(_ c: Case) throws {
    // No place where a function bends.
    let x = try Tensor([-1.37, -0.55, -0.13, 0.29, 0.67, 1.91], dtype: .float64).requiresGrad_()
    expectGradients(at: [x]) { try c.function($0[0]) }
    let own = try gradient(c.function(x).sum(), x)
    let composed = try gradient(c.composed(x).sum(), x)
    try expectClose(own, composed, atol: 1e-12)
  }

  @Test func severalInputsBroadcastAndGetGradients() throws {
    let function = Pointwise("mix") { x, y, z in x * y.sigmoid() + z.lerp(x, weight: y).pow(2) }
    func input(_ shape: [Int], _ seed: Int) throws -> Tensor {
      try Tensor.rand(shape, generator: Generator(seed: seed), dtype: .float64).requiresGrad_()
    }
    let inputs = [try input([3, 1], 1), try input([4], 2), try input([], 3)]
    let y = try function(inputs[0], inputs[1], inputs[2])
    #expect(y.shape == [3, 4])
    #expect(y.gradFn?.name == "MixBackward0")
    expectGradients(at: inputs) { try function($0) }
    // A third derivative depends on more tensors than one input saves.
    let first = try gradient(y.sum(), inputs[0], createGraph: true)
    let second = try gradient(first.sum(), inputs[1], createGraph: true)
    let third = try gradient(second.sum(), inputs[1], createGraph: true)
    #expect(third.shape == [4])
  }

  @Test func unselectedBranchesDoNotSpoilGradients() throws {
    let function = Pointwise { x in .where(x.gt(0), x.log(), x.exp()) }
    let x = try Tensor([-1000.0, -1, 0, 2], dtype: .float64).requiresGrad_()
    let g = try gradient(function(x).sum(), x, createGraph: true)
    #expect(try g.isfinite().all().item(as: Bool.self))
    #expect(try gradient(g.sum(), x).isfinite().all().item(as: Bool.self))
  }

  /// NaN is a constant like any other, and −0 is not 0.
  @Test func constantsKeepTheirBits() throws {
    let x = Tensor([1.0, -1])
    let nan = Pointwise { x in .where(x.gt(0), x, Double.nan) }
    #expect(try nan(x).isnan().equal(Tensor([false, true])))
    let zeros = Pointwise { x in 1 / Pointwise.Value.where(x.gt(0), 0.0, -0.0) }
    #expect(try zeros(x).equal(Tensor([Double.infinity, -.infinity])))
    let sum = Pointwise("sum", inputs: 1, numbers: 1) { x, n in
      x[0] * Pointwise.Value(1).add(Pointwise.Value(2), alpha: n[0])
    }
    #expect(try sum([x], numbers: [3]).equal(Tensor([7.0, -7])))
  }

  /// Gradients where functions bend, and at NaN and infinity: the values are PyTorch's.
  @Test(arguments: bends) func gradientsWhereFunctionsBend(_ c: Bend) throws {
    let x = try Tensor(c.x, dtype: .float64).requiresGrad_()
    let y = try Tensor(c.y, dtype: .float64).requiresGrad_()
    try c.function(x, y).sum().backward()
    #expect(try x.grad?.equal(Tensor(c.dx, dtype: .float64)) == true)
    #expect(try y.grad?.equal(Tensor(c.dy, dtype: .float64)) == true)
  }

  struct Bend: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: Pointwise
    let x, y, dx, dy: [Double]

    init(
      _ name: String, _ x: [Double], _ y: [Double], gradients dx: [Double], _ dy: [Double],
      _ body: (Pointwise.Value, Pointwise.Value) -> Pointwise.Value
    ) {
      testDescription = name
      function = Pointwise(name, body)
      (self.x, self.y, self.dx, self.dy) = (x, y, dx, dy)
    }
  }

  static let bends = [
    Bend(
      "powers of 0", [0, 0, 0], [0, 2, -1], gradients: [0, 0, -.infinity], [0, 0, -.infinity]
    ) {
      $0.pow($1)
    },
    Bend("maxima", [.nan, 1, 2], [1, 1, .nan], gradients: [1, 0.5, 1], [1, 0.5, 1]) {
      $0.maximum($1)
    },
    Bend("minima", [1, 1, 3], [2, 1, 2], gradients: [1, 0.5, 0], [0, 0.5, 1]) { $0.minimum($1) },
    Bend("crossed bounds", [0, .nan, -1], [2, 0, 0.5], gradients: [0, 1, 0], [0, 0, 1]) {
      $0.clamp(min: $1, max: 1.0)
    },
  ]

  @Test func infiniteGradientsStopAtWhatIsNotSelected() throws {
    let x = try Tensor([-1.0, 2, .nan]).requiresGrad_()
    let relu = Pointwise { x in x.relu() }
    try relu(x).backward(Tensor([Double.infinity, .infinity, 1]))
    #expect(try x.grad?.equal(Tensor([0.0, .infinity, 1])) == true)
  }

  @Test func numbersComeWithEachCall() throws {
    let function = Pointwise("scaled", inputs: 1, numbers: 2) { x, n in
      (x[0] * n[0]).add(x[0], alpha: n[1])
    }
    let x = try Tensor([1.0, -2]).requiresGrad_()
    let y = try function([x], numbers: [3, 0.5])
    #expect(try y.equal(Tensor([3.5, -7])))
    try y.sum().backward()
    #expect(try x.grad?.equal(Tensor([3.5, 3.5])) == true)
  }

  @Test func constantsAndUnusedInputs() throws {
    let x = try Tensor([1.0, 2]).requiresGrad_(), y = try Tensor([3.0, 4]).requiresGrad_()
    let constant = Pointwise { _ in Pointwise.Value(2).square() - 1 }
    #expect(try constant(x).equal(Tensor([3.0, 3])))
    let second = Pointwise { (_: Pointwise.Value, y) in y }
    let result = try second(x, y)
    #expect(try result.equal(y))
    try (result * 3 + constant(x)).sum().backward()
    #expect(try x.grad?.equal(Tensor([0.0, 0])) == true)
    #expect(try y.grad?.equal(Tensor([3.0, 3])) == true)
  }

  private func gradient(_ y: Tensor, _ x: Tensor, createGraph: Bool = false) throws -> Tensor {
    try #require(try grad(of: [y], withRespectTo: [x], createGraph: createGraph)[0])
  }

  @Test func integersBecomeFloats() throws {
    let half = Pointwise("half") { x in x / 2 }
    let y = try half(Tensor([1, 3]))
    #expect(y.dtype == .float32)
    #expect(try y.equal(Tensor([0.5, 1.5])))
  }

  /// The length of an expression is that of a list, not the depth of a recursion.
  @Test func longExpressions() throws {
    let function = Pointwise { x in
      var sum = x
      for i in 0..<20_000 { sum = sum * 0.5 + Double(i % 7) }
      return sum
    }
    let x = try Tensor([1.0, 2], dtype: .float64).requiresGrad_()
    try function(x).sum().backward()
    #expect(x.grad != nil)
    let wide = Pointwise { x in
      let parts = (1...300).map { x * Double($0) }
      return parts.reversed().reduce(x) { $0 + $1.sin() * parts[0] }
    }
    let y = try wide(x.detach())
    #expect(try y.isfinite().all().item(as: Bool.self))
  }

  @Test func refusals() throws {
    let x = Tensor([1.0, 2])
    let one = Pointwise("one") { x in x + 1 }
    expectRefusal("one: expects 1 tensors and 0 numbers, but got 2 and 0") { try one([x, x]) }
    expectRefusal("one: expects 1 tensors and 0 numbers, but got 0 and 0") { try one([]) }
    let none = Pointwise("none", inputs: -1, numbers: -1) { _, _ in Pointwise.Value(1) }
    expectRefusal("none: expects 0 tensors and 0 numbers, but got 0 and 0") { try none([]) }
    let sum = Pointwise("sum") { x, y in x + y }
    expectRefusal("sum: …must match the size…") { try sum(x, Tensor([1.0, 2, 3])) }
    var leaked: Pointwise.Value?
    _ = Pointwise { x in
      leaked = x
      return x
    }
    let value = try #require(leaked)
    let mixed = Pointwise("mixed") { x in x + value }
    expectRefusal("mixed: …uses values of another function's expression") { try mixed(x) }
  }

  @Test func worksOnADeviceOfPrimitivesAlone() throws {
    let remote = RemoteBackend(2)
    Device.register(remote)
    let x = try Tensor.randn([5, 7], generator: Generator(seed: 1))
    for c in Self.cases {
      let y = try c.function(x.to(remote.device)).to(.cpu)
      #expect(try y.equal(c.function(x)), "\(c.testDescription)")
    }
    let product = Pointwise { m, x in m * x }, mask = Tensor([true, false]),
      half = Tensor([2.5, 3])
    for dtype in [DType.float32, .float16] {
      let y = try product(mask.to(remote.device), half.to(dtype).to(remote.device)).to(.cpu)
      #expect(try y.equal(Tensor([2.5, 0], dtype: dtype)) && y.dtype == dtype)
    }
  }
}
