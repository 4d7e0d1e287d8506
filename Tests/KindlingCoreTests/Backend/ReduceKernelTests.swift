import CKernels
import Kindling
import Testing
import _TestExpectations

/// Reductions over every kind of layout against plain loops, and the same bits on any threads.
@Suite struct ReduceKernelTests {
  static let shapes: [[Int]] = [
    [1], [31], [67], [70_001], [3, 40], [40, 3], [700, 9], [5, 600], [2, 3, 70], [4, 65, 33],
  ]

  static func numbers(_ shape: [Int]) -> [Double] {
    let count: Int = shape.reduce(1, *)
    return (0..<count).map { (i: Int) -> Double in
      let step: Int = (i &* 7919) % 1009
      return Double(step - 500) / 64
    }
  }

  /// The reduction of each result's elements, in row-major order of the results.
  static func expected(
    _ values: [Double], _ shape: [Int], _ dims: [Int], _ combine: ([Double]) -> Double
  ) -> [Double] {
    var groups: [Int: [Double]] = [:]
    for (i, value) in values.enumerated() {
      var rest = i, place: [Int] = []
      for size in shape.reversed() {
        place.insert(rest % size, at: 0)
        rest /= size
      }
      var key = 0
      for d in shape.indices { key = dims.contains(d) ? key : key * shape[d] + place[d] }
      groups[key, default: []].append(value)
    }
    return groups.sorted { $0.key < $1.key }.map { combine($0.value) }
  }

  static func reduce(_ op: ReduceOp, _ x: Tensor, _ dims: [Int], _ result: DType) throws -> [Double]
  {
    var kept = x.shape
    for d in dims { kept[d] = 1 }
    let out = try Tensor.zeros(kept, dtype: result)
    try x.backend.reduce(op, x, dtype: x.dtype, into: out)
    return try out.to(.float64).toArray(as: Double.self)
  }

  @Test(arguments: shapes, [false, true])
  func everyDimension(_ shape: [Int], _ transposed: Bool) throws {
    let values = Self.numbers(shape)
    var x = try Tensor(values, dtype: .float64)
    x = x.alias(shape: shape, strides: Tensor.contiguous(shape), offset: 0)
    if transposed {
      // The same elements, laid down in the order of the reversed dimensions.
      let other = try Tensor.zeros(shape.reversed(), dtype: .float64)
      let view = other.alias(
        shape: shape, strides: Tensor.contiguous(shape.reversed()).reversed(), offset: 0)
      try view.backend.copy(x, into: view)
      x = view
    }
    let last = shape.count - 1
    let choices: [[Int]] = last == 0 ? [[0]] : [[0], [last], Array(0...last), [0, last]]
    for dims in choices {
      let sums = try Self.reduce(.sum, x, dims, .float64)
      let added = Self.expected(values, shape, dims) { $0.reduce(0, +) }
      expectClose(sums, added, atol: 1e-8)
      let most = Self.expected(values, shape, dims) { $0.max() ?? 0 }
      #expect(try Self.reduce(.max, x, dims, .float64) == most)
      let least = Self.expected(values, shape, dims) { $0.min() ?? 0 }
      #expect(try Self.reduce(.min, x, dims, .float64) == least)
      let any = Self.expected(values, shape, dims) { group in group.contains { $0 != 0 } ? 1 : 0 }
      #expect(try Self.reduce(.any, x, dims, .bool) == any)
      let all = Self.expected(values, shape, dims) { group in group.contains(0) ? 0 : 1 }
      #expect(try Self.reduce(.all, x, dims, .bool) == all)
      if dims.count == 1 || dims.count == shape.count {
        let places = Self.expected(values, shape, dims) { group -> Double in
          Double(group.firstIndex(of: group.max() ?? 0) ?? 0)
        }
        #expect(try Self.reduce(.argmax, x, dims, .int64) == places)
      }
    }
  }

  @Test func aNaNWinsWhereverItStands() throws {
    for at in [0, 5, 40, 66] {
      var values = Self.numbers([67])
      values[at] = .nan
      let x = Tensor(values)
      #expect(try Self.reduce(.max, x, [0], .float32)[0].isNaN)
      #expect(try Self.reduce(.min, x, [0], .float32)[0].isNaN)
      #expect(try Self.reduce(.argmax, x, [0], .int64) == [Double(at)])
    }
  }

  @Test func longSumsStayExact() throws {
    let x = try Tensor.full([1 << 24], Float(0.1))
    let out = try Tensor.zeros([1])
    try x.backend.reduce(.sum, x, dtype: .float32, into: out)
    try expectClose(out.item() / (0.1 * Double(1 << 24)), 1, atol: 1e-6)
  }

  @Test func sumsDoNotDependOnThreads() throws {
    let x = Tensor(Self.numbers([300_000])).alias(
      shape: [300, 1000], strides: [1000, 1], offset: 0)
    for dims in [[0], [1], [0, 1]] {
      let (one, four) = try ThreadPoolTests.withThreads { try Self.reduce(.sum, x, dims, .float32) }
      #expect(one == four)
    }
  }
}

extension Tensor {
  static func contiguous(_ shape: [Int]) -> [Int] { Layout.contiguousStrides(shape) }
}
