import Kindling
import Testing

/// Borders that repeat the input, against the places that they name.
@Suite struct PaddingTests {
  private static func source(_ i: Int, _ size: Int, _ mode: PaddingMode) -> Int {
    switch mode {
    case .reflect: i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i
    case .replicate: min(max(i, 0), size - 1)
    case .circular: (i + size) % size
    case .constant: i
    }
  }

  @Test(
    arguments: [PaddingMode.reflect, .replicate, .circular], [DType.float32, .float16, .int64])
  func repeatsTheInput(_ mode: PaddingMode, _ dtype: DType) throws {
    for (shape, pad) in [
      ([2, 3, 9], [4, 2]), ([1, 5, 40], [0, 7]), ([2, 3, 7, 5], [2, 1, 3, 0]),
      ([3, 70, 33], [1, 2, 5, 4]), ([1, 2, 4, 5, 6], [3, 1, 0, 2, 1, 1]),
      ([1, 2, 8, 9], [-1, 3, 2, -2]),
    ] {
      // A circular border repeats what negative ones leave.
      if mode == .circular && pad.contains(where: { $0 < 0 }) { continue }
      let count = shape.reduce(1, *)
      let x = try Tensor((0..<count).map { $0 % 1999 }, shape: shape).to(dtype)
      let columns = try x.transpose(-1, -2).contiguous().transpose(-1, -2)
      var expected = x
      for i in 0..<pad.count / 2 {
        let d = shape.count - 1 - i, size = shape[d]
        let places = (-pad[2 * i]..<size + pad[2 * i + 1]).map { Self.source($0, size, mode) }
        expected = try expected.indexSelect(d, Tensor(places))
      }
      #expect(try F.pad(x, pad, mode: mode).equal(expected), "\(shape) \(pad)")
      #expect(try F.pad(columns, pad, mode: mode).equal(expected), "\(shape) \(pad) by columns")
    }
  }
}
