import Kindling
import Testing
import _TestExpectations

/// Products against a plain triple loop in double precision, over shapes that meet every edge of the
/// register tiles, every layout, and both strategies.
@Suite struct MatmulKernelTests {
  static let sizes: [[Int]] = [
    [1, 1, 1], [1, 7, 5], [7, 1, 5], [5, 7, 1], [3, 4, 0], [2, 3, 4], [6, 16, 8], [7, 17, 9],
    [14, 32, 3], [13, 33, 31], [64, 10, 512], [64, 130, 401], [150, 10, 4], [97, 70, 33],
    [1, 2050, 70], [2051, 1, 37], [130, 300, 820], [300, 65, 100], [31, 4200, 5],
  ]
  enum Layout: CaseIterable { case rows, columns, apart }

  static func values(_ count: Int, _ seed: Int) -> [Double] {
    (0..<count).map { Double(($0 &* 7919 &+ seed &* 104729) % 61 - 30) / 16 }
  }

  /// A [rows, columns] tensor of `values`, lying as `layout` says.
  static func tensor(
    _ values: [Double], _ rows: Int, _ columns: Int, _ layout: Layout, _ dtype: DType
  ) throws -> Tensor {
    let stride =
      layout == .apart ? (2 * columns + 1, 2) : layout == .rows ? (columns, 1) : (1, rows)
    let memory = try Tensor.zeros([max(1, rows * columns * 2 + rows)], dtype: dtype)
    let view = memory.alias(shape: [rows, columns], strides: [stride.0, stride.1], offset: 0)
    let source = try Tensor(values, dtype: dtype).alias(
      shape: [rows, columns], strides: [columns, 1], offset: 0)
    try view.backend.copy(source, into: view)
    return view
  }

  @Test(arguments: sizes, [DType.float32, .float64, .int64])
  func againstDoubles(_ size: [Int], _ dtype: DType) throws {
    let (m, n, k) = (size[0], size[1], size[2])
    let left = Self.values(m * k, 1), right = Self.values(k * n, 2), start = Self.values(m * n, 3)
    let scale = dtype == .int64 ? 16.0 : 1
    var expected = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k { sum += (left[i * k + l] * scale) * (right[l * n + j] * scale) }
        expected[i * n + j] = 2 * sum + 3 * start[i * n + j] * scale
      }
    }
    let bound = dtype == .float32 ? 2e-5 * Double(k + 1) : 1e-12 * Double(k + 1)
    for a in Layout.allCases {
      for b in Layout.allCases {
        let out = try Self.tensor(
          start.map { $0 * scale }, m, n, b == .columns ? .columns : .rows, dtype)
        let x = try Self.tensor(left.map { $0 * scale }, m, k, a, dtype)
        let y = try Self.tensor(right.map { $0 * scale }, k, n, b, dtype)
        try out.backend.matmul(x, y, alpha: .int(2), beta: .int(3), into: out)
        let found = try out.to(.float64).toArray(as: Double.self)
        expectClose(found, expected, atol: bound, "\(size) \(a) \(b)")
      }
    }
  }

  @Test func betaOfZeroDoesNotReadTheOutput() throws {
    for n in [1, 10, 200] {
      let out = try Tensor.full([20, n], Float.nan)
      let ones = try Tensor.ones([20, 30]), others = try Tensor.ones([30, n])
      try out.backend.matmul(ones, others, alpha: .int(1), beta: .int(0), into: out)
      #expect(try out.toArray(as: Float.self).allSatisfy { $0 == 30 })
    }
  }

  @Test func batchesBroadcast() throws {
    let a = try Self.tensor(Self.values(6 * 35, 1), 6 * 5, 7, .rows, .float64)
      .alias(shape: [2, 3, 5, 7], strides: [105, 35, 7, 1], offset: 0)
    let b = try Self.tensor(Self.values(2 * 77, 2), 14, 11, .rows, .float64)
      .alias(shape: [2, 1, 7, 11], strides: [77, 77, 11, 1], offset: 0)
    let out = try Tensor.zeros([2, 3, 5, 11], dtype: .float64)
    try out.backend.matmul(a, b, alpha: .int(1), beta: .int(0), into: out)
    for i in 0..<2 {
      for j in 0..<3 {
        let one = try Tensor.zeros([5, 11], dtype: .float64)
        try one.backend.matmul(
          a.alias(shape: [5, 7], strides: [7, 1], offset: (i * 3 + j) * 35),
          b.alias(shape: [7, 11], strides: [11, 1], offset: i * 77), alpha: .int(1), beta: .int(0),
          into: one)
        let part = out.alias(shape: [5, 11], strides: [11, 1], offset: (i * 3 + j) * 55)
        #expect(try part.toArray(as: Double.self) == one.toArray(as: Double.self))
      }
    }
  }
}
