import KindlingCore

/// Formatting of numbers in Python's notation.
enum PythonText {
  static func range(_ range: ClosedRange<Double>) -> String {
    "(\(PrintedNumber.shortest(range.lowerBound)), \(PrintedNumber.shortest(range.upperBound)))"
  }

  /// Returns a point in an image; integral numbers are printed as Python integers.
  static func point(_ point: (x: Double, y: Double)) -> String {
    func number(_ x: Double) -> String {
      Int(exactly: x).map(String.init) ?? PrintedNumber.shortest(x)
    }
    return "(\(number(point.x)), \(number(point.y)))"
  }

  /// Returns the range, rounded to four decimals.
  static func short(_ range: ClosedRange<Double>) -> String {
    func cut(_ x: Double) -> String {
      PrintedNumber.shortest((x * 1e4).rounded(.toNearestOrEven) / 1e4)
    }
    return "(\(cut(range.lowerBound)), \(cut(range.upperBound)))"
  }

  static func flag(_ flag: Bool) -> String { flag ? "True" : "False" }
}

/// A number with the type it was given in, which descriptions show: `2` or `2.0`.
struct WrittenNumber: Sendable {
  let value: Double
  private let scalar: Scalar

  init<S: TensorScalar>(_ number: S) {
    scalar = number.scalar
    value =
      switch scalar {
      case .bool(let flag): flag ? 1 : 0
      case .int(let integer): Double(integer)
      case .double(let double): double
      }
  }

  var text: String {
    switch scalar {
    case .bool(let flag): PythonText.flag(flag)
    case .int(let integer): "\(integer)"
    case .double(let double): PrintedNumber.shortest(double)
    }
  }
}
