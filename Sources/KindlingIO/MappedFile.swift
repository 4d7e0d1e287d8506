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
final class MappedFile: @unchecked Sendable {
  /// The file's bytes.
  let bytes: UnsafeMutableRawBufferPointer

  /// Maps the file at `path`.
  init(_ path: String) throws {
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
    guard mprotect(address, size, PROT_READ | PROT_WRITE) == 0 else {
      throw MappedFile.failure("cannot be mapped into memory")
    }
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  private static func failure(_ what: String) -> CheckpointError {
    CheckpointError(.file, "\(what): \(String(cString: strerror(errno)))")
  }
}
