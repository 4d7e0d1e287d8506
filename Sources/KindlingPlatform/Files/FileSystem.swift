import CKernels

/// The system's reason for refusing a file operation, without the path.
package struct FileError: Error, Sendable, CustomStringConvertible {
  /// The system's error number.
  package let code: Int32
  package let message: String
  /// The message without the attempted operation: the system's text, if the error came from the
  /// system.
  package let reason: String

  package init(_ code: Int32, message: String) {
    (self.code, self.message, reason) = (code, message, message)
  }

  /// Creates an error from `what` and the system's text for `code`.
  init(_ code: Int32, _ what: String) {
    self.code = code
    reason = SystemCall.errorText(code)
    message = "\(what): \(reason)"
  }

  /// Whether the file does not exist.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  package var description: String { message }
}

/// The system's file calls; the library makes them only here.
///
/// A path that the system would truncate at a NUL is refused, no call waits for the other end of a
/// pipe, and tests can make any call fail.
package enum FileSystem {
  /// A kind of call.
  package enum Call: String, Sendable, CaseIterable {
    case status, open, read, write, sync, link, rename, makeFolder, list
  }

  /// A function that decides before each call whether it fails, and with which error number.
  package typealias Fault = @Sendable (Call) -> Int32?

  private final class FaultBox {
    let fault: Fault
    init(_ fault: @escaping Fault) { self.fault = fault }
  }

  /// The faults that a test injects on this thread; an open file keeps those from its opening.
  package static var fault: Fault? {
    kk_state().pointee.faults.map {
      Unmanaged<FaultBox>.fromOpaque($0).takeUnretainedValue().fault
    }
  }

  /// Runs `body` with `fault`, which decides which calls of this thread fail.
  package static func withFault<R>(
    _ fault: @escaping Fault, _ body: () throws -> R
  ) rethrows -> R {
    let box = FaultBox(fault), before = kk_state().pointee.faults
    kk_state().pointee.faults = Unmanaged.passUnretained(box).toOpaque()
    defer {
      kk_state().pointee.faults = before
      withExtendedLifetime(box) {}
    }
    return try body()
  }

  /// The kind and size of the entry at a path.
  package struct Status: Sendable {
    package enum Kind: String, Sendable {
      case file = "a file"
      case folder = "a folder"
      case pipe = "a pipe"
      case device = "a device"
      case socket = "a socket"
    }
    package let kind: Kind
    package let byteCount: Int
    let mode: mode_t

    init(_ status: stat) {
      kind =
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFIFO: .pipe
        case S_IFSOCK: .socket
        default: .device
        }
      byteCount = Int(exactly: status.st_size) ?? .max
      mode = status.st_mode & 0o7777
    }
  }

  /// Returns `path` after checking that the system takes it as it is.
  package static func checked(_ path: String) throws -> String {
    guard !path.utf8.contains(0) else {
      throw FileError(EINVAL, message: "the path holds a NUL character, which no file name can")
    }
    return path
  }

  /// Makes the call `body`, which returns a negative number on failure; retries if it is
  /// interrupted.
  @discardableResult
  static func attempt(
    _ call: Call, _ what: String, _ fault: Fault? = FileSystem.fault, _ body: () -> Int
  ) throws -> Int {
    while true {
      let code: Int32
      if let injected = fault?(call) {
        code = injected
      } else {
        let result = body()
        if result >= 0 { return result }
        code = errno
      }
      if code != EINTR { throw FileError(code, what) }
    }
  }

  /// Returns the status of the entry at `path`, following links, or nil if there is none.
  package static func status(_ path: String) throws -> Status? {
    let path = try checked(path)
    var status = stat()
    do { try attempt(.status, "cannot be examined") { Int(stat(path, &status)) } } catch let error
      as FileError where error.isMissing
    {
      return nil
    }
    return Status(status)
  }

  /// Opens the file at `path` without blocking, and returns its status.
  static func open(
    _ path: String, _ flags: Int32, _ mode: mode_t = 0o666, _ what: String = "cannot be opened"
  ) throws -> (descriptor: Int32, status: Status) {
    let path = try checked(path)
    let descriptor = Int32(
      try attempt(.open, what) { Int(systemOpen(path, flags | O_CLOEXEC | O_NONBLOCK, mode)) })
    var status = stat()
    do {
      try attempt(.status, "cannot be examined") { Int(fstat(descriptor, &status)) }
    } catch {
      close(descriptor)
      throw error
    }
    // Reading and writing may block from here on, since the kind of the file is known.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return (descriptor, Status(status))
  }

  /// Creates the folder at `path` and its missing parents.
  package static func makeFolders(_ path: String, mode: UInt16 = 0o777) throws {
    let path = try checked(path)
    var prefix = path.hasPrefix("/") ? "/" : ""
    for piece in path.split(separator: "/") {
      prefix += piece + "/"
      do {
        try attempt(.makeFolder, "cannot be made") { Int(mkdir(prefix, mode_t(mode))) }
      } catch let error
        as FileError
      {
        // An existing folder may be in a folder that is not writable.
        if try status(prefix)?.kind != .folder {
          throw FileError(
            error.code, message: "cannot make the folder \(prefix): \(error.reason)")
        }
      }
    }
  }

  /// Returns the names of the entries of the folder at `path`, in no particular order.
  package static func names(inFolder path: String) throws -> [String] {
    let path = try checked(path)
    if let code = fault?(.list) { throw FileError(code, "cannot be listed") }
    guard let stream = opendir(path) else { throw FileError(errno, "cannot be listed") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Renames the file at `path` to `target`, replacing an existing file.
  package static func rename(_ path: String, to target: String) throws {
    let (path, target) = (try checked(path), try checked(target))
    try attempt(.rename, "cannot be put in the place of the old file") {
      Int(systemRename(path, target))
    }
  }

  /// Removes the file at `path`, if it exists.
  package static func remove(_ path: String) throws { unlink(try checked(path)) }
}

// Functions of the system whose names are also methods here.

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}

private func systemRename(_ path: String, _ target: String) -> Int32 { rename(path, target) }

func systemRead(
  _ file: Int32, _ target: UnsafeMutableRawPointer, _ count: Int, at offset: Int?
) -> Int {
  if let offset { return pread(file, target, count, off_t(offset)) }
  return read(file, target, count)
}

func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(file, bytes, count)
}
