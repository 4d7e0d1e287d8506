import KindlingPlatform

/// A JSON value.
///
/// Integers and floats are distinct. The bare tokens `NaN`, `Infinity` and `-Infinity`, which
/// Python writes and Foundation rejects, are accepted.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads the JSON file at `path`.
  package init(contentsOf path: String) throws {
    do { self = try JSONValue(parsing: FileBytes.read(path)) } catch let error as JSONError {
      throw JSONError(message: "\(path): \(error.message)")
    }
  }

  /// Reads JSON text.
  package init(parsing bytes: [UInt8]) throws {
    // A NUL after the text bounds every scan, including that of `strtod`.
    self = try (bytes + [0]).withUnsafeBufferPointer { buffer in
      var parser = JSONParser(bytes: buffer)
      return try parser.document()
    }
  }

  /// A member of an object; `nil` if there is none.
  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The elements of an array; `nil` for any other value.
  package var array: [JSONValue]? { if case .array(let a) = self { a } else { nil } }
  /// The members of an object; `nil` for any other value.
  package var object: [String: JSONValue]? { if case .object(let o) = self { o } else { nil } }
  /// The string; `nil` for any other value.
  package var string: String? { if case .string(let s) = self { s } else { nil } }
  /// The integer; `nil` for any other value.
  package var int: Int? { if case .int(let i) = self { i } else { nil } }
  /// The Boolean value; `nil` for any other value.
  package var bool: Bool? { if case .bool(let b) = self { b } else { nil } }
  /// The integers of an array that contains only integers; `nil` for any other value.
  package var ints: [Int]? {
    guard let array else { return nil }
    let ints = array.compactMap(\.int)
    return ints.count == array.count ? ints : nil
  }
  /// The number, also if it is written as the string `nan`, `inf` or `-inf`.
  package var double: Double? {
    switch self {
    case .int(let i): Double(i)
    case .double(let d): d
    case .string("nan"): .nan
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: nil
    }
  }
}

/// An error that describes why and where a text is not JSON.
package struct JSONError: Error, CustomStringConvertible {
  package let message: String
  package var description: String { message }
}

private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var at = 0
  var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func document() throws -> JSONValue {
    let value = try value()
    skipSpace()
    guard at == bytes.count - 1 else { throw failure("text after the value") }
    return value
  }

  func failure(_ what: String) -> JSONError { JSONError(message: "\(what) at byte \(at)") }

  mutating func skipSpace() {
    while bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
      at += 1
    }
  }

  mutating func value() throws -> JSONValue {
    skipSpace()
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .double(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .double(.infinity))
    default: return try number()
    }
  }

  mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
    for i in 0..<word.utf8CodeUnitCount {
      guard bytes[at] == word.utf8Start[i] else { throw failure("unknown word") }
      at += 1
    }
    return value
  }

  mutating func number() throws -> JSONValue {
    let start = at
    var magnitude = 0
    var fits = true
    let negative = bytes[at] == UInt8(ascii: "-")
    if negative { at += 1 }
    if bytes[at] == UInt8(ascii: "I") { return try word("Infinity", .double(-.infinity)) }
    let digits = at
    while case let digit = Int(bytes[at]) - 0x30, 0...9 ~= digit {
      let (shifted, over) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, more) = shifted.addingReportingOverflow(digit)
      magnitude = sum
      fits = fits && !over && !more
      at += 1
    }
    guard at > digits else { throw failure("no value") }
    let isInteger = bytes[at] != UInt8(ascii: ".") && bytes[at] | 0x20 != UInt8(ascii: "e")
    if isInteger && fits { return .int(negative ? -magnitude : magnitude) }
    guard let base = bytes.baseAddress else { throw failure("no text") }
    return try base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(text + start, &end)
      guard let end, end > text + start else { throw failure("no number") }
      at = UnsafePointer(end) - text
      return .double(value)
    }
  }

  mutating func array() throws -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    skipSpace()
    if bytes[at] == UInt8(ascii: "]") { return leave(.array([])) }
    while true {
      elements.append(try value())
      if try closes(UInt8(ascii: "]")) { return leave(.array(elements)) }
    }
  }

  mutating func object() throws -> JSONValue {
    try enter()
    var members: [String: JSONValue] = [:]
    skipSpace()
    if bytes[at] == UInt8(ascii: "}") { return leave(.object([:])) }
    while true {
      skipSpace()
      guard bytes[at] == UInt8(ascii: "\"") else { throw failure("no key") }
      let key = try string()
      skipSpace()
      guard bytes[at] == UInt8(ascii: ":") else { throw failure("no colon") }
      at += 1
      members[key] = try value()
      if try closes(UInt8(ascii: "}")) { return leave(.object(members)) }
    }
  }

  mutating func enter() throws {
    at += 1
    depth += 1
    guard depth <= 200 else { throw failure("more than 200 levels") }
  }

  mutating func leave(_ value: JSONValue) -> JSONValue {
    at += 1
    depth -= 1
    return value
  }

  /// Returns whether `end` is next; otherwise skips a comma.
  mutating func closes(_ end: UInt8) throws -> Bool {
    skipSpace()
    if bytes[at] == end { return true }
    guard bytes[at] == UInt8(ascii: ",") else { throw failure("no comma") }
    at += 1
    return false
  }

  mutating func string() throws -> String {
    at += 1
    let start = at
    while bytes[at] != UInt8(ascii: "\"") && bytes[at] != UInt8(ascii: "\\") {
      guard at < bytes.count - 1 else { throw failure("unterminated string") }
      at += 1
    }
    var units = Array(bytes[start..<at])
    while bytes[at] != UInt8(ascii: "\"") {
      guard at < bytes.count - 1 else { throw failure("unterminated string") }
      if bytes[at] == UInt8(ascii: "\\") {
        at += 1
        units += try escape()
      } else {
        units.append(bytes[at])
        at += 1
      }
    }
    at += 1
    guard let text = String(validating: units, as: UTF8.self) else {
      throw failure("invalid UTF-8")
    }
    return text
  }

  mutating func escape() throws -> [UInt8] {
    let code = bytes[at]
    at += 1
    switch code {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [code]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var scalar = try hex4()
      if 0xD800..<0xDC00 ~= scalar, bytes[at] == UInt8(ascii: "\\"),
        bytes[at + 1] == UInt8(ascii: "u")
      {
        at += 2
        let low = try hex4()
        guard 0xDC00..<0xE000 ~= low else { throw failure("half a surrogate pair") }
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let unicode = Unicode.Scalar(scalar) else { throw failure("half a surrogate pair") }
      return Array(String(Character(unicode)).utf8)
    default: throw failure("unknown escape")
    }
  }

  mutating func hex4() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
        throw failure("no hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}
