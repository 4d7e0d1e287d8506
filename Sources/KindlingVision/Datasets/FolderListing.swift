import KindlingCore
import KindlingPlatform

/// The contents of a folder, sorted by name.
struct FolderListing {
  var folders: [String] = []
  var files: [String] = []

  init(_ path: String) throws {
    do {
      for name in try FileSystem.names(inFolder: path) {
        if try FolderListing.isFolder("\(path)/\(name)") {
          folders.append(name)
        } else {
          files.append(name)
        }
      }
    } catch let error as FileError {
      throw VisionError(error.isMissing ? .notFound : .system, "\(path): \(error.reason)")
    }
    // By code point, like Python.
    folders.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    files.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  /// Returns whether the entry at `path` is a folder.
  ///
  /// A dangling link counts as a file, and reading it reports the error; so do devices and pipes.
  /// An entry without status information may be a folder of images, so its error is thrown.
  private static func isFolder(_ path: String) throws -> Bool {
    do { return try FileSystem.status(path)?.kind == .folder } catch let error as FileError {
      if error.code == ELOOP { return false }
      throw VisionError(.system, "\(path): \(error.reason)")
    }
  }

  /// Returns the paths of the images in the folder at `path` and its subfolders.
  ///
  /// The order is that of Python's `sorted(os.walk(path))`: folders by their whole paths.
  static func images(below path: String) throws -> [String] {
    var found: [(folder: String, files: [String])] = []
    try walk(path, depth: 0) { found.append(($0, $1)) }
    found.sort { $0.folder.unicodeScalars.lexicographicallyPrecedes($1.folder.unicodeScalars) }
    return try found.flatMap { folder, files in
      try files.filter { file in
        if ImageFormat.isUnread(file) {
          throw VisionError(
            .corrupt,
            "\(folder)/\(file): images of this kind are not read; convert it to PNG or move it away (\(ImageFormat.readFormats) files are read)"
          )
        }
        return ImageFormat(suffixOf: file) != nil
      }.map { "\(folder)/\($0)" }
    }
  }

  /// Calls `body` for the folder and its subfolders.
  ///
  /// A link to a parent folder would cause endless recursion, hence the limit of 64 levels.
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
