import Kindling
import Testing
import _TestExpectations

/// Statistics at large, tiny, infinite and missing values; PyTorch's results.
@Suite struct StatisticsTests {
  private static let inf = Double.infinity, nan = Double.nan

  /// Intermediates that leave the range of float32 while the result lies in it.
  @Test(arguments: [
    (DType.float32, [1e25, 3e25, -1e25], 2e25, Double.infinity, 1e25),
    (.float32, [1e-30, 2e-30], 7.0710678e-31, 0, 1.5e-30),
    (.float32, [3e38, 3e38, -3e38], .infinity, .infinity, 1e38),
    (.bfloat16, [1e25, 3e25, -1e25], 2.00984e25, .infinity, 1e25),
    (.bfloat16, [1e-30, 2e-30], 7.0566e-31, 0, 1.5e-30),
    (.float16, [6e4, 6e4, -6e4], .infinity, .infinity, 2e4),
    (.float16, [1e-5, 3e-5], 1.412e-5, 0, 2.0027e-5),
    (.float64, [1e200, 3e200], .infinity, .infinity, 2e200),
    (.float64, [1e-200, 3e-200], 0, 0, 2e-200),
  ])
  func spreadOfLargeAndTinyNumbers(
    dtype: DType, values: [Double], std: Double, variance: Double, mean: Double
  ) throws {
    let rtol = dtype == .bfloat16 ? 1e-2 : dtype == .float16 ? 2e-3 : 1e-6
    let line = try Tensor(values, dtype: dtype)
    // Along the last, the first and a middle dimension, of few and of many elements.
    let columns = try line.reshape(-1, 1).expand(values.count, 40).contiguous()
    let middle = try line.reshape(1, -1, 1).expand(2, values.count, 9)
    for (x, dims) in [(line, [0]), (columns, [0]), (try columns.t(), [1]), (middle, [1])] {
      let n = x.numel / values.count, what = "\(dtype) \(x.shape)"
      func all(_ value: Double) -> [Double] { [Double](repeating: value, count: n) }
      try expectClose(x.std(dims: dims), all(std), rtol: rtol, "std \(what)")
      try expectClose(x.var(dims: dims), all(variance), rtol: rtol, "var \(what)")
      let (deviation, center) = try x.stdMean(dims: dims)
      try expectClose(deviation, all(std), rtol: rtol, "stdMean \(what)")
      try expectClose(center, all(mean), rtol: rtol, "stdMean \(what)")
      try expectClose(x.varMean(dims: dims).variance, all(variance), rtol: rtol, "varMean \(what)")
    }
  }

  @Test func spreadOverChosenDimensions() throws {
    let x = try Tensor.arange(24.0).reshape(2, 3, 4).square()
    try expectClose(x.std(dims: [0, 2]), [98.921326, 150.75525, 202.77574], rtol: 1e-6, "std")
    try expectClose(
      x.var(dims: [1], keepdim: true).sum(dim: 2), [8405.333, 79061.336], rtol: 1e-6, "var")
    try expectClose(x.std(), [168.39438], rtol: 1e-6, "std of all")
    #expect(try x.var(dims: [0, 2], keepdim: true).shape == [1, 3, 1])
    #expect(try Tensor.zeros(0, 3).std(dim: 0).isnan().all().item(as: Bool.self))
    #expect(try Tensor.zeros(0, 3).std(dim: 1).shape == [0])
    #expect(try Tensor(3.0).var().item().isNaN)
    try expectClose(Tensor([1.0, 2]).var(correction: 2), [Self.inf], "no freedom")
  }

  @Test func normsSquareInFloat32AsPyTorchDoes() throws {
    let x = Tensor([1e25, 3e25, -1e25])
    #expect(try x.norm().item() == Self.inf)
    try expectClose(x.norm(p: 1), [5e25], rtol: 1e-6, "1-norm")
    try expectClose(x.norm(p: 0.5), [1.3928203e26], rtol: 1e-6, "0.5-norm")
  }

  // MARK: Quantiles

  @Test(arguments: [
    (Tensor.Interpolation.linear, [0.8, 2.295, 3.79, nan, nan], [1.5, 2, 1.5]),
    (.lower, [0.8, 0.8, 3.79, 3.79, inf], [2, 2, 1]),
    (.higher, [0.8, 3.79, 3.79, inf, inf], [1, 2, 2]),
    (.nearest, [0.8, 0.8, 3.79, inf, inf], [2, 1, 2]),
    (.midpoint, [0.8, 2.295, 3.79, nan, nan], [1.5, 2, 1.5]),
  ])
  func quantilesNextToInfinity(
    interpolation: Tensor.Interpolation, expected: [Double], gradient: [Double]
  ) throws {
    let q = Tensor([0.0, 0.25, 0.5, 0.75, 1])
    for ignoresNaN in [false, true] {
      let x = try Tensor([0.8, 3.79, Self.inf], requiresGrad: true)
      let y =
        ignoresNaN
        ? try x.nanquantile(q, interpolation: interpolation)
        : try x.quantile(q, interpolation: interpolation)
      try expectClose(y, expected, rtol: 1e-6, "\(interpolation)")
      #expect(y.gradFn?.name == "SqueezeBackward4")
      try y.backward(Tensor.ones(5))
      #expect(try x.grad?.toArray(as: Double.self) == gradient, "\(interpolation)")
    }
  }

  @Test func quantilesAmongNaN() throws {
    let q = Tensor([0.0, 0.25, 0.5, 0.75, 1])
    let x = Tensor([1, 2, Self.nan])
    #expect(try x.quantile(q).isnan().all().item(as: Bool.self))
    try expectClose(x.nanquantile(q), [1, 1.25, 1.5, 1.75, 2], rtol: 1e-6, "linear")
    try expectClose(x.nanquantile(q, interpolation: .nearest), [1, 1, 1, 2, 2], "nearest")
    #expect(try Tensor([Self.nan, Self.nan]).nanquantile(0.5).item().isNaN)
    let rows = try Tensor([[3.0, 1, 2], [6, Self.nan, 4]])
    try expectClose(rows.nanquantile(0.5, dim: 1), [2, 5], "rows")
    try expectClose(rows.quantile(0.5, dim: 1), [2, Self.nan], "rows")
    let columns = try rows.nanquantile(Tensor([0.0, 1]), dim: 0, keepdim: true)
    #expect(columns.shape == [2, 1, 3])
    try expectClose(columns, [3, 1, 2, 6, 1, 4], "columns")
    #expect(try rows.nanquantile(0.5, keepdim: true).shape == [1, 1])
  }

  /// Levels are multiplied in float64 and rounded once.
  @Test func quantilesOfLongRows() throws {
    let x = try Tensor.arange(0, 1_000_001, dtype: .float32)
    try expectClose(
      x.quantile(Tensor([0.1, 0.001, 0.7])), [100000, 1000.0000610351562, 700000], rtol: 1e-7,
      "long")
  }

  // MARK: Modes

  @Test(arguments: [
    ([nan, nan, 1.0], nan, 0), ([nan, 1, nan, 2, 2], 2, 4), ([1, nan, nan, nan], 1, 0),
    ([2, 1, nan], 1, 1), ([nan, 3, 3, nan], 3, 2), ([nan, 5, nan, 4, nan], nan, 0),
    ([0, -0.0, 1], 0, 1),
  ])
  func modesAmongNaN(values: [Double], mode: Double, place: Int) throws {
    let x = try Tensor(values, requiresGrad: true)
    let (value, index) = try x.mode()
    #expect(try value.item() == mode || mode.isNaN && value.item().isNaN)
    #expect(try index.item(as: Int.self) == place)
    #expect(value.gradFn?.name == "ModeBackward0")
    try value.backward()
    #expect(try x.grad?.toArray(as: Double.self) == values.indices.map { $0 == place ? 1 : 0 })
  }

  // MARK: Integrals

  @Test func trapezoidsSumBeforeTheyScale() throws {
    let x = Tensor([3e38, 3e38, -1])
    #expect(try x.trapezoid().item() == Self.inf)
    #expect(try x.trapezoid(dx: 0.5).item() == Self.inf)
    #expect(try x.trapezoid(x: .arange(3.0)).item() == Self.inf)
    #expect(try Tensor([3e38, 3e38]).trapezoid(dx: 0.1).item().isNaN)
    #expect(try Tensor([1, 2, 3]).trapezoid().item() == 4)
    #expect(try Tensor.zeros([0], dtype: .int64).trapezoid().dtype == .int64)
    #expect(try Tensor.zeros(2, 0).trapezoid(x: .zeros(0)).toArray(as: Double.self) == [0, 0])
    #expect(try Tensor.zeros(2, 0).cumulativeTrapezoid().shape == [2, 0])
    let y = try Tensor.ones([3], requiresGrad: true)
    #expect(try y.trapezoid().gradFn?.name == "MulBackward1")
    #expect(try y.trapezoid(x: .arange(3.0)).gradFn?.name == "DivBackward1")
    #expect(try y.cumulativeTrapezoid().gradFn?.name == "CumsumBackward0")
    expectRefusal("trapezoid: received a bool input for `y`…") { try Tensor([true]).trapezoid() }
    expectRefusal("cumulative_trapezoid: received a bool input for `x` or `y`…") {
      try Tensor([1.0]).cumulativeTrapezoid(x: Tensor([true]))
    }
  }
}
