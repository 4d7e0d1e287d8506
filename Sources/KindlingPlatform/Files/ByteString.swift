/// A string that equals only strings with the same bytes.
///
/// Swift's strings are equal if they are canonically equivalent: `"é"` of one and of two scalars
/// are the same dictionary key. Python and all file formats distinguish them. Hashing is also
/// faster, without normalization.
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

/// Returns whether two strings have the same bytes.
package func sameBytes(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}
