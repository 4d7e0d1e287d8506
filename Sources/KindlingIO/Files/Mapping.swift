import KindlingCore
import KindlingPlatform

/// A memory-mapped file.
///
/// Writing to the memory never changes the file. The memory stays mapped for the lifetime of this
/// object. Changes of the file change the memory. If the file becomes shorter, an access beyond its
/// end ends the process.
final class Mapping: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  /// Creates a mapping of `file`, which must not be empty.
  init(_ file: InputFile) throws {
    // Pages are mapped read-only, all at once if supported, and made writable afterwards: a
    // writable private mapping would copy every page of the file.
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_POPULATE
    #else
      let flags = MAP_PRIVATE
    #endif
    let size = file.byteCount
    guard let address = mmap(nil, size, PROT_READ, flags, file.descriptor, 0),
      address != MAP_FAILED
    else { throw Mapping.failure() }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    guard mprotect(address, size, PROT_READ | PROT_WRITE) == 0 else { throw Mapping.failure() }
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  /// Returns memory of this file as a storage, which keeps the mapping alive.
  func storage(_ part: UnsafeMutableRawBufferPointer, on backend: any Backend) -> Storage? {
    guard let address = part.baseAddress else { return nil }
    return Storage(external: address, byteCount: part.count, backend: backend) {
      withExtendedLifetime(self) {}
    }
  }

  private static func failure() -> CheckpointError {
    CheckpointError(
      .file, "cannot be mapped into memory: \(SystemCall.errorText())")
  }
}
