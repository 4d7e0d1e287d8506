import KindlingCore
import KindlingPlatform

/// The records of a zip file.
package struct ZipArchive {
  /// An entry of the archive.
  package struct Record {
    package let name: String
    /// The range of its bytes in the file.
    let range: Range<Int>
    /// The decompressed size in bytes, or nil if the record is not compressed.
    let inflatedSize: Int?
    let crc: UInt32

    /// The size of the content in bytes.
    var byteCount: Int { inflatedSize ?? range.count }

    /// Returns the location of the content: in the archive, or in memory after decompression.
    ///
    /// If `verify` is true, it throws if the checksum does not match. The checksums of uncompressed
    /// records are left to the reader.
    func unpacked(
      in source: FileSource, verify: Bool = true
    ) throws -> (source: FileSource, range: Range<Int>) {
      guard let inflatedSize else { return (source, range) }
      let memory = try source.part(range).withBytes {
        try Deflate.inflate($0, byteCount: inflatedSize, "the record \(name.prefix(200))")
      }
      if verify { try check(UnsafeRawBufferPointer(memory.bytes)) }
      return (FileSource(memory), 0..<inflatedSize)
    }

    /// Returns the content, in memory.
    package func content(in source: FileSource, verify: Bool = true) throws -> FilePart {
      let (place, range) = try unpacked(in: source, verify: false)
      let part = try place.part(range)
      if verify { try part.withBytes(check) }
      return part
    }

    private func check(_ bytes: UnsafeRawBufferPointer) throws {
      guard Checksum.crc32(bytes) == crc else { throw Checksum.mismatch(name) }
    }
  }

  /// The records in directory order.
  package private(set) var records: [Record] = []
  private var places: [ByteString: Int] = [:]

  /// The record with name `name`.
  package subscript(name: String) -> Record? { places[ByteString(name)].map { records[$0] } }

  /// Creates an archive from the zip file in `source` by reading its directory; throws if it is
  /// damaged.
  package init(_ source: FileSource) throws {
    let directory = try Directory(source)
    let lines = try source.part(directory.start..<directory.end)
    try lines.withBytes { bytes in
      var reader = try ByteReader(bytes, "the zip directory")
      var headers = HeaderWindow(source, end: directory.start)
      records.reserveCapacity(directory.count)
      places.reserveCapacity(directory.count)
      var extents: [(start: Int, end: Int)] = []
      extents.reserveCapacity(directory.count)
      for number in 0..<directory.count {
        let entry = try Entry(&reader)
        let record = try entry.record(&headers)
        try require(
          places.updateValue(number, forKey: ByteString(entry.name)) == nil, .corrupt,
          "two records are named \(entry.name.prefix(200))")
        records.append(record)
        extents.append((entry.headerOffset, record.range.upperBound))
      }
      try require(
        reader.remaining == 0, .corrupt, "the zip directory has more entries than it announces")
      // Overlapping records would let a small file expand to any size.
      extents.sort { $0.start < $1.start }
      for (before, after) in zip(extents, extents.dropFirst()) where after.start < before.end {
        throw CheckpointError.corrupt("two records of the zip file overlap")
      }
    }
  }

  /// The headers of the records; adjacent ones are read together.
  private struct HeaderWindow {
    private let source: FileSource
    /// The start of the directory, which is the end of the records.
    let end: Int
    private var start = 0
    private var held: FilePart?
    private static let size = 1 << 14

    init(_ source: FileSource, end: Int) { (self.source, self.end) = (source, end) }

    /// Runs `body` with the bytes from `offset` on: at least `count`, or all that are left.
    mutating func with<R>(
      _ offset: Int, _ count: Int, _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R {
      let wanted = min(count, end - offset)
      if held.map({ offset < start || offset + wanted > start + $0.bytes.count }) ?? true {
        held = try source.part(offset..<min(end, offset + max(count, Self.size)))
        start = offset
      }
      guard let held else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
      return try held.withBytes {
        try body(UnsafeRawBufferPointer(rebasing: $0[(offset - start)...]))
      }
    }
  }

  /// The location of the directory, from the end record.
  private struct Directory {
    var start: Int
    var end: Int
    var count: Int

    init(_ source: FileSource) throws {
      // The end record has 22 bytes, followed by a comment of at most 65535. A zip64 locator of 20
      // bytes may precede it.
      let base = max(0, source.byteCount - 22 - 0xFFFF - 20)
      self = try source.part(base..<source.byteCount).withBytes {
        try Directory($0, at: base, of: source)
      }
    }

    /// Creates the location of the directory from `bytes`, the end of the file from `base` on.
    private init(_ bytes: UnsafeRawBufferPointer, at base: Int, of source: FileSource) throws {
      let damaged = CheckpointError.corrupt(
        "the zip file is cut short or damaged: it has no directory at its end")
      guard bytes.count >= 22 else { throw damaged }
      let lowest = max(0, bytes.count - 22 - 0xFFFF)
      guard
        let place = stride(from: bytes.count - 22, through: lowest, by: -1).first(where: {
          bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self).littleEndian == 0x0605_4b50
        })
      else { throw damaged }
      var reader = try ByteReader(bytes, at: place + 4, "the zip end record")
      let (disk, directoryDisk) = (try reader.take(UInt16.self), try reader.take(UInt16.self))
      let (here, total) = (try reader.take(UInt16.self), try reader.take(UInt16.self))
      var size = try reader.count(UInt32.self)
      start = try reader.count(UInt32.self)
      count = Int(total)
      var limit = base + place
      if total == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
        let large = try Directory.zip64(bytes, before: place, of: source)
        (start, size, count, limit) = (large.start, large.size, large.count, large.place)
      } else if disk != 0 || directoryDisk != 0 || here != total {
        throw CheckpointError.corrupt("zip files of several parts are not supported")
      }
      let (end, overflow) = start.addingReportingOverflow(size)
      try require(!overflow && end <= limit, .corrupt, "the zip directory lies outside the file")
      // An entry takes at least 46 bytes, so a larger count is impossible.
      try require(
        count <= size / 46, .corrupt,
        "the zip directory has fewer entries than the announced \(count)")
      self.end = end
    }

    private static func zip64(
      _ bytes: UnsafeRawBufferPointer, before place: Int, of source: FileSource
    ) throws -> (start: Int, size: Int, count: Int, place: Int) {
      var locator = try ByteReader(bytes, at: place - 20, "the zip64 locator")
      try require(
        locator.take(UInt32.self) == 0x0706_4b50, .corrupt, "the zip64 locator is missing")
      _ = try locator.take(UInt32.self)
      let record = try locator.count(UInt64.self)
      try require(record < source.byteCount, .corrupt, "the zip64 end record lies outside the file")
      return try source.part(record..<source.byteCount, upTo: 56).withBytes {
        var reader = try ByteReader($0, "the zip64 end record")
        try require(
          reader.take(UInt32.self) == 0x0606_4b50, .corrupt, "the zip64 end record is missing")
        _ = try reader.take(8 + 2 + 2 + 4 + 4 + 8)
        let count = try reader.count(UInt64.self)
        let size = try reader.count(UInt64.self)
        return (try reader.count(UInt64.self), size, count, record)
      }
    }
  }

  /// An entry of the directory.
  private struct Entry {
    let name: String
    let crc: UInt32
    /// The size in the file, and after decompression if compressed.
    let size: Int
    let inflatedSize: Int?
    let headerOffset: Int

    init(_ reader: inout ByteReader) throws {
      try require(
        reader.take(UInt32.self) == 0x0201_4b50, .corrupt,
        "the zip directory has fewer entries than it announces")
      _ = try reader.take(4)
      let (flags, method) = (try reader.take(UInt16.self), try reader.take(UInt16.self))
      _ = try reader.take(4)
      crc = try reader.take(UInt32.self)
      var compressed = try reader.count(UInt32.self)
      var size = try reader.count(UInt32.self)
      let (nameLength, extraLength) = (try reader.count(UInt16.self), try reader.count(UInt16.self))
      let commentLength = try reader.count(UInt16.self)
      _ = try reader.take(8)
      var headerOffset = try reader.count(UInt32.self)
      guard let name = String(validating: try reader.take(nameLength), as: UTF8.self) else {
        throw CheckpointError.corrupt("the name of a zip record is not valid UTF-8")
      }
      var extra = try ByteReader(try reader.take(extraLength), "the extra field of \(name)")
      while extra.remaining >= 4 {
        let (id, length) = (try extra.take(UInt16.self), try extra.count(UInt16.self))
        var field = try ByteReader(try extra.take(length), "the extra field of \(name)")
        guard id == 1 else { continue }
        if size == 0xFFFF_FFFF { size = try field.count(UInt64.self) }
        if compressed == 0xFFFF_FFFF { compressed = try field.count(UInt64.self) }
        if headerOffset == 0xFFFF_FFFF { headerOffset = try field.count(UInt64.self) }
      }
      _ = try reader.take(commentLength)
      try require(
        flags & 0x2041 == 0, .unsupported,
        "the zip record \(name) is encrypted, which is not supported")
      try require(
        method == 0 || method == 8, .unsupported,
        "the zip record \(name) is compressed by method \(method); only deflate (8) is read")
      if method == 0 {
        try require(
          compressed == size, .corrupt,
          "the zip record \(name) has two sizes, \(compressed) and \(size)")
      } else if size / Deflate.mostExpansion > compressed {
        throw CheckpointError.corrupt(
          "the zip record \(name) has \(compressed) bytes, which cannot become the announced \(size)"
        )
      }
      inflatedSize = method == 0 ? nil : size
      (self.name, self.size, self.headerOffset) = (name, compressed, headerOffset)
    }

    /// Returns the record, whose header and bytes are before the directory.
    func record(_ headers: inout HeaderWindow) throws -> Record {
      try require(
        headerOffset <= headers.end, .corrupt,
        "the header of the zip record \(name) lies outside the file")
      let room = headers.end - headerOffset
      let start = try headers.with(headerOffset, 30 + name.utf8.count) { bytes in
        var header = try ByteReader(bytes, "the header of the zip record \(name)")
        try require(
          header.take(UInt32.self) == 0x0403_4b50, .corrupt,
          "there is no header where the zip record \(name) should be")
        _ = try header.take(22)
        let (nameLength, extraLength) = (
          try header.count(UInt16.self), try header.count(UInt16.self)
        )
        guard nameLength == name.utf8.count, name.utf8.elementsEqual(try header.take(nameLength))
        else {
          throw CheckpointError.corrupt("the zip record \(name) has another name in its header")
        }
        return headerOffset + header.offset + extraLength
      }
      try require(
        start - headerOffset <= room && size <= headers.end - start, .corrupt,
        "the zip record \(name) has \(size) bytes, more than the file holds")
      return Record(
        name: name, range: start..<start + size, inflatedSize: inflatedSize, crc: crc)
    }
  }
}
