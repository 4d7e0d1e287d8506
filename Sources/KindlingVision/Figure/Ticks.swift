import KindlingCore
import Numerics

/// The ticks of an axis: round numbers, few enough to be readable.
struct Ticks {
  let values: [Double]
  let labels: [String]

  /// Creates about `count` ticks in `range`.
  init(_ range: ClosedRange<Double>, count: Int) {
    let step = Ticks.step((range.upperBound - range.lowerBound) / Double(max(count, 1)))
    let first = (range.lowerBound / step).rounded(.up),
      last = (range.upperBound / step).rounded(.down)
    // Far from 0, adjacent ticks would be the same number.
    guard step > 0, abs(first) < 1e15, abs(last) < 1e15, last >= first, last - first < 1000 else {
      values = [range.lowerBound]
      labels = [PrintedNumber.general(range.lowerBound, 6)]
      return
    }
    values = (Int(first)...Int(last)).map { Double($0) * step }
    // As many digits as distinguish adjacent ticks.
    let unit = Int(Double.log10(step).rounded(.down))
    let most = values.map(abs).max() ?? 0
    let digits = most > 0 ? Int(Double.log10(most).rounded(.down)) - unit + 1 : 1
    let isPlain = most < 1e6 && unit >= -5
    labels = values.map {
      isPlain
        ? PrintedNumber.fixed($0, max(0, -unit))
        : PrintedNumber.general($0, min(max(digits, 1), 17))
    }
  }

  /// Creates ticks with names at 0, 1, 2 and so on, as far as they are in `range`.
  init(_ names: [String], _ range: ClosedRange<Double>) {
    let shown = names.indices.filter { range.contains(Double($0)) }
    values = shown.map(Double.init)
    labels = shown.map { names[$0] }
  }

  /// Returns the smallest of 1, 2 and 5 times a power of ten that is at least `length`.
  private static func step(_ length: Double) -> Double {
    guard length > 0, length.isFinite else { return 0 }
    let power = Double.pow(10, Double.log10(length).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= length * 0.999999 } ?? 10 * power
  }
}
