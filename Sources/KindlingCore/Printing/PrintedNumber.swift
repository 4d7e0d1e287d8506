import KindlingPlatform

/// The formatting of numbers as in Python.
package enum PrintedNumber {
  /// Formats like `f"{value:.4f}"`.
  package static func fixed(_ value: Double, _ precision: Int) -> String {
    value.isFinite ? formatted("%.*f", value, precision) : special(value)
  }

  /// Formats like `f"{value:.4e}"`.
  package static func scientific(_ value: Double, _ precision: Int) -> String {
    value.isFinite ? formatted("%.*e", value, precision) : special(value)
  }

  /// Formats like `f"{value:.4g}"`: a number of significant digits, in the shorter notation.
  package static func general(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? formatted("%.*g", value, digits) : special(value)
  }

  private static func special(_ value: Double) -> String {
    value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }

  private static func formatted(_ format: String, _ value: Double, _ precision: Int) -> String {
    // 310 digits before the decimal point, plus a sign, a point and an exponent.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 320 + precision) { buffer in
      let length = withVaList([Int32(precision), value]) {
        vsnprintf(buffer.baseAddress, buffer.count, format, $0)
      }
      let bytes = UnsafeRawBufferPointer(buffer).prefix(max(0, Int(length)))
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// Formats like `repr(value)`: the shortest round-trip digits, with an exponent below 1e-4 and
  /// from 1e16 on.
  package static func shortest(_ value: Double) -> String {
    guard value.isFinite else { return special(value) }
    let text = "\(abs(value))"
    let parts = text.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let whole = mantissa[0], fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    var digits = String(whole + fraction)
    var point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    let zeros = digits.prefix { $0 == "0" }.count
    let sign = value.sign == .minus ? "-" : ""
    if zeros == digits.count { return sign + "0.0" }
    digits.removeFirst(zeros)
    point -= zeros
    while digits.last == "0" { digits.removeLast() }
    if point > 16 || point <= -4 {
      let exponent = abs(point - 1)
      let tail = digits.dropFirst()
      return sign + digits.prefix(1) + (tail.isEmpty ? "" : "." + tail)
        + (point < 1 ? "e-" : "e+") + (exponent < 10 ? "0" : "") + "\(exponent)"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point {
      return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// Formats like `str(t.item())`.
  package static func python(_ number: Scalar) -> String {
    switch number {
    case .bool(let b): b ? "True" : "False"
    case .int(let i): "\(i)"
    case .double(let d): shortest(d)
    }
  }
}
