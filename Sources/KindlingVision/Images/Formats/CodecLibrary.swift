import KindlingCore
import KindlingPlatform

/// A system library that decodes an image format, loaded when the first such file is read.
struct CodecLibrary: Sendable {
  private let name: String
  private let library: SystemLibrary

  /// Loads the first of `files` that exists.
  ///
  /// - Throws: ``VisionError`` `.system` that names the package to install.
  init(_ name: String, _ files: [String], package: String, reads format: String)
    throws(VisionError)
  {
    guard let library = SystemLibrary(files) else {
      throw VisionError(
        .system,
        "is a \(format) file, which is read with \(name), and this machine lacks that: apt-get install \(package), or convert the file to PNG"
      )
    }
    (self.name, self.library) = (name, library)
  }

  /// Returns the function of this name.
  func function<Function>(_ symbol: String, as: Function.Type) throws(VisionError) -> Function {
    guard let found = library.function(symbol, as: Function.self) else {
      throw VisionError(.system, "\(name) has no \(symbol)")
    }
    return found
  }
}
