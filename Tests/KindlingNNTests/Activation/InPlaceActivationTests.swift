import Kindling
import Testing
import _TestExpectations

/// Activations in place keep their result, as PyTorch's do: the gradient follows from it, and a later
/// change of it is refused.
@Suite struct InPlaceActivationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let first: [Double]
    let second: [Double]
    let body: @Sendable (Tensor) throws -> Tensor
  }

  /// Gradients of the results weighed by 1 to 5, and of the sum of the gradients; PyTorch's.
  static let cases = [
    Case(
      testDescription: "elu",
      first: [0.33469524022264463, 2.2224546355514296, 4.5, 4, 5],
      second: [0.33469524022264463, 1.1112273177757148, 0, 0, 0]
    ) { try F.elu($0, alpha: 1.5, inplace: true) },
    Case(
      testDescription: "selu",
      first: [
        0.39228498748012397, 2.60486401988411, 5.27429802254213, 4.202803949421922,
        5.253504936777402,
      ],
      second: [0.39228498748012397, 1.302432009942055, 0, 0, 0]
    ) { try F.selu($0, inplace: true) },
    Case(
      testDescription: "celu",
      first: [0.04978706836786395, 1.0976232460186752, 3, 4, 5],
      second: [0.0995741367357279, 1.0976232460186752, 0, 0, 0]
    ) { try F.celu($0, alpha: 0.5, inplace: true) },
    Case(
      testDescription: "leaky_relu", first: [0.2, 0.4, 0.6, 4, 5], second: [0, 0, 0, 0, 0]
    ) { try F.leakyRelu($0, negativeSlope: 0.2, inplace: true) },
  ]

  private func leaf() throws -> Tensor {
    try Tensor([-1.5, -0.3, 0, 0.7, 2], dtype: .float32).to(.float64).requiresGrad_()
  }

  @Test(arguments: cases) func gradientFollowsFromTheResult(_ c: Case) throws {
    let x = try leaf()
    try c.body(x * 1).mul(Tensor([1, 2, 3, 4, 5])).sum().backward()
    let first = try #require(x.grad).toArray(as: Double.self)
    expectClose(first, c.first, atol: 1e-12)
    let y = try leaf()
    let gradients = try grad(of: [c.body(y * 1).sum()], withRespectTo: [y], createGraph: true)
    let gradient = try #require(gradients[0])
    if gradient.requiresGrad { try gradient.sum().backward() }
    let second = try y.grad?.toArray(as: Double.self) ?? [Double](repeating: 0, count: 5)
    expectClose(second, c.second, atol: 1e-12)
  }

  /// At 0 the second derivative is that of the positive side, also out of place.
  @Test func secondDerivativeAtZero() throws {
    for activation in [{ try F.elu($0, alpha: 1.5) }, { try F.selu($0) }, { try F.celu($0) }]
      as [(Tensor) throws -> Tensor]
    {
      let x = try Tensor([0.0], dtype: .float64).requiresGrad_()
      let first = try grad(of: activation(x).sum(), withRespectTo: x, createGraph: true)
      #expect(try grad(of: first.sum(), withRespectTo: x).item() == 0)
    }
  }

  @Test func changedResultsAreRefused() throws {
    let activations: [(Tensor) throws -> Tensor] =
      Self.cases.map { c in { try c.body($0) } } + [
        { try F.rrelu($0, training: true, inplace: true) },
        { try F.rrelu($0, training: false, inplace: true) },
        { try F.relu($0, inplace: true) },
      ]
    for activation in activations {
      let y = try F.dropout(F.dropout(activation(leaf() * 1), p: 0), p: 0.5, inplace: true)
      expectRefusal("…modified by an inplace operation…") { try y.sum().backward() }
    }
    // These keep their input instead.
    for activation in [F.silu, F.mish, F.hardswish, F.relu6] {
      let x = try leaf()
      try F.dropout(activation(x * 1, true), p: 0.5, inplace: true).sum().backward()
      #expect(x.grad != nil)
    }
  }

  @Test func negativeSlopesInPlaceHaveNoGradient() throws {
    let forms: [(String, (Tensor) throws -> Tensor)] = [
      ("leaky_relu", { try F.leakyRelu($0, negativeSlope: -0.1, inplace: true) }),
      ("elu", { try F.elu($0, alpha: -1, inplace: true) }),
      ("celu", { try F.celu($0, alpha: -1, inplace: true) }),
      ("rrelu", { try F.rrelu($0, lower: -0.3, upper: -0.1, inplace: true) }),
      ("leaky_relu", { try LeakyReLU(-0.1, inplace: true)($0) }),
    ]
    for (name, form) in forms {
      let x = try Tensor([1.0, -1.0]).requiresGrad_()
      let y = try form(x * 1)
      expectRefusal("…In-place \(name) backward…") { try y.sum().backward() }
    }
    let x = try Tensor([1.0, -1.0]).requiresGrad_()
    try F.leakyRelu(x * 1, negativeSlope: 0, inplace: true).sum().backward()
    try expectClose(#require(x.grad), [1, 0])
    x.grad = nil
    try F.leakyRelu(x * 1, negativeSlope: -0.5).sum().backward()
    try expectClose(#require(x.grad), [1, -0.5])
  }
}
