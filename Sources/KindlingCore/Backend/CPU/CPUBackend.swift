import CKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The processor: host memory, the C kernels, one thread pool.
package final class CPUBackend: Backend {
  package static let shared = CPUBackend()
  package let device = Device.cpu

  package func allocate(byteCount: Int) throws -> Storage {
    var address: UnsafeMutableRawPointer?
    guard byteCount <= 1 << 46, posix_memalign(&address, 64, max(byteCount, 64)) == 0, let address
    else {
      throw TensorError(.memory, "", "cannot allocate \(byteCount) bytes on \(device)")
    }
    return Storage(address: address, byteCount: byteCount, backend: self)
  }

  package func free(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    #if canImport(Glibc)
    Glibc.free(address)
    #elseif canImport(Musl)
    Musl.free(address)
    #else
    Darwin.free(address)
    #endif
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
  /// Where the first element lies; for the CPU backend alone.
  var pointer: UnsafeMutableRawPointer { storage.address + storageOffset * dtype.byteSize }
}
