/// A file that is written atomically: its path always has the complete old or the complete new
/// content.
///
/// The content is written to a temporary file in the same folder, flushed to disk, and renamed. If
/// the system supports it, the temporary file has no name until it is complete. A killed process
/// then leaves nothing behind.
package struct AtomicFile: ~Copyable {
  private let target: String
  /// The name of the temporary file, and whether the file has it already.
  private let temporary: String
  private var isNamed: Bool
  private let descriptor: Int32
  private var isFinished = false
  private let fault: FileSystem.Fault?

  /// The number of bytes written so far.
  package private(set) var offset = 0

  /// Writes the file at `path` with `body`.
  ///
  /// If `body` throws, nothing is left behind. If `durable` is true, the file is on disk when this
  /// returns. Otherwise it is complete for every program, and only lost if the machine fails soon
  /// after. Many small files are then written much faster.
  package static func write(
    to path: String, durable: Bool = true, _ body: (inout AtomicFile) throws -> Void
  ) throws {
    var file = try AtomicFile(path)
    try body(&file)
    try file.finish(durable)
  }

  private init(_ path: String) throws {
    let status = try FileSystem.status(path)
    if let status, status.kind != .file {
      throw FileError(
        EINVAL, message: "is \(status.kind.rawValue), not a file that can be replaced")
    }
    let target = status == nil ? path : AtomicFile.resolved(path)
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { String(target[...$0]) } ?? ""
    let name = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !name.isEmpty else {
      throw FileError(
        EINVAL, message: path.isEmpty ? "the path is empty" : "is a folder, not a file")
    }
    let candidate =
      "\(folder).kindling.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
    var made: Int32?
    #if os(Linux)
      // It will be named through /proc. If the file system does not support unnamed files, a named
      // one is used.
      if access("/proc/self/fd", X_OK) == 0 {
        made = try? FileSystem.open(folder.isEmpty ? "." : folder, O_WRONLY | AtomicFile.unnamed)
          .descriptor
      }
    #endif
    let isNamed = made == nil
    let descriptor =
      try made
      ?? FileSystem.open(
        candidate, O_WRONLY | O_CREAT | O_EXCL, 0o666, "cannot be written in its folder"
      ).descriptor
    (self.isNamed, self.descriptor) = (isNamed, descriptor)
    self.target = target
    temporary = candidate
    fault = FileSystem.fault
    if let status { fchmod(descriptor, status.mode) }
  }

  deinit {
    if !isFinished {
      close(descriptor)
      if isNamed { unlink(temporary) }
    }
  }

  #if os(Linux)
    /// The flag `O_TMPFILE`, which Swift does not import.
    private static let unnamed = 0o20000000 | O_DIRECTORY
  #endif

  /// Appends `bytes`.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    try FileSystem.write(bytes, to: descriptor, fault)
    offset += bytes.count
  }

  /// Appends `bytes`.
  package mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  private mutating func finish(_ durable: Bool) throws {
    if durable {
      try FileSystem.attempt(.sync, "cannot be flushed to disk", fault) { Int(fsync(descriptor)) }
    }
    if !isNamed {
      try FileSystem.attempt(.link, "cannot be named in its folder", fault) {
        Int(
          linkat(
            AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, temporary, AT_SYMLINK_FOLLOW))
      }
      isNamed = true
    }
    try FileSystem.rename(temporary, to: target)
    isFinished = true
    close(descriptor)
    if !durable { return }
    // The rename is durable once the folder is flushed.
    let slash = target.lastIndex(of: "/")
    let folder = open(slash.map { String(target[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Returns the target of links at `path`, so that the file is replaced instead of the link.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
