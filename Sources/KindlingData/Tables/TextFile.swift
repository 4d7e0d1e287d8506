import KindlingCore
import KindlingPlatform

/// A reader of text files.
enum TextFile {
  /// The maximum file size: a sparse file may claim any size.
  private static let mostBytes = 1 << 31

  /// Returns the contents of the file at `path`, or of a pipe such as a shell's `<(…)`.
  static func read(_ path: String) throws -> [UInt8] {
    do { return try FileSystem.contents(ofFileOrPipe: path, limit: mostBytes) } catch let error
      as FileError
    {
      throw CSVError(.file, path: path, "\(error.reason)")
    }
  }
}
