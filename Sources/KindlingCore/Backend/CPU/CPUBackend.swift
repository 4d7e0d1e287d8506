import CKernels

/// The CPU backend: host memory, the C kernels and one thread pool.
package final class CPUBackend: Backend {
  package static let shared = CPUBackend()
  package let device = Device.cpu

  package func allocate(byteCount: Int) throws -> Storage {
    let address = try require(
      Allocator.shared.allocate(byteCount), .memory, "",
      "cannot allocate \(byteCount) bytes on \(device): \(MemoryPool.statistics.bytesInUse) of \(MemoryPool.limit) bytes are in use"
    )
    return Storage(address: address, byteCount: byteCount, backend: self)
  }

  package func free(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    Allocator.shared.free(address, byteCount)
  }

  package func withHostBytes<R>(
    _ storage: Storage, mutating: Bool, _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) throws -> R {
    try withExtendedLifetime(storage) {
      try body(UnsafeMutableRawBufferPointer(start: storage.address, count: storage.byteCount))
    }
  }
}

extension Tensor {
  /// The address of the first element; only for the CPU backend.
  var pointer: UnsafeMutableRawPointer { storage.address + storageOffset * dtype.byteSize }
}
