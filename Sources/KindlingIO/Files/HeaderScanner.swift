/// A place in the text of a header, with the steps that parsers of headers share.
protocol HeaderScanner {
  /// The text.
  var bytes: UnsafeRawBufferPointer { get }
  /// The offset of the next byte.
  var offset: Int { get set }
}

extension HeaderScanner {
  /// Returns whether only spaces are left.
  mutating func isAtEnd() -> Bool {
    skipSpaces()
    return offset == bytes.count
  }

  /// Skips `character` if it comes next, and returns whether it did.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard offset < bytes.count, UInt32(bytes[offset]) == character.value else { return false }
    offset += 1
    return true
  }

  /// Skips the digits that come next, and returns their number; nil if it is out of range.
  mutating func digits() -> Int? {
    var value = 0
    while offset < bytes.count, case let digit = Int(bytes[offset]) - 48, 0...9 ~= digit {
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, beyond) = tens.addingReportingOverflow(digit)
      if over || beyond { return nil }
      value = sum
      offset += 1
    }
    return value
  }

  mutating func skipSpaces() {
    while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
  }
}
