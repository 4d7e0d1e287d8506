/// JSON's spelling of what the tool prints.
enum JSON {
  /// A text in quotes, with what JSON wants escaped.
  static func text(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A number with all its digits; `null` where it is none, since JSON has no other word for it.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
