import KindlingIO
import Testing

@Suite struct ChecksumTests {
  /// CRC-32 by its definition, bit by bit.
  private func reference(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { x, _ in x & 1 == 1 ? x >> 1 ^ 0xEDB8_8320 : x >> 1 }
    }
  }

  private func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
  }

  @Test func theCheckValueOfTheStandard() {
    #expect(Array("123456789".utf8).withUnsafeBytes(Checksum.crc32) == 0xCBF4_3926)
  }

  @Test func everyLengthAndStart() {
    let bytes = pattern(700)
    for start in [0, 1, 5, 16] {
      for count in Array(0...200) + [511, 512, 513, 640] {
        let part = Array(bytes[start..<start + count])
        let sum = bytes[start..<start + count].withUnsafeBytes(Checksum.crc32)
        #expect(sum == reference(part), "\(count) bytes from \(start)")
      }
    }
  }

  @Test func longRunsAreTakenInPieces() {
    var bytes = [UInt8](repeating: 0x5A, count: 9 << 20)
    bytes[5 << 20] = 1
    bytes[bytes.count - 1] = 2
    bytes.withUnsafeBytes { all in
      let parts = [
        all, UnsafeRawBufferPointer(rebasing: all[..<3]),
        UnsafeRawBufferPointer(rebasing: all[7...]),
      ]
      // Python: zlib.crc32.
      #expect(Checksum.crc32(parts) == [0x96E2_C435, reference([0x5A, 0x5A, 0x5A]), 0x4E80_065B])
    }
  }
}
