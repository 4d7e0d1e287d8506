import KindlingIO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whole files as bytes.
enum FileContents {
  /// The largest file that is read: a sparse one may claim any size.
  private static let mostBytes = 1 << 31

  /// What the file at `path` holds.
  ///
  /// - Throws: ``VisionError`` `.notFound` or `.system`, without the path.
  static func read(_ path: String) throws -> [UInt8] { try read(path, upTo: nil) }

  /// What the file at `path` holds, or begins with.
  static func read(_ path: String, upTo count: Int?) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw VisionError(errno == ENOENT ? .notFound : .system, systemMessage())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw VisionError(.system, systemMessage()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw VisionError(.system, "is a folder or a device, not a file")
    }
    let size = min(Int(status.st_size), count ?? .max)
    guard size <= mostBytes else {
      throw VisionError(.system, "holds \(size) bytes, more than any image: at most \(mostBytes)")
    }
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, done in
      while done < size, let base = buffer.baseAddress {
        let got = systemRead(descriptor, base + done, min(size - done, 1 << 30))
        if got < 0 && errno == EINTR { continue }
        guard got >= 0 else { throw VisionError(.system, systemMessage()) }
        if got == 0 { break }
        done += got
      }
    }
  }

  /// Makes `bytes` what the file at `path` holds, at once.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      // A picture can be made again; waiting for the disk would take most of an export's time.
      try AtomicFile.write(to: path, durable: false) { try $0.write(bytes) }
    } catch let error as CheckpointError {
      throw VisionError(.system, "\(path): \(error.message)")
    }
  }

  private static func systemMessage() -> String { String(cString: strerror(errno)) }

  private static func systemRead(
    _ file: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      Glibc.read(file, buffer, count)
    #elseif canImport(Musl)
      Musl.read(file, buffer, count)
    #else
      Darwin.read(file, buffer, count)
    #endif
  }
}
