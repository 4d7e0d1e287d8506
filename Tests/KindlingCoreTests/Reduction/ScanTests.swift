import Kindling
import Testing
import _TestExpectations

/// Gradients of running and whole products and extrema where elements are zero or equal; PyTorch's values.
@Suite struct ScanTests {
  /// PyTorch has no running sums of bools but of numbers, which are copied.
  @Test func runningResultsOfANumber() throws {
    let x = Tensor(true)
    #expect(try x.clone().cumsum_(dim: 0).dtype == .bool)
    #expect(try x.cumsum(dim: 0, dtype: .bool).item() == 1)
    #expect(try x.clone().cumprod_(dim: -1).item() == 1)
    #expect(try x.cummax(dim: 0).indices.item() == 0)
    expectRefusal("…not implemented for 'Bool'") { try Tensor([true, false]).cumsum_(dim: 0) }
  }

  private static let sent = Tensor([1.0, 2, 3, 4, 5])

  /// A function of a line, where it is differentiated, and the gradient.
  struct Line: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let x, expected: [Double]
    let function: @Sendable (Tensor) throws -> Tensor

    init(
      _ name: String, _ x: [Double], _ expected: [Double],
      _ function: @escaping @Sendable (Tensor) throws -> Tensor
    ) {
      (testDescription, self.x, self.expected, self.function) = (name, x, expected, function)
    }
  }

  @Test(arguments: [
    Line("cumprod, two zeros", [2, 0, 3, 0, 5], [1, 22, 0, 0, 0]) { try $0.cumprod(dim: 0) },
    Line("cumprod, one zero", [2, 0, 3, 4, 5], [1, 718, 0, 0, 0]) { try $0.cumprod(dim: 0) },
    Line("prod", [2, 0, 3, 4, 5], [0, 1800, 0, 0, 0]) { try $0.prod() },
    Line("cummax", [1, 3, 2, 3, 0], [1, 5, 0, 9, 0]) { try $0.cummax(dim: 0).values },
    Line("cummin", [1, 3, 2, 3, 0], [10, 0, 0, 0, 5]) { try $0.cummin(dim: 0).values },
  ])
  func gradientsAtZerosAndTies(line: Line) throws {
    let x = try Tensor(line.x).requiresGrad_()
    try line.function(x).mul(Self.sent).sum().backward()
    #expect(try x.grad?.toArray(as: Double.self) == line.expected)
  }

  /// A gradient that took time quadratic in the length would not come to an end.
  @Test func longLinesTakeLinearTime() throws {
    for function in [
      { try $0.prod() }, { try $0.cumprod(dim: 0) }, { try $0.cummax(dim: 0).values },
    ] as [(Tensor) throws -> Tensor] {
      let x = try Tensor.ones([400_000])
      try x[1000].fill_(0)
      try function(x.requiresGrad_()).sum().backward()
      #expect(x.grad?.shape == [400_000])
    }
  }

  @Test func whatPyTorchCannotDeriveIsRefused() throws {
    let x = try Tensor([1.0, 2]).requiresGrad_()
    for (name, function) in [
      ("floor_divide", { try $0.floorDivide(2) }), ("floor_divide", { try $0.floorDivide($0) }),
      ("heaviside", { try $0.heaviside($0) }),
    ] as [(String, (Tensor) throws -> Tensor)] {
      let y = try function(x)
      #expect(y.gradFn?.name == "NotImplemented")
      expectRefusal("…derivative for aten::\(name) is not implemented…") { try y.sum().backward() }
    }
  }
}
