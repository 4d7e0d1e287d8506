import Kindling

/// JSON's spelling of what the tool prints.
enum JSON {
  /// A text in quotes, with what JSON wants escaped.
  static func text(_ text: String) -> String { TextForm.json(text) }

  /// A number with all its digits; `null` where it is none, since JSON has no other word for it.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
