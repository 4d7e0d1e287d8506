import CKernels

/// Folds the front of `bytes` into sixteen bytes for CRC-32, with vector instructions.
///
/// After the checksum `crc` of earlier bytes, the folded ones, taken as a message of their own (that
/// is, after the checksum 0xFFFFFFFF), lead to the same checksum as the front itself.
///
/// - Returns: the sixteen bytes and the length of the front; nil where there is nothing to gain.
package func foldForChecksum(
  _ crc: UInt32, _ bytes: UnsafeRawBufferPointer
) -> (folded: [UInt8], count: Int)? {
  guard let start = bytes.baseAddress else { return nil }
  var folded = [UInt8](repeating: 0, count: 16)
  let count = kk_crc32_fold(
    crc, start.assumingMemoryBound(to: UInt8.self), Int64(bytes.count), &folded)
  return count == 0 ? nil : (folded, Int(count))
}
