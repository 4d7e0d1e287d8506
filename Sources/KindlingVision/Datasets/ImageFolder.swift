import KindlingCore
import KindlingData

/// A dataset of images in one folder per class (torchvision: `datasets.ImageFolder`).
///
/// ```
/// root/cat/1.png
/// root/cat/more/2.jpg
/// root/dog/1.png
/// ```
///
/// Classes are numbered in alphabetical order. Within a class, files are ordered by the paths of
/// their folders. PNG, JPEG, BMP, GIF, PNM, WebP and TIFF files are recognized by their names. An
/// image file of another format is an error; a dangling link is an error when its sample is read.
///
/// A sample is an image, as a tensor, and its class. The transform gets an ``Image``. Without a
/// transform, or if the transform returns an image, the sample is `uint8` `[3, H, W]`.
public final class ImageFolder<Target>: Dataset, Sendable {
  /// The folder, as given.
  public let root: String
  /// The class names, by number.
  public let classes: [String]
  /// The image files and their classes.
  public let samples: [(path: String, target: Int)]
  /// The transform applied to each image, if any.
  public var transform: (any Transform)? { transforms.image }
  /// The transform applied to each class, if any.
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

  /// Creates a dataset of the images below `root`, with a transform of classes.
  ///
  /// `mode` is the color mode that images are converted to.
  ///
  /// - Throws: ``VisionError`` if `root` cannot be read, has no folders, or has a folder without
  ///   images.
  @_disfavoredOverload
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: (any Transform)? = nil,
    targetTransform: some Transform<Int, Target>
  ) throws {
    try self.init(root, mode, SampleTransforms(transform, targetTransform))
  }

  /// The classes, by sample.
  public var targets: [Int] { samples.map(\.target) }

  /// The class numbers by name.
  public var classToIdx: [String: Int] {
    Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The number of samples.
  public var count: Int { samples.count }

  /// The image at `index` after the transform, and its class after the target transform.
  public subscript(index: Int) -> (Tensor, Target) {
    get throws { try transforms(image(index), check(index).target) }
  }

  /// Returns the image at `index` before the transform.
  ///
  /// - Throws: ``VisionError`` if the file cannot be read; it names the file.
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
  /// Creates a dataset of the images below `root`, with classes as numbers.
  ///
  /// `mode` is the color mode that images are converted to.
  ///
  /// - Throws: ``VisionError`` if `root` cannot be read, has no folders, or has a folder without
  ///   images.
  @_disfavoredOverload
  public convenience init(
    _ root: String, mode: ImageReadMode = .rgb, transform: (any Transform)? = nil
  ) throws {
    try self.init(root, mode, SampleTransforms(transform))
  }
}

extension ImageFolder: CustomStringConvertible {
  /// The dataset in torchvision's printed form.
  public var description: String {
    let lines = [
      "Dataset ImageFolder", "    Number of datapoints: \(count)", "    Root location: \(root)",
    ]
    return (lines + transforms.lines).joined(separator: "\n")
  }
}
