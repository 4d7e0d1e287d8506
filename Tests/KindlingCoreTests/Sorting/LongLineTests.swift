import Kindling
import Testing
import _TestExpectations

/// Joining, sorting and order statistics of more elements than are gone through at a time, against plain
/// loops.
@Suite struct LongLineTests {
  private static func numbers(_ count: Int, below bound: Int, _ seed: Int) -> [Int] {
    LongIndexTests.numbers(count, below: bound, seed)
  }

  @Test(arguments: DType.allCases) func sortsLongRows(_ dtype: DType) throws {
    for (n, bound) in [(255, 90), (256, 100), (3000, 2), (3000, 120)] {
      let x = try Tensor(Self.numbers(n, below: bound, n)).sub(dtype == .uint8 ? 0 : 40).to(dtype)
      let values = try x.to(.float64).toArray(as: Double.self)
      for descending in [false, true] {
        let (sorted, places) = try x.sort(dim: 0, descending: descending)
        let expected = values.indices.sorted { (a: Int, b: Int) -> Bool in
          if values[a] == values[b] { return a < b }
          return descending ? values[a] > values[b] : values[a] < values[b]
        }
        #expect(try places.toArray(as: Int.self) == expected)
        #expect(try sorted.to(.float64).toArray(as: Double.self) == expected.map { values[$0] })
      }
      let (distinct, inverse, counts) = try x.uniqueWithInverseAndCounts()
      let known = Set(values).sorted()
      #expect(try distinct.to(.float64).toArray(as: Double.self) == known)
      #expect(try distinct.indexSelect(0, inverse).equal(x))
      #expect(
        try counts.toArray(as: Int.self) == known.map { v in values.filter { $0 == v }.count })
    }
  }

  @Test(arguments: DType.allCases) func mediansOfAll(_ dtype: DType) throws {
    if dtype == .bool {
      expectRefusal("median: \"median_cpu\" not implemented for 'Bool'") {
        try Tensor([true, false]).median()
      }
      return
    }
    for n in [1, 2, 3, 10, 255, 3001] {
      for nans in [0, 2, n] {
        var x = try Tensor(Self.numbers(n, below: 200, n)).sub(dtype == .uint8 ? 0 : 100).to(dtype)
        if nans > 0 {
          if !dtype.isFloatingPoint || nans > n { continue }
          x = try x.clone()
          try x.narrow(0, n - nans, nans).fill_(Double.nan)
        }
        let rest = try x.to(.float64).toArray(as: Double.self).filter { !$0.isNaN }.sorted()
        let median = rest.isEmpty ? .nan : rest[(rest.count - 1) / 2]
        let found = try x.median().to(.float64).item(as: Double.self)
        #expect(nans > 0 ? found.isNaN : found == median)
        let among = try x.nanmedian().to(.float64).item(as: Double.self)
        #expect(rest.isEmpty ? among.isNaN : among == median)
      }
    }
  }

  /// Of equal zeros the one that sorting puts there.
  @Test func mediansKeepTheSignOfZero() throws {
    for values in [[-0.0, 0, 0], [0, -0.0, 0], [0, 0, -0.0], [-0.0, -0.0, 0], [1, -0.0, -1]] {
      let x = try Tensor(values, dtype: .float64)
      let wanted = try x.sort().values.toArray(as: Double.self)[1]
      #expect(try x.median().item(as: Double.self).sign == wanted.sign)
    }
  }
}
