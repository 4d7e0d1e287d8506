#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes a file so that at every moment its path holds the old content or the new, never a part:
/// a temporary file in the same folder, flushed to disk, takes the old one's place.
///
/// Where the system can, the temporary file has no name until it is whole, so that a process that is
/// killed leaves nothing behind.
package struct AtomicFile: ~Copyable {
  private let target: String
  /// A name for the temporary file, and whether it has it already.
  private let temporary: String
  private var isNamed: Bool
  private let descriptor: Int32
  private var isFinished = false

  /// The number of bytes written so far.
  package private(set) var offset = 0

  /// Writes what `body` hands to the file at `path`.
  ///
  /// If `body` throws, nothing is left behind. Where `durable` the file is on disk when this
  /// returns. Otherwise it is whole for every program, and lost only where the machine fails soon
  /// after; many small files are then written much faster.
  package static func write(
    to path: String, durable: Bool = true, _ body: (inout AtomicFile) throws -> Void
  ) throws {
    var file = try AtomicFile(path)
    try body(&file)
    try file.finish(durable)
  }

  private init(_ path: String) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT != S_IFREG {
      throw CheckpointError(.file, "is a folder or a device, not a file that can be replaced")
    }
    let target = exists ? AtomicFile.resolved(path) : path
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { String(target[...$0]) } ?? ""
    let name = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !name.isEmpty else { throw CheckpointError(.file, "is a folder, not a file") }
    let candidate =
      "\(folder).kindling.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
    var made: Int32 = -1
    #if os(Linux)
      // It will be named through /proc.
      if access("/proc/self/fd", X_OK) == 0 {
        made = open(folder.isEmpty ? "." : folder, O_WRONLY | O_CLOEXEC | AtomicFile.unnamed, 0o666)
      }
    #endif
    let isNamed = made < 0
    if isNamed { made = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard made >= 0 else { throw AtomicFile.failure("cannot be written in its folder") }
    self.target = target
    temporary = candidate
    self.isNamed = isNamed
    descriptor = made
    if exists { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  deinit {
    if !isFinished {
      close(descriptor)
      if isNamed { unlink(temporary) }
    }
  }

  #if os(Linux)
    /// `O_TMPFILE`, which Swift does not see.
    private static let unnamed = 0o20000000 | O_DIRECTORY
  #endif

  /// Appends `bytes`.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let done = Self.systemWrite(descriptor, start, min(rest.count, 1 << 30))
      if done < 0 && errno == EINTR { continue }
      guard done > 0 else { throw AtomicFile.failure("cannot be written") }
      rest = UnsafeRawBufferPointer(rebasing: rest[done...])
    }
    offset += bytes.count
  }

  /// Appends `bytes`.
  package mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  private mutating func finish(_ durable: Bool) throws {
    guard !durable || fsync(descriptor) == 0 else {
      throw AtomicFile.failure("cannot be flushed to disk")
    }
    if !isNamed {
      guard
        linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0
      else { throw AtomicFile.failure("cannot be named in its folder") }
      isNamed = true
    }
    guard rename(temporary, target) == 0 else {
      throw AtomicFile.failure("cannot be put in the place of the old file")
    }
    isFinished = true
    close(descriptor)
    if !durable { return }
    // The rename itself is on disk once the folder is.
    let slash = target.lastIndex(of: "/")
    let folder = open(slash.map { String(target[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Where links at `path` lead, so that the file is replaced and not the link.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(file, bytes, count)
    #elseif canImport(Musl)
      Musl.write(file, bytes, count)
    #else
      Darwin.write(file, bytes, count)
    #endif
  }

  private static func failure(_ what: String) -> CheckpointError {
    CheckpointError(.file, "\(what): \(String(cString: strerror(errno)))")
  }
}
