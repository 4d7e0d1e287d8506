import KindlingCore
import KindlingIO
import KindlingPlatform

/// Called while a file arrives, with its name, the bytes there are and the bytes there will be.
public typealias DownloadProgress = @Sendable (_ file: String, _ done: Int, _ total: Int) -> Void

/// A file that somebody publishes, and how to know it.
public struct PublishedFile: Sendable {
  /// Its name, on the mirrors and here.
  public let name: String
  /// The sum that its publishers give; `nil` for a file of an archive, which holds checksums itself.
  public let digest: FileDigest?

  /// A file by name and sum.
  public init(_ name: String, _ digest: FileDigest?) {
    self.name = name
    self.digest = digest
  }

  /// A file by name and MD5 sum, in hexadecimal.
  public init(_ name: String, md5: String) { self.init(name, .md5(md5)) }

  /// A file of an archive, which knows its checksum.
  public init(inArchive name: String) { self.init(name, nil) }
}

/// Fetches published files: from the first mirror that answers, resumed where a transfer broke off,
/// and put in place only when the checksum is right.
enum Downloader {
  /// Puts `file` into `folder`; does nothing where it is there already.
  ///
  /// `announce` is called with a line before each mirror is asked.
  static func fetch(
    _ file: PublishedFile, from mirrors: [String], into folder: String, progress: DownloadProgress?,
    announce: (String) -> Void = { _ in }
  ) throws {
    let target = try naming(folder) { try FileSystem.checked("\(folder)/\(file.name)") }
    if access(target, F_OK) == 0 { return }
    do { try FileSystem.makeFolders(folder, mode: 0o755) } catch let error as FileError {
      throw VisionError(.system, error.message)
    }
    let part = target + ".part"
    let descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw systemError("cannot write \(part)") }
    defer { close(descriptor) }
    // Two programs that want the same file: the second waits, and finds it in place.
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    if access(target, F_OK) == 0 {
      unlink(part)
      return
    }

    var reports: [String] = []
    for mirror in mirrors {
      let url = mirror.hasSuffix("/") ? mirror + file.name : "\(mirror)/\(file.name)"
      announce("Downloading: \"\(url)\" to \(target)")
      do {
        try fetch(url, file, part, descriptor, progress)
        guard fsync(descriptor) == 0, rename(part, target) == 0 else {
          throw systemError("cannot put \(target) in place")
        }
        return
      } catch let error as VisionError where error.kind == .download {
        reports.append("  \(url): \(error.message)")
      }
    }
    // An empty part is of no use to a later attempt.
    if lseek(descriptor, 0, SEEK_END) == 0 { unlink(part) }
    throw VisionError(
      .download, "could not download \(file.name); tried\n" + reports.joined(separator: "\n"))
  }

  /// Puts `files` into `folder`: each from the mirrors, or all from one archive that they have, which is
  /// kept for other files of it.
  static func fetch(
    _ files: [PublishedFile], of archive: PublishedFile?, from mirrors: [String],
    into folder: String, progress: DownloadProgress?
  ) throws {
    guard let archive else {
      for file in files { try fetch(file, from: mirrors, into: folder, progress: progress) }
      return
    }
    if files.isEmpty { return }
    try fetch(archive, from: mirrors, into: folder, progress: progress)
    let path = "\(folder)/\(archive.name)"
    do {
      let source = try FileSource(path)
      let records = try ZipArchive(source).records
      for file in files {
        // Whatever folder of the archive it lies in.
        guard
          let record = records.first(where: {
            $0.name.split(separator: "/").last ?? "" == file.name
          })
        else { throw VisionError(.corrupt, "\(path) holds no \(file.name)") }
        let content = try record.content(in: source)
        try AtomicFile.write(to: "\(folder)/\(file.name)") { target in
          try content.withBytes { try target.write($0) }
        }
      }
    } catch let error as CheckpointError {
      throw VisionError(.corrupt, "\(path): \(error.message)")
    } catch let error as FileError {
      throw VisionError(.system, "\(path): \(error.message)")
    }
  }

  /// Completes the part from one mirror and checks it.
  private static func fetch(
    _ url: String, _ file: PublishedFile, _ part: String, _ descriptor: Int32,
    _ progress: DownloadProgress?
  ) throws {
    var size = Int(lseek(descriptor, 0, SEEK_END))
    if size > 0, let digest = file.digest, try digest.accepts(digest.sum(of: descriptor)) { return }
    while true {
      lseek(descriptor, off_t(size), SEEK_SET)
      let outcome = try Transfer.run(
        url, to: descriptor, from: size, name: file.name, progress: progress)
      switch outcome {
      case .failed(let reason): throw VisionError(.download, reason)
      // No other mirror would help; what has arrived stays, for the next attempt to go on from.
      case .cannotWrite(let code):
        throw VisionError(.system, "cannot write \(part): \(SystemCall.errorText(code))")
      case .cannotResume: break
      case .complete:
        guard let digest = file.digest else { return }
        let found = try digest.sum(of: descriptor)
        if digest.accepts(found) { return }
        // What was resumed may have been the wrong beginning: once more, from the start.
        if size == 0 {
          ftruncate(descriptor, 0)
          throw VisionError(.download, digest.complaint(about: found))
        }
      }
      guard size > 0 else { throw VisionError(.download, "the server sends no such range") }
      guard ftruncate(descriptor, 0) == 0 else { throw systemError("cannot shorten \(part)") }
      size = 0
    }
  }

  /// Runs `body`, whose errors of the file system then name `path`.
  private static func naming<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as FileError {
      throw VisionError(.system, "\(path): \(error.message)")
    }
  }

  private static func systemError(_ what: String) -> VisionError {
    VisionError(.system, "\(what): \(SystemCall.errorText())")
  }
}

/// Writes `line` to standard error.
package func writeLineToStandardError(_ line: String) {
  let text = line + "\n"
  _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

/// Progress as a line on standard error: rewritten on a terminal, otherwise one line a file.
public let defaultDownloadProgress: DownloadProgress = { file, done, total in
  let mebibyte = Double(1 << 20)
  func rounded(_ bytes: Int) -> Double { (Double(bytes) / mebibyte * 10).rounded() / 10 }
  let line: String
  if StandardStream.error.isTerminal {
    let filled = total > 0 ? min(30, 30 * done / total) : 0
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
    line = "\r\(file) [\(bar)] \(rounded(done))/\(rounded(total)) MiB\(done == total ? "\n" : "")"
  } else {
    guard done == total else { return }
    line = "downloaded \(file) (\(rounded(total)) MiB)\n"
  }
  StandardStream.error.write(line)
}
