/// A library of the machine that is opened at run time, when it is first needed.
///
/// A program that does not need it neither links nor starts it, and builds without its development
/// files.
package struct SystemLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  /// Opens the first of `files` that the machine has; nil if it has none of them.
  package init?(_ files: [String]) {
    guard let handle = files.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
      return nil
    }
    self.handle = handle
  }

  /// The function called `name`, whose C type is `Function`; nil if the library lacks it.
  package func function<Function>(_ name: String, as: Function.Type) -> Function? {
    dlsym(handle, name).map { unsafeBitCast($0, to: Function.self) }
  }
}
