import KindlingCore

/// A parser of the Python literals in an `.npy` header: strings, Booleans and tuples of integers.
struct PythonLiteral: HeaderScanner {
  let bytes: UnsafeRawBufferPointer
  var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Skips `character`, which must come next.
  mutating func expect(_ character: Unicode.Scalar) throws {
    guard skip(character) else { throw unfit("expected '\(character)'") }
  }

  /// Reads a string in either kind of quotes, without escapes.
  mutating func string(_ what: String) throws -> String {
    let quote: UInt8
    if skip("'") {
      quote = UInt8(ascii: "'")
    } else if skip("\"") {
      quote = UInt8(ascii: "\"")
    } else {
      throw unfit("\(what) is no text")
    }
    guard let end = bytes[offset...].firstIndex(of: quote) else {
      throw unfit("\(what) does not end")
    }
    let text = bytes[offset..<end]
    guard !text.contains(UInt8(ascii: "\\")), let result = String(validating: text, as: UTF8.self)
    else {
      throw unfit("\(what) is no plain text")
    }
    offset = end + 1
    return result
  }

  /// Reads the element type; structured types are lists.
  mutating func descr() throws -> String {
    skipSpaces()
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "[") {
      throw CheckpointError(
        .unsupported,
        "the array holds structures, which Kindling does not have; save their fields one by one")
    }
    return try string("descr")
  }

  /// Reads `True` or `False`.
  mutating func truth(_ what: String) throws -> Bool {
    if skipWord("True") { return true }
    if skipWord("False") { return false }
    throw unfit("\(what) is not True or False")
  }

  /// Reads a tuple of nonnegative integers, such as `(3, 4)`, `(5,)` or `()`.
  mutating func integers(_ what: String) throws -> [Int] {
    guard skip("(") else { throw unfit("\(what) is no tuple") }
    var result: [Int] = []
    while !skip(")") {
      result.append(try integer(what))
      guard result.count <= 1000 else { throw unfit("\(what) holds more than 1000 numbers") }
      if !skip(",") {
        guard skip(")"), result.count > 1 else { throw unfit("\(what) is no tuple") }
        break
      }
    }
    return result
  }

  private mutating func integer(_ what: String) throws -> Int {
    try require(!skip("-"), .corrupt, "the npy header: \(what) has a negative dimension")
    skipSpaces()
    let start = offset
    guard let value = digits() else { throw unfit("\(what) holds a number out of range") }
    guard offset > start else { throw unfit("\(what) holds something that is no integer") }
    // Python 2 writes long integers with an L.
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "L") { offset += 1 }
    return value
  }

  private mutating func skipWord(_ word: StaticString) -> Bool {
    skipSpaces()
    let matches = word.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    if matches { offset += word.utf8CodeUnitCount }
    return matches
  }

  private func unfit(_ message: ErrorMessage) -> CheckpointError {
    .corrupt("the npy header is no plain dictionary, near byte \(offset): \(message)")
  }
}
