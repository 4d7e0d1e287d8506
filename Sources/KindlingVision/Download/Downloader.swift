import KindlingCore
import KindlingIO
import KindlingPlatform

/// A function called during a download, with the file name, the bytes received and the total.
public typealias DownloadProgress = @Sendable (_ file: String, _ done: Int, _ total: Int) -> Void

/// A published file and its checksum.
public struct PublishedFile: Sendable {
  /// The name of the file, on the mirrors and locally.
  public let name: String
  /// The published checksum; `nil` for a file of an archive, which has its own checksums.
  public let digest: FileDigest?

  /// Creates the description of a file with a checksum.
  public init(_ name: String, _ digest: FileDigest?) {
    self.name = name
    self.digest = digest
  }

  /// Creates the description of a file with an MD5 checksum, in hexadecimal.
  public init(_ name: String, md5: String) { self.init(name, .md5(md5)) }

  /// Creates the description of a file in an archive, which contains the checksum.
  public init(inArchive name: String) { self.init(name, nil) }
}

/// A downloader of published files.
///
/// It uses the first mirror that responds and resumes interrupted transfers. A file is moved into
/// place only if its checksum is correct.
enum Downloader {
  /// Downloads `file` into `folder`; does nothing if it exists already.
  ///
  /// `announce` is called with a line before each request to a mirror.
  static func fetch(
    _ file: PublishedFile, from mirrors: [String], into folder: String, progress: DownloadProgress?,
    announce: (String) -> Void = { _ in }
  ) throws {
    let target = try naming(folder) { try FileSystem.checked("\(folder)/\(file.name)") }
    if access(target, F_OK) == 0 { return }
    do { try FileSystem.makeFolders(folder, mode: 0o755) } catch let error as FileError {
      throw VisionError(.system, "\(error.message)")
    }
    let part = target + ".part"
    let descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw systemError("cannot write \(part)") }
    defer { close(descriptor) }
    // If two programs need the same file, the second waits and finds it in place.
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
    // An empty partial file is of no use to a later attempt.
    if lseek(descriptor, 0, SEEK_END) == 0 { unlink(part) }
    throw VisionError(
      .download, "could not download \(file.name); tried\n\(reports.joined(separator: "\n"))")
  }

  /// Downloads `files` into `folder`, each from the mirrors, or all from one archive on them.
  ///
  /// The archive is kept for its other files.
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
        // In any folder of the archive.
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

  /// Completes the partial file from one mirror and checks it.
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
      case .failed(let reason): throw VisionError(.download, "\(reason)")
      // No other mirror would help; the received bytes remain, so that the next attempt can resume.
      case .cannotWrite(let code):
        throw VisionError(.system, "cannot write \(part): \(SystemCall.errorText(code))")
      case .cannotResume: break
      case .complete:
        guard let digest = file.digest else { return }
        let found = try digest.sum(of: descriptor)
        if digest.accepts(found) { return }
        // The resumed partial file may have been wrong: try once more from the start.
        if size == 0 {
          ftruncate(descriptor, 0)
          throw VisionError(.download, "\("\(digest.complaint(about: found))")")
        }
      }
      guard size > 0 else { throw VisionError(.download, "the server sends no such range") }
      guard ftruncate(descriptor, 0) == 0 else { throw systemError("cannot shorten \(part)") }
      size = 0
    }
  }

  /// Runs `body` and adds `path` to its file-system errors.
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

/// A function that shows progress on standard error: one updated line on a terminal, otherwise one
/// line per file.
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
