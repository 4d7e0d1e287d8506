import KindlingCore
import KindlingPlatform

/// A reader and writer of whole files.
enum FileContents {
  /// The maximum file size: a sparse file may claim any size.
  private static let mostBytes = 1 << 31

  /// Returns the contents of the file at `path`.
  ///
  /// - Throws: ``VisionError`` `.notFound` or `.system`, without the path.
  static func read(_ path: String) throws -> [UInt8] { try read(path, upTo: nil) }

  /// Returns the contents of the file at `path`, or its first bytes.
  static func read(_ path: String, upTo count: Int?) throws -> [UInt8] {
    do {
      let file = try InputFile(path)
      let size = min(file.byteCount, count ?? .max)
      guard size <= mostBytes else {
        throw VisionError(
          .system, "holds \(size) bytes, more than any image: at most \(mostBytes)")
      }
      return try file.prefix(size)
    } catch let error as FileError {
      throw VisionError(error.isMissing ? .notFound : .system, "\(error.reason)")
    }
  }

  /// Replaces the contents of the file at `path` by `bytes`, atomically.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      // A picture can be created again; waiting for the disk would dominate the time of an export.
      try AtomicFile.write(to: path, durable: false) { try $0.write(bytes) }
    } catch let error as FileError {
      throw VisionError(.system, "\(path): \(error.message)")
    }
  }
}
