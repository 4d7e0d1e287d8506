/// Numbers as Python prints them.
enum PythonText {
  static func number(_ x: Double) -> String {
    x == x.rounded() && abs(x) < 1e15 ? "\(Int(x))" : "\(x)"
  }

  static func range(_ range: ClosedRange<Double>) -> String {
    "(\(range.lowerBound), \(range.upperBound))"
  }

  /// Rounded to four decimals.
  static func short(_ range: ClosedRange<Double>) -> String {
    func cut(_ x: Double) -> Double { (x * 1e4).rounded(.toNearestOrEven) / 1e4 }
    return "(\(cut(range.lowerBound)), \(cut(range.upperBound)))"
  }

  static func flag(_ flag: Bool) -> String { flag ? "True" : "False" }
}
