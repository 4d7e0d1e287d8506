import KindlingCore
import KindlingData

/// Images sorted into one folder a class (torchvision: `datasets.ImageFolder`).
///
/// ```
/// root/cat/1.png
/// root/cat/more/2.jpg
/// root/dog/1.png
/// ```
///
/// Classes are numbered by the alphabet; within one, files come folder by folder, in the order of the
/// folders' paths. Files count as images by their names: PNG, JPEG, BMP, GIF, PNM, WebP and TIFF files;
/// an image of another kind is an error, and so is a link that leads nowhere when its sample is read.
///
/// A sample is an image, as a tensor, and its class. The transform gets an ``Image``; a sample whose
/// transform ends in an image, or that has none, is `uint8` `[3, H, W]`.
public final class ImageFolder<Target>: Dataset, Sendable {
  /// The folder, as it was given.
  public let root: String
  /// The classes' names, by number.
  public let classes: [String]
  /// The images' files and their classes.
  public let samples: [(path: String, target: Int)]
  /// What images go through.
  public var transform: (any Transform)? { transforms.image }
  /// What classes go through.
  public var targetTransform: (any Transform<Int, Target>)? { transforms.target }
  private let transforms: SampleTransforms<Target>
  private let mode: ImageReadMode

  private init(
    _ root: String, _ mode: ImageReadMode, _ transforms: SampleTransforms<Target>
  ) throws {
    self.root = root
    self.mode = mode
    self.transforms = transforms
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
          "Found no valid file for the classes \(name). Supported extensions are: \(ImageFormat.readSuffixes)"
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
  @_disfavoredOverload
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: (any Transform)? = nil,
    targetTransform: some Transform<Int, Target>
  ) throws {
    try self.init(root, mode, SampleTransforms(transform, targetTransform))
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
    get throws { try transforms(image(index), check(index).target) }
  }

  /// The image at `index` as transforms get it.
  ///
  /// - Throws: ``VisionError`` where the file cannot be read; it names the file.
  public func image(_ index: Int) throws -> Image {
    let image = try Image.open(check(index).path)
    return try mode.imageMode.map(image.convert) ?? image
  }

  private func check(_ index: Int) throws -> (path: String, target: Int) {
    guard samples.indices.contains(index) else {
      throw VisionError(
        .value, "ImageFolder: index \(index) is out of range for \(count) samples")
    }
    return samples[index]
  }
}

extension ImageFolder where Target == Int {
  /// The images below `root`, with classes as numbers.
  ///
  /// `mode` is what pixels are converted to as they are read.
  ///
  /// - Throws: ``VisionError`` where `root` cannot be read, has no folders, or one without images.
  @_disfavoredOverload
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: (any Transform)? = nil
  ) throws {
    try self.init(root, mode, SampleTransforms(transform))
  }
}

extension ImageFolder: CustomStringConvertible {
  /// What torchvision prints.
  public var description: String {
    let lines = [
      "Dataset ImageFolder", "    Number of datapoints: \(count)", "    Root location: \(root)",
    ]
    return (lines + transforms.lines).joined(separator: "\n")
  }
}
