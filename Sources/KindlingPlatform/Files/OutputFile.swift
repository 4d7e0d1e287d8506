/// A file that is written sequentially, such as a log.
///
/// It may also be a pipe or a device with a reader.
package final class OutputFile: Sendable {
  /// Whether the file was empty when it was opened.
  package let wasEmpty: Bool
  private let descriptor: Int32
  private let fault: FileSystem.Fault?

  /// Creates a file object by opening the file at `path`, truncated unless `appending`.
  package init(_ path: String, appending: Bool) throws {
    let mode = O_WRONLY | O_CREAT | (appending ? O_APPEND : O_TRUNC)
    do { (descriptor, _) = try FileSystem.open(path, mode) } catch let error as FileError
      where error.code == ENXIO
    {
      throw FileError(ENXIO, message: "is a pipe that nobody reads, or a device without a driver")
    }
    wasEmpty = lseek(descriptor, 0, SEEK_END) <= 0
    fault = FileSystem.fault
  }

  deinit { close(descriptor) }

  /// Appends `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    try FileSystem.write(bytes, to: descriptor, fault)
  }
}

extension FileSystem {
  /// Writes all of `bytes`.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ fault: Fault?
  ) throws {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let done = try attempt(.write, "cannot be written", fault) {
        systemWrite(descriptor, start, min(rest.count, 1 << 30))
      }
      guard done > 0 else { throw FileError(ENOSPC, "cannot be written") }
      rest = UnsafeRawBufferPointer(rebasing: rest[done...])
    }
  }
}
