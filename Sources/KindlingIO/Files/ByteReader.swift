/// A reader of little-endian numbers from bytes that may end anywhere.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int
  private let what: String

  /// Creates a reader that starts at `offset` of `bytes`; `what` describes them in error messages.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0, _ what: String) throws {
    try require(0...bytes.count ~= offset, .corrupt, "\(what) lies outside the file")
    self.bytes = bytes
    self.offset = offset
    self.what = what
  }

  /// The number of remaining bytes.
  var remaining: Int { bytes.count - offset }

  /// Reads the next `count` bytes.
  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    try require(
      count >= 0 && count <= remaining, .corrupt,
      "\(what) ends early: \(count) bytes are announced, \(remaining) are left")
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// Reads the next integer.
  mutating func take<I: FixedWidthInteger>(_ type: I.Type = I.self) throws -> I {
    I(littleEndian: try take(MemoryLayout<I>.size).loadUnaligned(as: I.self))
  }

  /// Reads the next unsigned integer as a count or offset that must fit `Int`.
  mutating func count<I: FixedWidthInteger & UnsignedInteger>(_ type: I.Type) throws -> Int {
    let value = try take(I.self)
    let result = try require(
      Int(exactly: value), .corrupt, "\(what) has the impossible size \(value)")
    return result
  }

  /// Reads the bytes up to the next line feed, and skips it.
  mutating func line() throws -> UnsafeRawBufferPointer {
    let end = try require(
      bytes[offset...].firstIndex(of: 0x0A), .corrupt, "\(what) ends within a line")
    defer { offset = end + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
  }
}
