/// A library of the machine that is opened at run time on first use.
///
/// Programs that do not need it neither link nor load it, and build without its development files.
package struct SystemLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  /// Creates a handle to the first of `files` that exists on the machine, or returns nil if none
  /// does.
  package init?(_ files: [String]) {
    guard let handle = files.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
      return nil
    }
    self.handle = handle
  }

  /// Returns the function `name` with the C type `Function`, or nil if the library does not have
  /// it.
  package func function<Function>(_ name: String, as: Function.Type) -> Function? {
    dlsym(handle, name).map { unsafeBitCast($0, to: Function.self) }
  }
}
