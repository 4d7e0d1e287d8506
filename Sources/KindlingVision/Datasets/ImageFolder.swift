import KindlingCore
import KindlingData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Images sorted into one folder a class (torchvision: `datasets.ImageFolder`).
///
/// ```
/// root/cat/1.png
/// root/cat/more/2.jpg
/// root/dog/1.png
/// ```
///
/// Classes are numbered by the alphabet; within one, files come in alphabetical order, those of a
/// folder before those of the folders in it. A sample is an image, `uint8` `[3, H, W]` without a
/// transform, and its class.
public final class ImageFolder<Target>: Dataset, Sendable {
  /// The folder, as it was given.
  public let root: String
  /// The classes' names, by number.
  public let classes: [String]
  /// The images' files and their classes.
  public let samples: [(path: String, target: Int)]
  /// What images go through.
  public let transform: (any Transform<Tensor, Tensor>)?
  /// What classes go through.
  public let targetTransform: (any Transform<Int, Target>)?
  private let mode: ImageReadMode
  private let asTarget: @Sendable (Int) throws -> Target

  private init(
    _ root: String, _ mode: ImageReadMode, _ transform: (any Transform<Tensor, Tensor>)?,
    _ targetTransform: (any Transform<Int, Target>)?,
    _ asTarget: @escaping @Sendable (Int) throws -> Target
  ) throws {
    self.root = root
    self.mode = mode
    self.transform = transform
    self.targetTransform = targetTransform
    self.asTarget = asTarget
    let classes = try FolderListing(root).folders
    guard !classes.isEmpty else {
      throw VisionError(.notFound, "Couldn't find any class folder in \(root).")
    }
    self.classes = classes
    var samples: [(path: String, target: Int)] = []
    for (number, name) in classes.enumerated() {
      let before = samples.count
      samples += try FolderListing.images(below: "\(root)/\(name)").map { ($0, number) }
      if samples.count == before {
        throw VisionError(
          .notFound,
          "Found no valid file for the classes \(name). Supported extensions are: .png, .jpg, .jpeg"
        )
      }
    }
    self.samples = samples
  }

  /// The images below `root`, with classes that a transform makes into something else.
  ///
  /// `mode` is what pixels are converted to as they are read.
  ///
  /// - Throws: ``VisionError`` where `root` cannot be read, has no folders, or one without images.
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: (any Transform<Tensor, Tensor>)? = nil,
    targetTransform: some Transform<Int, Target>
  ) throws {
    try self.init(root, mode, transform, targetTransform, { try targetTransform($0) })
  }

  /// The classes, by sample.
  public var targets: [Int] { samples.map(\.target) }

  /// Numbers by the classes' names.
  public var classToIdx: [String: Int] {
    Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The number of samples.
  public var count: Int { samples.count }

  /// The image at `index` after the transform, and its class after the target transform.
  public subscript(index: Int) -> (Tensor, Target) {
    get throws {
      guard samples.indices.contains(index) else {
        throw VisionError(
          .value, "ImageFolder: index \(index) is out of range for \(count) samples")
      }
      let sample = samples[index]
      let image = try readImage(sample.path, mode: mode)
      return (try transform?(image) ?? image, try asTarget(sample.target))
    }
  }
}

extension ImageFolder where Target == Int {
  /// The images below `root`, with classes as numbers.
  ///
  /// `mode` is what pixels are converted to as they are read.
  ///
  /// - Throws: ``VisionError`` where `root` cannot be read, has no folders, or one without images.
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: (any Transform<Tensor, Tensor>)? = nil
  ) throws {
    try self.init(root, mode, transform, nil, { $0 })
  }
}

extension ImageFolder: CustomStringConvertible {
  /// What torchvision prints.
  public var description: String {
    var lines = [
      "Dataset ImageFolder", "    Number of datapoints: \(count)", "    Root location: \(root)",
    ]
    if transform != nil || targetTransform != nil { lines.append("StandardTransform") }
    if let transform { lines.append(transform.described(under: "Transform: ")) }
    if let targetTransform {
      lines.append(targetTransform.described(under: "Target transform: "))
    }
    return lines.joined(separator: "\n")
  }
}

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
