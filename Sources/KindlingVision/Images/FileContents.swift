import KindlingCore
import KindlingPlatform

/// Whole files as bytes.
enum FileContents {
  /// The largest file that is read: a sparse one may claim any size.
  private static let mostBytes = 1 << 31

  /// What the file at `path` holds.
  ///
  /// - Throws: ``VisionError`` `.notFound` or `.system`, without the path.
  static func read(_ path: String) throws -> [UInt8] { try read(path, upTo: nil) }

  /// What the file at `path` holds, or begins with.
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
      throw VisionError(error.isMissing ? .notFound : .system, error.reason)
    }
  }

  /// Makes `bytes` what the file at `path` holds, at once.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      // A picture can be made again; waiting for the disk would take most of an export's time.
      try AtomicFile.write(to: path, durable: false) { try $0.write(bytes) }
    } catch let error as FileError {
      throw VisionError(.system, "\(path): \(error.message)")
    }
  }
}
