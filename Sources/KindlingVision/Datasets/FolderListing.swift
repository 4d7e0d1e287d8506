#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What lies in a folder, sorted by name.
struct FolderListing {
  var folders: [String] = []
  var files: [String] = []

  init(_ path: String) throws {
    guard let stream = opendir(path) else {
      throw VisionError(
        errno == ENOENT ? .notFound : .system, "\(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      var status = stat()
      guard stat("\(path)/\(name)", &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: folders.append(name)
      case S_IFREG: files.append(name)
      default: break
      }
    }
    // By code point, as Python sorts.
    folders.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    files.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  /// The paths of the images in the folder at `path` and in the folders in it, in the order of Python's
  /// `sorted(os.walk(path))`: folders by their whole paths.
  static func images(below path: String) throws -> [String] {
    var found: [(folder: String, files: [String])] = []
    try walk(path, depth: 0) { found.append(($0, $1)) }
    found.sort { $0.folder.unicodeScalars.lexicographicallyPrecedes($1.folder.unicodeScalars) }
    return found.flatMap { folder, files in
      files.filter { ImageFormat(suffixOf: $0) != nil }.map { "\(folder)/\($0)" }
    }
  }

  /// A link back to a folder above would go round for ever; 64 levels are more than anybody has.
  private static func walk(
    _ path: String, depth: Int, _ body: (_ folder: String, _ files: [String]) -> Void
  ) throws {
    guard depth < 64 else {
      throw VisionError(.system, "\(path): folders are nested more than 64 deep")
    }
    let listing = try FolderListing(path)
    body(path, listing.files)
    for name in listing.folders { try walk("\(path)/\(name)", depth: depth + 1, body) }
  }
}
