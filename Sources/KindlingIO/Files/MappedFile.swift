import KindlingCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file as memory.
///
/// Writing to the memory never changes the file, and the memory stays while
/// anybody holds this object.
package final class MappedFile: @unchecked Sendable {
  /// The file's bytes.
  package let bytes: UnsafeMutableRawBufferPointer
  private let isMapped: Bool

  /// Maps the file at `path`.
  package init(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappedFile.failure("cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MappedFile.failure("cannot be examined") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError(.file, "is a folder or a device, not a file")
    }
    guard let size = Int(exactly: status.st_size), size > 0 else {
      throw CheckpointError.corrupt("the file is empty")
    }
    // Pages are wired read-only, all at once where the system can, and made writable afterwards: a
    // writable private mapping would copy every page of the file on the way.
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_POPULATE
    #else
      let flags = MAP_PRIVATE
    #endif
    guard let address = mmap(nil, size, PROT_READ, flags, descriptor, 0), address != MAP_FAILED
    else {
      throw MappedFile.failure("cannot be mapped into memory")
    }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    isMapped = true
    guard mprotect(address, size, PROT_READ | PROT_WRITE) == 0 else {
      throw MappedFile.failure("cannot be mapped into memory")
    }
  }

  /// Memory of its own, whose bytes are not set, for what is unpacked.
  init(byteCount: Int) throws {
    var address: UnsafeMutableRawPointer?
    guard posix_memalign(&address, 64, max(byteCount, 1)) == 0, let address else {
      throw CheckpointError(.file, "there is not enough memory for \(byteCount) bytes")
    }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    isMapped = false
  }

  /// A copy of `content`, as if it were a file's.
  package convenience init(copying content: UnsafeRawBufferPointer) throws {
    guard !content.isEmpty else { throw CheckpointError.corrupt("the file is empty") }
    try self.init(byteCount: content.count)
    bytes.copyMemory(from: content)
  }

  deinit {
    if isMapped { munmap(bytes.baseAddress, bytes.count) } else { free(bytes.baseAddress) }
  }

  /// Memory of this file as a storage, which keeps the file.
  func storage(_ part: UnsafeMutableRawBufferPointer, on backend: any Backend) -> Storage? {
    guard let address = part.baseAddress else { return nil }
    return Storage(external: address, byteCount: part.count, backend: backend) {
      withExtendedLifetime(self) {}
    }
  }

  private static func failure(_ what: String) -> CheckpointError {
    CheckpointError(.file, "\(what): \(String(cString: strerror(errno)))")
  }
}
