import KindlingCore
import KindlingPlatform

/// A file as memory.
///
/// Writing to the memory never changes the file, and the memory stays while anybody holds this object.
/// What is done to the file changes the memory, and where the file becomes shorter, touching the
/// memory beyond its end ends the process.
final class Mapping: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  /// Maps `file`, which is not empty.
  init(_ file: InputFile) throws {
    // Pages are wired read-only, all at once where the system can, and made writable afterwards: a
    // writable private mapping would copy every page of the file on the way.
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

  /// Memory of this file as a storage, which keeps the file.
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
