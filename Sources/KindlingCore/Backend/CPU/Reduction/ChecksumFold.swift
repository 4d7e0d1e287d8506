import CKernels

/// Folds the front of `bytes` into sixteen bytes for CRC-32, with vector instructions.
///
/// `crc` is the checksum of earlier bytes. The checksum of the folded bytes as a separate message
/// (that is, after the checksum 0xFFFFFFFF) equals that of the earlier bytes and the front.
///
/// - Returns: the sixteen bytes and the length of the front; nil if folding is not worthwhile.
package func foldForChecksum(
  _ crc: UInt32, _ bytes: UnsafeRawBufferPointer
) -> (folded: [UInt8], count: Int)? {
  guard let start = bytes.baseAddress else { return nil }
  var folded = [UInt8](repeating: 0, count: 16)
  let count = kk_crc32_fold(
    crc, start.assumingMemoryBound(to: UInt8.self), Int64(bytes.count), &folded)
  return count == 0 ? nil : (folded, Int(count))
}
