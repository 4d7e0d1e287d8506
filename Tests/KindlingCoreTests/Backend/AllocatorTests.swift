import Kindling
import Testing

@Suite(.serialized) struct AllocatorTests {
  @Test func blocksAreRecycledAndAligned() throws {
    let before = MemoryPool.statistics
    for bytes in [1, 64, 65, 513, 5_000, 100_000, 3 << 20] {
      for _ in 0..<3 {
        let storage = try CPUBackend.shared.allocate(byteCount: bytes)
        #expect(Int(bitPattern: storage.address) % 64 == 0)
        storage.address.storeBytes(of: 1, toByteOffset: bytes - 1, as: UInt8.self)
      }
    }
    let after = MemoryPool.statistics
    #expect(after.requests - before.requests >= 21)
    #expect(after.reuses > before.reuses)
    #expect(after.peakBytesInUse >= 3 << 20)
  }

  @Test func theCacheCanBeEmptied() throws {
    // Other tests use the same cache meanwhile, but not always.
    let emptied = try (0..<20).contains { _ in
      _ = try CPUBackend.shared.allocate(byteCount: 7 << 20)
      let kept = MemoryPool.statistics.bytesCached
      MemoryPool.emptyCache()
      return kept >= 7 << 20 && MemoryPool.statistics.bytesCached < kept - 6 << 20
    }
    #expect(emptied)
  }

  @Test(arguments: [1 << 45, 1 << 60])
  func absurdSizesAreErrors(_ bytes: Int) {
    #expect {
      try Tensor.zeros([bytes], dtype: .uint8)
    } throws: { "\($0)".contains("cannot allocate \(bytes) bytes on cpu") }
  }
}
