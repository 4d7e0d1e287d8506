import KindlingCore
import KindlingPlatform

/// An append-only log file; each write is complete on disk before the next one.
final class AppendedFile {
  private let path: String
  private let file: OutputFile
  /// Whether the file was empty when it was opened.
  var wasEmpty: Bool { file.wasEmpty }

  /// Opens the file at `path`, truncated unless `appending` is true; creates its folder if
  /// necessary.
  init(_ path: String, appending: Bool = false) throws {
    self.path = path
    file = try AppendedFile.naming(path) {
      if let slash = path.lastIndex(of: "/") {
        // A failure to create the folder shows when the file is opened.
        try? FileSystem.makeFolders(String(path[..<slash]))
      }
      return try OutputFile(path, appending: appending)
    }
  }

  func write(_ bytes: [UInt8]) throws {
    try AppendedFile.naming(path) { try bytes.withUnsafeBytes { try file.write($0) } }
  }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  private static func naming<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as FileError {
      throw TrainerError(.file, "\(path): \(error.reason)")
    }
  }
}
