import CKernels
import Foundation
import Kindling
import Testing
import _TestExpectations

/// The functions that whole vectors go through, against the C library in float64, under every
/// instruction set.
@Suite struct VectorFunctionTests {
  typealias Sets = InstructionSetTests
  static let sets = Sets.sets + [Sets.generic]

  struct Function: Sendable, CustomTestStringConvertible {
    let op: UnaryOp
    let range: ClosedRange<Double>
    let of: @Sendable (Double) -> Double
    init(_ op: UnaryOp, _ range: ClosedRange<Double>, _ of: @escaping @Sendable (Double) -> Double)
    {
      (self.op, self.range, self.of) = (op, range, of)
    }
    var testDescription: String { "unary \(op.rawValue)" }
  }

  static let functions = [
    Function(.exp2, -20...20, exp2), Function(.log2, 0...50, log2), Function(.log10, 0...50, log10),
    Function(.asin, -1...1, asin), Function(.acos, -1...1, acos), Function(.atan, -9...9, atan),
    Function(.sinh, -9...9, sinh), Function(.cosh, -9...9, cosh),
    Function(.asinh, -9...9, asinh), Function(.acosh, 1...9, acosh),
    Function(.atanh, -1...1, atanh), Function(.erfc, -4...4, erfc),
    Function(.erfinv, -1...1) { inverted($0) },
  ]

  /// erfinv by bisection of the C library's erf and erfc.
  private static func inverted(_ x: Double) -> Double {
    if x == 0 || x.magnitude == 1 { return x.magnitude == 1 ? x * .infinity : x }
    var (low, high) = (0.0, 6.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      let isBelow =
        x.magnitude < 0.5 ? erf(middle) < x.magnitude : erfc(middle) > 1 - x.magnitude
      (low, high) = isBelow ? (middle, high) : (low, middle)
    }
    return x < 0 ? -low : low
  }

  @Test(arguments: functions) func agreesWithTheCLibrary(_ f: Function) throws {
    let n = 4003
    let values = (0..<n).map { i in
      f.range.lowerBound
        + (f.range.upperBound - f.range.lowerBound) * (Double(i) + 0.37) / Double(n)
    }
    for set in Self.sets {
      let narrow = try run(f.op, values.map(Float.init), set)
      for (x, y) in zip(values.map(Float.init), narrow) {
        let right = f.of(Double(x))
        #expect(abs(Double(y) - right) <= 4 * Double(Float(right).ulp), "\(x) under \(set)")
      }
      for (x, y) in zip(values, try run(f.op, values, set)) {
        let right = f.of(x)
        // Bisection is good to some units itself, where erf hardly changes.
        let most = f.op == .erfinv ? max(8 * right.ulp, 4e-15 * right.magnitude) : 4 * right.ulp
        expectClose(y, right, atol: most, "\(x) under \(set)")
      }
    }
  }

  @Test func erfinvEndsAsPyTorchs() throws {
    // PyTorch's values.
    let table: [(Double, Double)] = [
      (-0.9, -1.1630871536766743), (0.5, 0.4769362762044699), (1e-20, 8.862269254527581e-21),
      (1, .infinity), (-1, -.infinity), (0, 0),
    ]
    for set in Self.sets {
      let found = try run(.erfinv, table.map(\.0), set)
      for (row, y) in zip(table, found) {
        #expect(y == row.1 || abs(y - row.1) <= 2 * row.1.ulp, "\(row) under \(set)")
      }
      #expect(try run(.erfinv, [1.5, -.infinity, .nan], set).allSatisfy(\.isNaN))
    }
  }

  /// Dividends and divisors: small quotients, whole ones, huge ones, any bits.
  private static func pairs() -> [(Float, Float)] {
    var state: UInt64 = 4
    func next() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(state >> 32)
    }
    func number(_ most: Float) -> Float { (Float(next()) / Float(UInt32.max) * 2 - 1) * most }
    return (0..<12_000).map { i in
      // Long stretches of one kind: whole parts go by vectors, or none does.
      switch i / 700 % 4 {
      case 0: return (number(1000), number(1))
      case 1:
        let divisor = number(2)
        return (divisor * Float(next() % 1_000_000), -divisor)
      case 2: return (number(1e30), number(1e-3))
      default: return (Float(bitPattern: next()), Float(bitPattern: next()))
      }
    }
  }

  @Test(arguments: sets) func remaindersAreExact(_ set: InstructionSet) throws {
    let (a, b) = (Self.pairs().map(\.0), Self.pairs().map(\.1))
    let (rest, modulo) = (try run(.fmod, a, b, set), try run(.remainder, a, b, set))
    for i in a.indices {
      let right = fmodf(a[i], b[i])
      let moved = right != 0 && (b[i] < 0) != (right < 0) ? right + b[i] : right
      #expect(rest[i].bitPattern == right.bitPattern || rest[i].isNaN && right.isNaN)
      #expect(modulo[i].bitPattern == moved.bitPattern || modulo[i].isNaN && moved.isNaN)
    }
    let (wideA, wideB) = (a.map { Double($0) * 1.0000000001 }, b.map { Double($0) * 1.000001 })
    for (i, y) in try run(.fmod, wideA, wideB, set).enumerated() {
      let right = fmod(wideA[i], wideB[i])
      #expect(y.bitPattern == right.bitPattern || y.isNaN && right.isNaN)
    }
  }

  private func run<T: TensorScalar>(_ op: UnaryOp, _ x: [T], _ set: InstructionSet) throws -> [T] {
    let loop = try #require(Sets.with(set) { kk_unary(op, T.dtype.rawValue) })
    var y = x
    x.withUnsafeBytes { x in
      y.withUnsafeMutableBytes { y in
        var pointer = x.baseAddress, step: Int64 = 1
        if let out = y.baseAddress {
          loop(Int64(y.count / MemoryLayout<T>.stride), &pointer, &step, out, 1, nil)
        }
      }
    }
    return y
  }

  private func run<T: TensorScalar>(
    _ op: BinaryOp, _ a: [T], _ b: [T], _ set: InstructionSet
  ) throws -> [T] {
    let loop = try #require(Sets.with(set) { kk_binary(op, T.dtype.rawValue) })
    var y = a
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        y.withUnsafeMutableBytes { y in
          var pointers = [a.baseAddress, b.baseAddress], steps: [Int64] = [1, 1]
          if let out = y.baseAddress {
            loop(Int64(y.count / MemoryLayout<T>.stride), &pointers, &steps, out, 1, nil)
          }
        }
      }
    }
    return y
  }
}
