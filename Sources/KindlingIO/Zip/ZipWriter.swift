import KindlingCore
import KindlingPlatform

/// A writer of zip files whose records start at multiples of 64 bytes, so that uncompressed records
/// of a mapped file can be used in place.
struct ZipWriter {
  static let alignment = 64
  private static let none16: UInt16 = 0xFFFF
  private static let none32: UInt32 = 0xFFFF_FFFF

  private struct Entry {
    let name: [UInt8]
    let crc: UInt32
    /// The size in the file, and the size of the content.
    let size: Int
    let inflatedSize: Int
    let offset: Int
    var isCompressed: Bool
    var isLarge: Bool { max(size, inflatedSize) >= Int(none32) }
  }
  private var entries: [Entry] = []

  /// Forty digits that depend on all records so far.
  var fingerprint: String {
    func digits(_ seed: UInt64) -> String {
      var hash = seed
      for entry in entries {
        for byte in entry.name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ UInt64(entry.crc)) &* 0x100_0000_01B3
      }
      let text = String(hash)
      return String(repeating: "0", count: 20 - text.count) + text
    }
    return digits(0xCBF2_9CE4_8422_2325) + digits(0x8422_2325_CBF2_9CE4)
  }

  /// Appends a record.
  mutating func add(_ name: String, _ bytes: [UInt8], to file: inout AtomicFile) throws {
    try bytes.withUnsafeBytes { try add(name, $0, to: &file) }
  }

  /// Appends a record.
  mutating func add(_ name: String, _ bytes: UnsafeRawBufferPointer, to file: inout AtomicFile)
    throws
  {
    let entry = Entry(
      name: Array(name.utf8), crc: Checksum.crc32(bytes), size: bytes.count,
      inflatedSize: bytes.count, offset: file.offset, isCompressed: false)
    try add(entry, bytes, to: &file)
  }

  /// Appends a compressed record.
  mutating func addCompressed(
    _ name: String, _ bytes: UnsafeRawBufferPointer, to file: inout AtomicFile
  ) throws {
    let packed = try Deflate.deflate(bytes)
    let entry = Entry(
      name: Array(name.utf8), crc: Checksum.crc32(bytes), size: packed.count,
      inflatedSize: bytes.count, offset: file.offset, isCompressed: true)
    try packed.withElements { try add(entry, UnsafeRawBufferPointer($0), to: &file) }
  }

  private mutating func add(
    _ entry: Entry, _ bytes: UnsafeRawBufferPointer, to file: inout AtomicFile
  ) throws {
    try require(
      entry.name.count <= Int(Self.none16), .content,
      "a name of \(entry.name.count) bytes is too long for a zip file; at most \(Self.none16)")
    entries.append(entry)
    var extra: [UInt8] = []
    if entry.isLarge {
      extra.put(UInt16(1), UInt16(16))
      extra.put(UInt64(entry.inflatedSize), UInt64(entry.size))
    }
    // A padding field, which starts with PyTorch's letters.
    let before = entry.offset + 30 + entry.name.count + extra.count + 4
    let padding = (Self.alignment - before % Self.alignment) % Self.alignment
    extra.put(UInt16(0x4246), UInt16(padding))
    extra += [UInt8](repeating: 0x5A, count: padding)
    var header: [UInt8] = []
    header.put(UInt32(0x0403_4b50))
    header.put(Self.common(entry, large: entry.isLarge))
    header.put(UInt16(entry.name.count), UInt16(extra.count))
    try file.write(header + entry.name + extra)
    try file.write(bytes)
  }

  /// Writes the directory.
  func finish(_ file: inout AtomicFile) throws {
    let start = file.offset
    for entry in entries { try file.write(Self.line(entry)) }
    let size = file.offset - start
    let large = entries.count >= Int(Self.none16) || max(start, size) >= Int(Self.none32)
    var end: [UInt8] = []
    if large {
      end.put(UInt32(0x0606_4b50))
      end.put(UInt64(44))
      end.put(UInt16(45), UInt16(45))
      end.put(UInt32(0), UInt32(0))
      end.put(UInt64(entries.count), UInt64(entries.count), UInt64(size), UInt64(start))
      end.put(UInt32(0x0706_4b50), UInt32(0))
      end.put(UInt64(start + size))
      end.put(UInt32(1))
    }
    let count = large ? Self.none16 : UInt16(entries.count)
    end.put(UInt32(0x0605_4b50))
    end.put(UInt16(0), UInt16(0), count, count)
    end.put(large ? Self.none32 : UInt32(size), large ? Self.none32 : UInt32(start))
    end.put(UInt16(0))
    try file.write(end)
  }

  private static func line(_ entry: Entry) -> [UInt8] {
    let large = entry.isLarge || entry.offset >= Int(none32)
    var extra: [UInt8] = []
    if large {
      extra.put(UInt16(1), UInt16(24))
      extra.put(UInt64(entry.inflatedSize), UInt64(entry.size), UInt64(entry.offset))
    }
    var line: [UInt8] = []
    line.put(UInt32(0x0201_4b50))
    line.put(UInt16(large ? 45 : 20))
    line.put(common(entry, large: large))
    line.put(UInt16(entry.name.count), UInt16(extra.count), 0, 0, 0)
    line.put(UInt32(0), large ? none32 : UInt32(entry.offset))
    return line + entry.name + extra
  }

  /// Returns the fields shared by a record's header and its directory entry: the version needed,
  /// names in UTF-8, the compression, zip's earliest date, checksum and sizes.
  private static func common(_ entry: Entry, large: Bool) -> [UInt8] {
    var fields: [UInt8] = []
    fields.put(
      UInt16(large ? 45 : 20), UInt16(0x0800), entry.isCompressed ? 8 : 0, 0, UInt16(0x0021))
    fields.put(entry.crc)
    fields.put(large ? none32 : UInt32(entry.size), large ? none32 : UInt32(entry.inflatedSize))
    return fields
  }
}

extension [UInt8] {
  /// Appends integers in little-endian order.
  fileprivate mutating func put<I: FixedWidthInteger>(_ values: I...) {
    for value in values {
      Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
  }

  fileprivate mutating func put(_ bytes: [UInt8]) { self += bytes }
}
