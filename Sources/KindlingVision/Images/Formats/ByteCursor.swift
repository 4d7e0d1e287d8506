import KindlingCore

/// A cursor that reads numbers from the bytes of a file, and throws at the end.
struct ByteCursor {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  /// Moves to a position, which may be the end.
  mutating func seek(_ place: Int) throws {
    guard (0...bytes.count).contains(place) else { throw ByteCursor.truncated }
    position = place
  }

  mutating func skip(_ count: Int) throws {
    guard count >= 0, count <= bytes.count - position else { throw ByteCursor.truncated }
    position += count
  }

  mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw ByteCursor.truncated }
    defer { position += 1 }
    return bytes[position]
  }

  /// Returns the next `count` bytes.
  mutating func take(_ count: Int) throws -> UnsafeBufferPointer<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw ByteCursor.truncated }
    defer { position += count }
    return UnsafeBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// Reads a little-endian number of two bytes.
  mutating func short() throws -> Int { Int(try byte()) | Int(try byte()) << 8 }

  /// Reads a little-endian number of four bytes.
  mutating func word() throws -> Int { try short() | short() << 16 }

  /// Reads a signed little-endian number of four bytes.
  mutating func signedWord() throws -> Int {
    Int(Int32(truncatingIfNeeded: try word()))
  }

  static var truncated: VisionError {
    VisionError(.corrupt, "the image cannot be decoded: the file is truncated")
  }

  static func damaged(_ reason: String) -> VisionError {
    VisionError(.corrupt, "the image cannot be decoded: \(reason)")
  }
}

extension Image {
  /// Returns an empty image of the size in a file's header.
  ///
  /// `most` is an upper bound on the pixels that such a file can hold.
  static func promised(
    _ mode: Mode, width: Int, height: Int, most: Int, inBytes count: Int
  ) throws -> Tensor {
    guard width > 0, height > 0, width <= ImageFormat.mostPixels,
      height <= min(most, ImageFormat.mostPixels) / width
    else {
      throw ByteCursor.damaged(
        "its header promises \(width) by \(height) pixels, more than a file of \(count) bytes holds"
      )
    }
    return try Tensor.zeros([height, width, mode.channels], dtype: .uint8)
  }
}
