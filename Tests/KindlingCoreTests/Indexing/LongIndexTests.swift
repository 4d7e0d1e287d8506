import Kindling
import Testing

/// Indexing and rearranging of more elements than are gone through at a time, against plain loops.
@Suite struct LongIndexTests {
  /// Numbers that repeat after a long time.
  static func numbers(_ count: Int, below bound: Int, _ seed: Int) -> [Int] {
    (0..<count).map { (($0 &+ seed) &* 7919 &+ ($0 / 13) &* 104_729) % bound }
  }

  static let shapes: [[Int]] = [[5000], [3, 1700], [1700, 3], [7, 40, 19], [40, 7, 1]]

  /// Calls `body` with the number of each place of `shape`, and with the one in a tensor of `target` where
  /// the index along `d` stands in for the place's own.
  private func forEach(
    _ shape: [Int], _ target: [Int], _ d: Int, _ index: [Int], _ body: (Int, Int) -> Void
  ) {
    for i in index.indices {
      var rest = i, place = [Int](repeating: 0, count: shape.count)
      for k in shape.indices.reversed() {
        place[k] = rest % shape[k]
        rest /= shape[k]
      }
      place[d] = index[i]
      body(i, zip(place, target).reduce(0) { $0 * $1.1 + $1.0 })
    }
  }

  @Test(arguments: shapes) func gathersAndScatters(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    for d in shape.indices {
      var target = shape
      target[d] = 11
      let total = target.reduce(1, *)
      let index = Self.numbers(count, below: 11, d)
      let indexes = try Tensor(index, shape: shape)
      let source = Self.numbers(count, below: 1000, 1).map(Double.init)
      let values = try Tensor(source, shape: shape, dtype: .float64)
      let own = Self.numbers(total, below: 1000, 2).map(Double.init)
      let x = try Tensor(own, shape: target, dtype: .float64)
      var taken = source, set = own, added = own, most = own
      forEach(shape, target, d, index) { from, to in
        taken[from] = own[to]
        set[to] = source[from]
        added[to] += source[from]
        most[to] = max(most[to], source[from])
      }
      // As it is, and lying by columns.
      for x in [
        x,
        try x.permute(Array(shape.indices.reversed())).contiguous().permute(
          Array(shape.indices.reversed())),
      ] {
        #expect(try x.gather(d, indexes).toArray(as: Double.self) == taken)
        #expect(try x.scatter(d, indexes, values).toArray(as: Double.self) == set)
        #expect(try x.scatterAdd(d, indexes, values).toArray(as: Double.self) == added)
        #expect(
          try x.scatterReduce(d, indexes, values, .amax).toArray(as: Double.self) == most)
      }
      let line = Tensor(Self.numbers(1500, below: 11, 3))
      let chosen = try x.indexSelect(d, line)
      let wide = try line.reshape(shape.indices.map { $0 == d ? 1500 : 1 }).expand(chosen.shape)
      #expect(try chosen.equal(x.gather(d, wide.contiguous())))
    }
  }

  @Test func extremesCombineWithNaN() throws {
    let zeros = try Tensor([-1.0, 2, .nan, 4, 5] as [Double], dtype: .float64)
    let index = Tensor([0, 0, 1, 1, 2, 3, 4, 4] as [Int])
    let source = try Tensor(
      [-3.0, -0.5, .nan, 1, 7, .nan, .infinity, .nan] as [Double], dtype: .float64)
    let most = try zeros.scatterReduce(0, index, source, .amax).toArray(as: Double.self)
    #expect(most[0] == -0.5 && most[1].isNaN && most[2].isNaN && most[3].isNaN && most[4].isNaN)
    let least = try zeros.scatterReduce(0, index, source, .amin).toArray(as: Double.self)
    #expect(least[0] == -3 && least[1].isNaN && least[2].isNaN && least[3].isNaN && least[4].isNaN)
  }

  @Test(arguments: DType.allCases) func flips(_ dtype: DType) throws {
    for n in Array(0...67) + [1000] {
      let row = try Tensor(Self.numbers(3 * n, below: 100, n), shape: [3, n]).to(dtype)
      let values = try row.to(.float64).toArray(as: Double.self)
      let mirrored = (0..<3).flatMap { r in (0..<n).map { values[r * n + n - 1 - $0] } }
      #expect(try row.flip(1).to(.float64).toArray(as: Double.self) == mirrored)
      #expect(try row.flip(1).flip(1).equal(row))
    }
  }

  @Test(arguments: DType.allCases) func placesOfColumns(_ dtype: DType) throws {
    if dtype == .bool { return }
    for (rows, columns) in [(1, 5), (2, 600), (37, 13), (300, 1030)] {
      var x = try Tensor(
        Self.numbers(rows * columns, below: 50, columns), shape: [rows, columns]
      ).to(dtype)
      if dtype.isFloatingPoint {
        x = try Tensor.where(x.eq(49), Double.nan, x).to(dtype)
      }
      let turned = try x.transpose(0, 1).contiguous()
      #expect(try x.argmax(dim: 0).equal(turned.argmax(dim: 1)))
      #expect(try x.argmin(dim: 0).equal(turned.argmin(dim: 1)))
    }
  }

  @Test func countsRepeat() throws {
    let counts = Self.numbers(4000, below: 4, 5)
    let x = Tensor(Self.numbers(4000, below: 1 << 40, 6))
    let expected = try zip(x.toArray(as: Int.self), counts).flatMap {
      [Int](repeating: $0, count: $1)
    }
    #expect(try x.repeatInterleave(Tensor(counts)).toArray(as: Int.self) == expected)
  }
}
