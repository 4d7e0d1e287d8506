import KindlingCore
import KindlingPlatform

/// A log file that grows; each write is whole on disk before the next one.
final class AppendedFile {
  private let path: String
  private let file: OutputFile
  /// Whether nothing was there when it was opened.
  var wasEmpty: Bool { file.wasEmpty }

  /// The file at `path`, emptied unless `appending`; its folder is made if it is not there.
  init(_ path: String, appending: Bool = false) throws {
    self.path = path
    file = try AppendedFile.naming(path) {
      if let slash = path.lastIndex(of: "/") {
        // What cannot be made shows when the file is opened.
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
