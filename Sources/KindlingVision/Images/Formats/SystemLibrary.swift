#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A library of the machine that is opened when the first file needs it.
struct SystemLibrary: @unchecked Sendable {
  private let name: String
  private let handle: UnsafeMutableRawPointer

  /// Opens the first of `files` that there is.
  ///
  /// - Throws: ``VisionError`` `.system` that says what to install.
  init(_ name: String, _ files: [String], package: String, reads format: String)
    throws(VisionError)
  {
    guard let handle = files.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
      throw VisionError(
        .system,
        "is a \(format) file, which is read with \(name), and this machine lacks that: apt-get install \(package), or convert the file to PNG"
      )
    }
    self.name = name
    self.handle = handle
  }

  /// The function of this name.
  func function<Function>(_ symbol: String, as: Function.Type) throws(VisionError) -> Function {
    guard let found = dlsym(handle, symbol) else {
      throw VisionError(.system, "\(name) has no \(symbol)")
    }
    return unsafeBitCast(found, to: Function.self)
  }
}
