import KindlingCore
import KindlingPlatform

/// What lies in a folder, sorted by name.
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
    // By code point, as Python sorts.
    folders.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    files.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  /// Whether the entry at `path` is a folder.
  ///
  /// A link that leads nowhere is a file, which reading it will say; so are devices and pipes. An entry
  /// that the system says nothing of may be a folder of images, which must not be left out.
  private static func isFolder(_ path: String) throws -> Bool {
    do { return try FileSystem.status(path)?.kind == .folder } catch let error as FileError {
      if error.code == ELOOP { return false }
      throw VisionError(.system, "\(path): \(error.reason)")
    }
  }

  /// The paths of the images in the folder at `path` and in the folders in it, in the order of Python's
  /// `sorted(os.walk(path))`: folders by their whole paths.
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
