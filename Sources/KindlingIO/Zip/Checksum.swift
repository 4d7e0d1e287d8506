import CZlib
import KindlingCore

/// The CRC-32 checksum of zip files.
package enum Checksum {
  /// The size of a piece in bytes: enough work for a thread, but small enough to balance the load.
  private static let piece = 4 << 20

  /// Computes the checksum of `bytes`.
  package static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 { crc32([bytes])[0] }

  /// Computes the checksum of each run of bytes on all threads of the pool.
  package static func crc32(_ runs: [UnsafeRawBufferPointer]) -> [UInt32] {
    let pieces = runs.enumerated().flatMap { run, bytes in
      stride(from: 0, to: bytes.count, by: piece).map { start in
        (run: run, bytes: bytes[start..<min(start + piece, bytes.count)])
      }
    }
    let sums = [UInt32](unsafeUninitializedCapacity: pieces.count) { sums, count in
      let sums = UnsafeMutableBufferPointer(rebasing: sums[..<pieces.count])
      ThreadPool.shared.run(pieces.count) { i in
        sums.initializeElement(
          at: i, to: onOneThread(UnsafeRawBufferPointer(rebasing: pieces[i].bytes)))
      }
      count = pieces.count
    }
    var result = [UInt32](repeating: 0, count: runs.count)
    for (piece, sum) in zip(pieces, sums) {
      result[piece.run] = joined(result[piece.run], sum, piece.bytes.count)
    }
    return result
  }

  /// Combines the checksums of two parts, the second of `count` bytes.
  static func joined(_ first: UInt32, _ second: UInt32, _ count: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), count))
  }

  /// Computes the checksum of `bytes` on the calling thread.
  static func onOneThread(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var (crc, rest): (UInt32, UnsafeRawBufferPointer) = (0, bytes)
    if let (folded, count) = foldForChecksum(0, bytes) {
      crc = folded.withUnsafeBytes { byBytes(.max, $0) }
      rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
    }
    return byBytes(crc, rest)
  }

  /// Continues the checksum `crc` over `bytes`.
  private static func byBytes(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    // Without bytes, zlib returns the initial value for any checksum.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return crc }
    return UInt32(
      truncatingIfNeeded: crc32_z(UInt(crc), start.assumingMemoryBound(to: UInt8.self), bytes.count)
    )
  }

  /// Returns the error for a record whose checksum does not match.
  static func mismatch(_ name: String) -> CheckpointError {
    .corrupt(
      "CRC-32 of \(name.prefix(200)) does not match: the file is damaged, or was written without checksums; pass verify: false to load it all the same"
    )
  }
}
