import KindlingCore
import KindlingPlatform

/// The bytes of text files.
enum TextFile {
  /// The largest file that is read: a sparse one may claim any size.
  private static let mostBytes = 1 << 31

  /// The content of the file at `path`, or of a pipe that somebody writes to, such as a shell's `<(…)`.
  static func read(_ path: String) throws -> [UInt8] {
    do { return try FileSystem.contents(ofFileOrPipe: path, limit: mostBytes) } catch let error
      as FileError
    {
      throw CSVError(.file, path: path, error.reason)
    }
  }
}
