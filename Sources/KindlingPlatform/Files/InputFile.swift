/// An ordinary file that is open for reading, not a pipe or a device.
///
/// Several threads may read it at the same time.
package final class InputFile: Sendable {
  /// The size of the file when it was opened.
  package let byteCount: Int
  /// The file descriptor, which stays open for the lifetime of this object.
  package let descriptor: Int32
  private let fault: FileSystem.Fault?

  /// Creates a file object by opening the file at `path` for reading.
  package init(_ path: String) throws {
    let (descriptor, status) = try FileSystem.open(path, O_RDONLY)
    guard status.kind == .file else {
      close(descriptor)
      throw FileError(EINVAL, message: "is \(status.kind.rawValue), not a file")
    }
    (self.descriptor, byteCount, fault) = (descriptor, status.byteCount, FileSystem.fault)
  }

  deinit { close(descriptor) }

  /// Fills `target` with the bytes from `offset` on.
  ///
  /// - Throws: ``FileError``, also if the file has become too short.
  package func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    guard try readAvailable(into: target, at: offset) == target.count else {
      throw FileError(EIO, message: "was cut short while it was read")
    }
  }

  /// Fills `target` with the available bytes from `offset` on, and returns their number.
  package func readAvailable(
    into target: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws -> Int {
    var done = 0
    while let start = target.baseAddress, done < target.count {
      let got = try FileSystem.attempt(.read, "cannot be read", fault) {
        systemRead(descriptor, start + done, min(target.count - done, 1 << 30), at: offset + done)
      }
      if got == 0 { break }
      done += got
    }
    return done
  }

  /// Returns the first `count` bytes, or fewer if the file is shorter.
  package func prefix(_ count: Int) throws -> [UInt8] {
    let count = min(max(count, 0), byteCount)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      let target = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
      done = try readAvailable(into: target, at: 0)
    }
  }
}

extension FileSystem {
  /// Returns all bytes of the file or pipe at `path`, at most `limit`.
  ///
  /// It waits for the writer of a pipe. A pipe without a writer is an error.
  package static func contents(ofFileOrPipe path: String, limit: Int) throws -> [UInt8] {
    let (descriptor, status) = try open(path, O_RDONLY)
    defer { close(descriptor) }
    guard status.kind == .file || status.kind == .pipe else {
      if status.kind == .folder { throw FileError(EISDIR, "cannot be read") }
      throw FileError(EINVAL, message: "is \(status.kind.rawValue), neither a file nor a pipe")
    }
    func tooLarge() -> FileError {
      FileError(EFBIG, message: "holds more bytes than a table may: at most \(limit)")
    }
    guard status.byteCount <= limit else { throw tooLarge() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(status.kind == .file ? status.byteCount : 0)
    while true {
      let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, done in
        guard let start = buffer.baseAddress else { return }
        done = try attempt(.read, "cannot be read") {
          systemRead(descriptor, start, buffer.count, at: nil)
        }
      }
      if chunk.isEmpty { break }
      bytes += chunk
      guard bytes.count <= limit else { throw tooLarge() }
    }
    guard status.kind == .file || !bytes.isEmpty else {
      throw FileError(EPIPE, message: "is a pipe that nobody writes to")
    }
    return bytes
  }
}
