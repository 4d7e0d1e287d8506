import KindlingCore

/// Numbers as Python prints them.
enum PythonText {
  static func range(_ range: ClosedRange<Double>) -> String {
    "(\(PrintedNumber.shortest(range.lowerBound)), \(PrintedNumber.shortest(range.upperBound)))"
  }

  /// A place in an image; whole numbers are Python's integers.
  static func point(_ point: (x: Double, y: Double)) -> String {
    func number(_ x: Double) -> String {
      Int(exactly: x).map(String.init) ?? PrintedNumber.shortest(x)
    }
    return "(\(number(point.x)), \(number(point.y)))"
  }

  /// Rounded to four decimals.
  static func short(_ range: ClosedRange<Double>) -> String {
    func cut(_ x: Double) -> String {
      PrintedNumber.shortest((x * 1e4).rounded(.toNearestOrEven) / 1e4)
    }
    return "(\(cut(range.lowerBound)), \(cut(range.upperBound)))"
  }

  static func flag(_ flag: Bool) -> String { flag ? "True" : "False" }
}

/// A number together with its type as it was written, which descriptions show: `2` or `2.0`.
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
