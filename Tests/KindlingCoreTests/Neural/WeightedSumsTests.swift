import CKernels
import KindlingCore
import Testing
import _TestExpectations

/// Sums of weighted elements against plain loops, bit by bit, and their gradients.
@Suite struct WeightedSumsTests {
  private static let sets = InstructionSetTests.sets + [InstructionSetTests.generic]

  private static func number(_ i: Int) -> Double { Double((i &* 7919) % 1009 - 500) / 37 }

  @Test(arguments: [DType.float32, .float64, .int64], [1, 2, 5, 70])
  func addsInOrder(_ dtype: DType, _ width: Int) throws {
    for (groups, rows, size, taps, count) in [
      (1, 1, 1, 1, 1), (1, 9, 7, 2, 40), (2, 6, 30, 4, 33), (3, 5, 4, 3, 0), (2, 0, 3, 2, 4),
    ] {
      let places = (0..<taps * groups * count).map { ($0 &* 31) % (size + 1) - 1 }
      let at = try Tensor(places, shape: [taps, groups, count])
      let x = try Tensor(
        (0..<groups * rows * size * width).map(Self.number), dtype: .float64
      ).to(dtype).reshape([groups, rows, size, width])
      let w = try Tensor((0..<places.count).map { Self.number($0 + 5) }, dtype: .float64)
        .to(dtype).reshape(at.shape)
      for weights in [w, nil] {
        // Each step is rounded in the dtype.
        var total: Tensor?
        for t in 0..<taps {
          let index = try at.select(0, t).reshape([groups, 1, count, 1]).expand([
            groups, rows, count, width,
          ])
          var part = try Tensor.where(index.ge(0), x.gather(2, index.clamp(min: 0)), 0).to(dtype)
          if let weights {
            part = try part.mul(weights.select(0, t).reshape([groups, 1, count, 1]))
          }
          total = try total.map { try $0.add(part) } ?? part
        }
        let expected = try #require(total)
        for set in Self.sets {
          let found = try InstructionSetTests.with(set) { try x.weightedSums(at, weights) }
          #expect(try found.equal(expected), "\(groups) \(rows) \(size) \(taps) under \(set)")
        }
      }
    }
  }

  @Test func differentiatesTwice() throws {
    let places = try Tensor([0, 3, 1, -1, 2, 2, 4, 0, 4, 1, -1, 3] as [Int], shape: [2, 2, 3])
    for width in [1, 3] {
      try GradientCase("weighted sums", [2, 2, 5, width], [2, 2, 3]) {
        try $0[0].weightedSums(places, $0[1]).sin()
      }.check()
      try GradientCase("sums", [2, 2, 5, width]) { try $0[0].weightedSums(places, nil).sin() }
        .check()
    }
  }

  @Test func refusesPlacesOutside() throws {
    let x = try Tensor.ones([1, 1, 3, 1])
    for place in [3, -2] {
      expectRefusal("…place \(place) is out of bounds for a line of 3 places…") {
        try x.weightedSums(Tensor([place], shape: [1, 1, 1]), nil)
      }
    }
  }
}
