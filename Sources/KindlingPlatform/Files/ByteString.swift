/// A string that is equal to others with the same bytes, and to no other.
///
/// Swift's own strings are equal where they are canonically equivalent: `"é"` of one and of two
/// scalars are one key of a dictionary. Python and all file formats tell them apart. Hashing is also
/// faster: nothing is normalized.
package struct ByteString: Hashable, Sendable, Comparable, ExpressibleByStringLiteral {
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.text = text }

  package static func == (a: ByteString, b: ByteString) -> Bool { sameBytes(a.text, b.text) }

  package static func < (a: ByteString, b: ByteString) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }
}

/// Whether two strings consist of the same bytes.
package func sameBytes(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}
