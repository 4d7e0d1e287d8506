import Kindling
import Testing

/// Joined tensors of every size, against arrays.
@Suite struct JoiningTests {
  @Test(arguments: [DType.float32, .uint8, .int64]) func joins(_ dtype: DType) throws {
    for (lengths, rows, width) in [
      (Array(0...70), 1, 1), ([3, 0, 500], 7, 40), ([1, 1], 3, 2), ([40_000, 5], 1, 1),
    ] {
      for d in [0, 1] {
        let outer = d == 0 ? 1 : rows
        let parts = try lengths.enumerated().map { i, n in
          try Tensor(LongIndexTests.numbers(outer * n * width, below: 200, i), dtype: dtype)
            .reshape(
              d == 0 ? [n, width] : [rows, n, width])
        }
        let arrays = try parts.map { try $0.to(.int64).toArray(as: Int.self) }
        var expected: [Int] = []
        for row in 0..<outer {
          for (part, n) in zip(arrays, lengths) {
            let piece: Int = n * width
            expected += part[row * piece..<(row + 1) * piece]
          }
        }
        #expect(
          try Tensor.cat(parts, dim: d).to(.int64).flatten().toArray(as: Int.self) == expected)
        // Parts that do not lie in order give the same.
        let turned = try parts.map { try $0.transpose(-1, -2).contiguous().transpose(-1, -2) }
        #expect(try Tensor.cat(turned, dim: d).equal(Tensor.cat(parts, dim: d)))
      }
    }
    let rows = try (0..<9).map {
      try Tensor(LongIndexTests.numbers(60, below: 100, $0), dtype: dtype)
    }
    for d in [0, 1] {
      let stacked = try Tensor.stack(rows.map { try $0.reshape(3, 20) }, dim: d)
      for (i, row) in rows.enumerated() { #expect(try stacked.select(d, i).flatten().equal(row)) }
    }
  }
}
