/// The records of a zip file.
package struct ZipArchive {
  /// One entry.
  package struct Record {
    package let name: String
    /// The bytes as they lie in the file.
    package let bytes: UnsafeMutableRawBufferPointer
    /// The number of bytes that were compressed; nil where they lie there as they are.
    let inflatedSize: Int?
    let crc: UInt32

    /// What was put into the archive, and the memory it lies in.
    ///
    /// That is the memory of `file`, the archive, where it was not compressed. Throws where it is not
    /// what its checksum says, if `verify`.
    package func unpacked(
      in file: MappedFile, verify: Bool = true
    ) throws -> (bytes: UnsafeMutableRawBufferPointer, memory: MappedFile) {
      let what = "the record \(name.prefix(200))"
      let memory =
        try inflatedSize.map {
          try Deflate.inflate(UnsafeRawBufferPointer(bytes), byteCount: $0, what)
        } ?? file
      let content = inflatedSize == nil ? bytes : memory.bytes
      if verify, Checksum.crc32(UnsafeRawBufferPointer(content)) != crc {
        throw CheckpointError.corrupt("CRC-32 of \(what) does not match: the file is damaged")
      }
      return (content, memory)
    }
  }

  /// The records by name.
  package private(set) var records: [String: Record] = [:]
  /// The names in the directory's order.
  private(set) var names: [String] = []

  /// Reads the directory of the zip file in `file`; throws where it is damaged.
  ///
  /// Records may be compressed where `compressed` says so.
  package init(_ file: UnsafeMutableRawBufferPointer, compressed: Bool = false) throws {
    let bytes = UnsafeRawBufferPointer(file)
    let directory = try Directory(bytes)
    var reader = try ByteReader(
      UnsafeRawBufferPointer(rebasing: bytes[..<directory.end]), at: directory.start,
      "the zip directory")
    records.reserveCapacity(directory.count)
    var places: [(start: Int, end: Int)] = []
    for _ in 0..<directory.count {
      let entry = try Entry(&reader, compressed: compressed)
      let (record, start) = try entry.record(in: file, end: directory.start)
      guard records.updateValue(record, forKey: entry.name) == nil else {
        throw CheckpointError.corrupt("two records are named \(entry.name.prefix(200))")
      }
      names.append(entry.name)
      places.append((entry.headerOffset, start + record.bytes.count))
    }
    guard reader.remaining == 0 else {
      throw CheckpointError.corrupt("the zip directory has more entries than it announces")
    }
    // Records that share bytes would let a small file unpack to any size.
    places.sort { $0.start < $1.start }
    for (before, after) in zip(places, places.dropFirst()) where after.start < before.end {
      throw CheckpointError.corrupt("two records of the zip file overlap")
    }
  }

  /// Where the directory lies, from the end record.
  private struct Directory {
    var start: Int
    var end: Int
    var count: Int

    init(_ bytes: UnsafeRawBufferPointer) throws {
      let damaged = CheckpointError.corrupt(
        "the zip file is cut short or damaged: it has no directory at its end")
      // The end record is 22 bytes, followed by a comment of at most 65535.
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
      var limit = place
      if total == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
        let large = try Directory.zip64(bytes, before: place)
        (start, size, count, limit) = (large.start, large.size, large.count, large.place)
      } else if disk != 0 || directoryDisk != 0 || here != total {
        throw CheckpointError.corrupt("zip files of several parts are not supported")
      }
      let (end, overflow) = start.addingReportingOverflow(size)
      guard !overflow, end <= limit else {
        throw CheckpointError.corrupt("the zip directory lies outside the file")
      }
      // An entry takes at least 46 bytes: a larger count cannot be.
      guard count <= size / 46 else {
        throw CheckpointError.corrupt(
          "the zip directory has fewer entries than the announced \(count)")
      }
      self.end = end
    }

    private static func zip64(
      _ bytes: UnsafeRawBufferPointer, before place: Int
    ) throws -> (start: Int, size: Int, count: Int, place: Int) {
      var locator = try ByteReader(bytes, at: place - 20, "the zip64 locator")
      guard try locator.take(UInt32.self) == 0x0706_4b50 else {
        throw CheckpointError.corrupt("the zip64 locator is missing")
      }
      _ = try locator.take(UInt32.self)
      let record = try locator.count(UInt64.self)
      var reader = try ByteReader(bytes, at: record, "the zip64 end record")
      guard try reader.take(UInt32.self) == 0x0606_4b50 else {
        throw CheckpointError.corrupt("the zip64 end record is missing")
      }
      _ = try reader.take(8 + 2 + 2 + 4 + 4 + 8)
      let count = try reader.count(UInt64.self)
      let size = try reader.count(UInt64.self)
      return (try reader.count(UInt64.self), size, count, record)
    }
  }

  /// One line of the directory.
  private struct Entry {
    let name: String
    let crc: UInt32
    /// The bytes in the file, and those they become where they are compressed.
    let size: Int
    let inflatedSize: Int?
    let headerOffset: Int

    init(_ reader: inout ByteReader, compressed isAllowed: Bool) throws {
      guard try reader.take(UInt32.self) == 0x0201_4b50 else {
        throw CheckpointError.corrupt("the zip directory has fewer entries than it announces")
      }
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
      guard flags & 0x2041 == 0 else {
        throw CheckpointError(
          .unsupported, "the zip record \(name) is encrypted, which is not supported")
      }
      guard method == 0 || isAllowed && method == 8 else {
        throw CheckpointError(
          .unsupported,
          isAllowed
            ? "the zip record \(name) is compressed by method \(method); only deflate (8) is read"
            : "the zip record \(name) is compressed (method \(method)); checkpoints hold uncompressed records alone"
        )
      }
      if method == 0 {
        guard compressed == size else {
          throw CheckpointError.corrupt(
            "the zip record \(name) has two sizes, \(compressed) and \(size)")
        }
      } else if size / Deflate.mostExpansion > compressed {
        throw CheckpointError.corrupt(
          "the zip record \(name) has \(compressed) bytes, which cannot become the announced \(size)"
        )
      }
      inflatedSize = method == 0 ? nil : size
      (self.name, self.size, self.headerOffset) = (name, compressed, headerOffset)
    }

    /// The record, which ends before the directory starts at `end`, and where its bytes begin.
    func record(
      in file: UnsafeMutableRawBufferPointer, end: Int
    ) throws -> (Record, start: Int) {
      let before = UnsafeRawBufferPointer(UnsafeMutableRawBufferPointer(rebasing: file[..<end]))
      var header = try ByteReader(before, at: headerOffset, "the header of the zip record \(name)")
      guard try header.take(UInt32.self) == 0x0403_4b50 else {
        throw CheckpointError.corrupt("there is no header where the zip record \(name) should be")
      }
      _ = try header.take(22)
      let (nameLength, extraLength) = (try header.count(UInt16.self), try header.count(UInt16.self))
      guard Array(name.utf8) == Array(try header.take(nameLength)) else {
        throw CheckpointError.corrupt("the zip record \(name) has another name in its header")
      }
      _ = try header.take(extraLength)
      guard size <= header.remaining else {
        throw CheckpointError.corrupt(
          "the zip record \(name) has \(size) bytes, more than the file holds")
      }
      let start = header.offset
      let record = Record(
        name: name, bytes: UnsafeMutableRawBufferPointer(rebasing: file[start..<start + size]),
        inflatedSize: inflatedSize, crc: crc)
      return (record, start)
    }
  }
}
