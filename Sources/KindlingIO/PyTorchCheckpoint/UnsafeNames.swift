import KindlingCore
import KindlingPlatform

/// Names that honest checkpoints do not contain.
///
/// No code in a file is run, so any name is harmless here. A file with one of these names was made
/// to attack programs that do run what they load, so it is refused.
enum UnsafeNames {
  /// Returns whether `module` and `name` give access beyond data: to the system, other programs or
  /// the interpreter.
  static func contains(_ module: String, _ name: String) -> Bool {
    let package = module.prefix { $0 != "." }
    if modules.contains(ByteString(String(package))) { return true }
    switch package {
    // Types and exceptions are data, functions are not.
    case "builtins", "__builtin__":
      return !types.contains(ByteString(name)) && !isClass(name)
    default: return false
    }
  }

  /// Returns whether calling `name` creates data.
  ///
  /// For libraries with known data types, only their constructors do; for all others, any name
  /// does.
  static func isConstructor(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    guard let package = parts.first, let last = parts.last.map(String.init) else { return false }
    switch package {
    case "torch", "numpy", "builtins", "__builtin__":
      return isClass(last) || types.contains(ByteString(last)) || last.hasPrefix("_rebuild_")
        || last.hasPrefix("__pyx_unpickle_") || last.hasSuffix("_ctor")
        || numPyFunctions.contains(ByteString(name))
    default: return true
    }
  }

  /// Returns whether a name begins with a capital letter, like a class.
  private static func isClass(_ name: String) -> Bool {
    name.first { $0 != "_" }?.isUppercase == true
  }

  private static let numPyFunctions: Set<ByteString> = Set(
    ["core", "_core"].flatMap { core in
      ["multiarray._reconstruct", "multiarray.scalar", "numeric._frombuffer"].map {
        ByteString("numpy.\(core).\($0)")
      }
    } + ["numpy.dtype", "numpy.ndarray", "numpy.recarray", "numpy.matrix"])

  private static let types: Set<ByteString> = [
    "bool", "int", "float", "complex", "str", "bytes", "bytearray", "list", "tuple", "dict", "set",
    "frozenset", "object", "slice", "range", "type", "xrange", "long", "unicode", "getattr",
  ]

  private static let modules: Set<ByteString> = [
    "os", "posix", "nt", "sys", "subprocess", "pty", "shutil", "socket", "runpy", "importlib",
    "imp",
    "ctypes", "webbrowser", "commands", "popen2", "code", "codeop", "pip", "pdb", "bdb", "timeit",
    "cProfile", "profile", "trace", "doctest", "asyncio", "signal", "http", "httplib", "urllib",
    "urllib2", "requests", "aiohttp", "ftplib", "smtplib", "telnetlib", "xmlrpc", "marshal",
    "zipimport", "pkgutil", "pickle", "_pickle", "cPickle", "shelve", "tempfile", "fcntl",
    "resource",
    "gc", "atexit", "linecache", "inspect", "platform", "ssl", "multiprocessing", "threading",
    "_thread", "ensurepip", "venv", "idlelib", "lib2to3", "pydoc", "sysconfig", "site", "mmap",
  ]
}
