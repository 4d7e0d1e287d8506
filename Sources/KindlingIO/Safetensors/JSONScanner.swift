import KindlingCore

/// A scanner of the JSON in a safetensors header: objects, arrays of integers, and strings.
///
/// It does not recurse, and keeps no more than it has read.
struct JSONScanner: HeaderScanner {
  let bytes: UnsafeRawBufferPointer
  var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Skips `character`, which must come next.
  mutating func expect(_ character: Unicode.Scalar, _ place: String) throws {
    guard skip(character) else { throw invalid("expected '\(character)' \(place)") }
  }

  /// Reads `{"key": …, "key": …}`; `body` reads the value of each key.
  mutating func object(
    _ what: String, _ body: (_ key: String, inout JSONScanner) throws -> Void
  ) throws {
    guard skip("{") else { throw invalid("\(what) is no object") }
    if skip("}") { return }
    repeat {
      let key = try string("a key of \(what)")
      try expect(":", "after the key '\(key.prefix(100))'")
      try body(key, &self)
    } while skip(",")
    try expect("}", "at the end of \(what)")
  }

  /// Reads `[1, 2, 3]`.
  mutating func integers(_ what: String) throws -> [Int] {
    guard skip("[") else { throw invalid("\(what) is no array") }
    var result: [Int] = []
    if skip("]") { return result }
    repeat {
      result.append(try integer(what))
      guard result.count <= 1000 else { throw invalid("\(what) holds more than 1000 numbers") }
    } while skip(",")
    try expect("]", "at the end of \(what)")
    return result
  }

  /// Reads a nonnegative integer.
  private mutating func integer(_ what: String) throws -> Int {
    skipSpaces()
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") {
      throw CheckpointError.corrupt("the safetensors header: \(what) holds a negative number")
    }
    let start = offset
    let value = try require(
      digits(), .corrupt, "the safetensors header: \(what) holds a number out of range")
    let isWhole = offset == bytes.count || ![UInt8(ascii: "."), 0x65, 0x45].contains(bytes[offset])
    guard offset > start, isWhole, offset == start + 1 || bytes[start] != UInt8(ascii: "0") else {
      throw invalid("\(what) holds something that is no integer")
    }
    return value
  }

  /// Reads a quoted string.
  mutating func string(_ what: String) throws -> String {
    guard skip("\"") else { throw invalid("\(what) is no text") }
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else {
          throw invalid("\(what) is not valid UTF-8")
        }
        return result
      case UInt8(ascii: "\\"): text += Array(String(try escaped(what)).utf8)
      case 0..<0x20: throw invalid("\(what) holds a control character")
      default: text.append(byte)
      }
    }
    throw invalid("\(what) does not end")
  }

  private mutating func escaped(_ what: String) throws -> Unicode.Scalar {
    guard offset < bytes.count else { throw invalid("\(what) does not end") }
    defer { offset += 1 }
    switch bytes[offset] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try hexadecimal(at: offset + 1, what)
      offset += 4
      // A character beyond 16 bits is written as a surrogate pair.
      if 0xD800..<0xDC00 ~= code, offset + 6 < bytes.count, bytes[offset + 1] == 0x5C,
        bytes[offset + 2] == 0x75
      {
        let low = try hexadecimal(at: offset + 3, what)
        guard 0xDC00..<0xE000 ~= low else { throw invalid("\(what) holds half a character") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        offset += 6
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw invalid("\(what) holds half a character")
      }
      return scalar
    default: throw invalid("\(what) holds an unknown escape")
    }
  }

  private func hexadecimal(at start: Int, _ what: String) throws -> UInt32 {
    guard start + 4 <= bytes.count else { throw invalid("\(what) does not end") }
    return try bytes[start..<start + 4].reduce(0) { value, byte in
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw invalid("\(what) holds an escape that is not hexadecimal")
      }
      return value << 4 | UInt32(digit)
    }
  }

  private func invalid(_ message: ErrorMessage) -> CheckpointError {
    .corrupt(
      "the safetensors header is not valid JSON of its kind, near byte \(offset): \(message)")
  }
}
