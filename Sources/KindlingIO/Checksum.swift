import CZlib

/// CRC-32 as zip files use it.
enum Checksum {
  /// The checksum of `bytes`.
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}

extension Checksum {
  /// Throws where the bytes of a record are not those it was written with.
  static func verify(_ records: [ZipArchive.Record]) throws {
    for record in records where crc32(UnsafeRawBufferPointer(record.bytes)) != record.crc {
      throw CheckpointError.corrupt(
        "CRC-32 of \(record.name.prefix(200)) does not match: the file is damaged, or was written without checksums; pass verify: false to load it all the same")
    }
  }
}
