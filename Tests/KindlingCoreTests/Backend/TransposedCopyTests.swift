import Kindling
import Testing

/// Copies by tiles, against the element that each place of the result should hold.
@Suite struct TransposedCopyTests {
  /// Shapes, and the order of dimensions in which they are copied.
  static let cases: [([Int], [Int])] = [
    ([16, 16], [1, 0]), ([17, 40], [1, 0]), ([130, 65], [1, 0]), ([3, 70, 33], [0, 2, 1]),
    ([70, 3, 33], [2, 1, 0]), ([2, 20, 3, 150], [3, 0, 2, 1]), ([64, 200, 2], [1, 0, 2]),
    ([15, 300], [1, 0]), ([2100, 70], [1, 0]), ([65, 1030, 3], [2, 1, 0]),
  ]

  @Test(arguments: cases, [DType.uint8, .bfloat16, .float32, .int64])
  func everyElementArrives(_ test: ([Int], [Int]), _ dtype: DType) throws {
    let (shape, order) = test
    let count = shape.reduce(1, *)
    let x = try Tensor.arange(count).remainder(251).to(dtype).reshape(shape)
    let turned = try x.permute(order).contiguous()
    let elements = try turned.to(.int64).toArray(as: Int.self)
    let strides = try x.permute(order).strides, sizes = turned.shape
    for (place, element) in elements.enumerated() {
      var (rest, from) = (place, 0)
      for d in sizes.indices.reversed() {
        from += rest % sizes[d] * strides[d]
        rest /= sizes[d]
      }
      if element != from % 251 {
        Issue.record("element \(place) of \(sizes) is \(element), not \(from % 251)")
        return
      }
    }
  }

  @Test func intoAViewWithGaps() throws {
    let x = try Tensor.rand(40, 50), out = try Tensor.zeros(50, 90)
    try out[.all, 3..<43].copy_(x.t())
    #expect(try out[.all, 3..<43].t().equal(x))
    #expect(try out[.all, 0..<3].abs().sum().item() == 0)
    #expect(try out[.all, 43..<90].abs().sum().item() == 0)
  }

  @Test func isTakenWhereItShouldBe() throws {
    let x = try Tensor.rand(64, 64)
    let out = try Tensor.empty([64, 64])
    #expect(try TransposedCopy(x.t(), out) != nil)
    #expect(TransposedCopy(x, out) == nil)
    #expect(try TransposedCopy(x.t(), Tensor.empty([64, 64], dtype: .float64)) == nil)
    #expect(try TransposedCopy(Tensor.rand(4, 64).t(), Tensor.empty([64, 4])) == nil)
  }
}
