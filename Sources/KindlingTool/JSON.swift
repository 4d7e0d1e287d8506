import Kindling

/// Formatting of JSON values.
enum JSON {
  /// Returns a quoted and escaped string.
  static func text(_ text: String) -> String { TextForm.json(text) }

  /// Returns a number with all its digits; `null` if it is not finite, since JSON has no other
  /// value for it.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
