import KindlingCore
import Numerics

/// Numbers along an axis: round ones, few enough to be read.
struct Ticks {
  let values: [Double]
  let labels: [String]

  /// About `count` numbers in `range`.
  init(_ range: ClosedRange<Double>, count: Int) {
    let step = Ticks.step((range.upperBound - range.lowerBound) / Double(max(count, 1)))
    let first = (range.lowerBound / step).rounded(.up),
      last = (range.upperBound / step).rounded(.down)
    // So far from 0 that neighbours are the same number, there is nothing to count.
    guard step > 0, abs(first) < 1e15, abs(last) < 1e15, last >= first, last - first < 1000 else {
      values = [range.lowerBound]
      labels = ["\(range.lowerBound)"]
      return
    }
    values = (Int(first)...Int(last)).map { Double($0) * step }
    let decimals = max(0, -Int(Double.log10(step).rounded(.down)))
    labels = values.map { Ticks.text($0, decimals) }
  }

  /// Names at 0, 1, 2 and so on, those that lie in `range`.
  init(_ names: [String], _ range: ClosedRange<Double>) {
    let shown = names.indices.filter { range.contains(Double($0)) }
    values = shown.map(Double.init)
    labels = shown.map { names[$0] }
  }

  /// The least of 1, 2 and 5 times a power of ten that is at least `length`.
  private static func step(_ length: Double) -> Double {
    guard length > 0, length.isFinite else { return 0 }
    let power = Double.pow(10, Double.log10(length).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= length * 0.999999 } ?? 10 * power
  }

  private static func text(_ value: Double, _ decimals: Int) -> String {
    abs(value) >= 1e6 || decimals > 5
      ? PrintedNumber.general(value, 6) : PrintedNumber.fixed(value, decimals)
  }
}
