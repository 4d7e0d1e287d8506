import KindlingCore
import KindlingData
import KindlingPlatform

/// A dataset of images in a folder with labels in a table: the custom dataset of PyTorch's
/// tutorials.
///
/// ```swift
/// let training = try AnnotatedImages(
///   annotations: "labels.csv", root: "images", header: ["file_name", "label"],
///   transform: ConvertImageDtype(.float32))
/// let (image, label) = try training[0]
/// ```
///
/// One column has the name of the image file, another its class. Classes are numbers, or words that
/// are numbered in alphabetical order. A sample is an image `[C, H, W]` (`uint8` without a
/// transform) and its class. As in the tutorials, the transform gets the tensor of
/// ``readImage(_:mode:)``; 16-bit samples are reduced to their upper 8 bits.
public final class AnnotatedImages<Target>: Dataset, Sendable {
  /// The folder of the images, as given.
  public let root: String
  /// The image files, as named in the table.
  public let files: [String]
  /// The classes of the images.
  public let targets: [Int]
  /// The class names, by number: the words of the table, or the numbers up to the largest.
  public let classes: [String]
  /// The transform applied to each image, if any.
  public var transform: (any Transform)? { transforms.image }
  /// The transform applied to each class, if any.
  public var targetTransform: (any Transform<Int, Target>)? { transforms.target }
  private let transforms: SampleTransforms<Target>
  private let mode: ImageReadMode
  private let table: CSVTable

  private init(
    _ annotations: String, root: String, header: CSVHeader, fileColumn: String?,
    labelColumn: String?, classes: [String]?, mode: ImageReadMode,
    _ transforms: SampleTransforms<Target>
  ) throws {
    self.root = root
    self.mode = mode
    self.transforms = transforms
    table = try CSVTable(annotations, header: header)
    guard table.columns.count >= 2 else {
      throw CSVError(
        .column, path: annotations,
        "an image's file and its class are expected, but there is one column: \(table.columns)")
    }
    files = try table.column(fileColumn ?? table.columns[0])
    (targets, self.classes) = try table.classes(
      in: labelColumn ?? table.columns[1], named: classes)
    for (row, file) in files.enumerated() {
      let path = AnnotatedImages.path(root, file)
      // The system would read a name only up to its first NUL.
      guard !file.isEmpty, !file.utf8.contains(0), access(path, R_OK) == 0 else {
        let reason =
          file.isEmpty
          ? "no file is named"
          : file.utf8.contains(0)
            ? "the name holds a NUL" : SystemCall.errorText()
        throw CSVError(
          .file, path: annotations, row: table.rowNumber(row), "\(path): \(reason)")
      }
    }
  }

  /// Creates a dataset of the images listed in `annotations`, with a transform of classes.
  ///
  /// - Parameters:
  ///   - annotations: a CSV file.
  ///   - root: the folder that file names are relative to.
  ///   - header: the source of the column names.
  ///   - fileColumn: the column of file names; by default the first.
  ///   - labelColumn: the column of classes; by default the second.
  ///   - classes: the class names, by number, if they are known.
  ///   - mode: the color mode that images are converted to.
  ///   - transform: a transform of each image.
  ///   - targetTransform: a transform of each class number.
  /// - Throws: `CSVError`, with file and row, if the table cannot be read, lacks a column, names a
  ///   missing file, or has an invalid class.
  @_disfavoredOverload
  public convenience init(
    annotations: String, root: String, header: CSVHeader = .firstRow, fileColumn: String? = nil,
    labelColumn: String? = nil, classes: [String]? = nil, mode: ImageReadMode = .unchanged,
    transform: (any Transform)? = nil, targetTransform: some Transform<Int, Target>
  ) throws {
    try self.init(
      annotations, root: root, header: header, fileColumn: fileColumn, labelColumn: labelColumn,
      classes: classes, mode: mode, SampleTransforms(transform, targetTransform))
  }

  /// The number of samples.
  public var count: Int { files.count }

  /// The image at `index` after the transform, and its class after the target transform.
  ///
  /// - Throws: ``VisionError`` if the file cannot be read; it names annotations, row and file.
  public subscript(index: Int) -> (Tensor, Target) {
    get throws {
      guard files.indices.contains(index) else {
        throw VisionError(
          .value, "AnnotatedImages: index \(index) is out of range for \(count) samples")
      }
      let image = try VisionError.naming("\(table.path), row \(table.rowNumber(index))") {
        try readBytes(AnnotatedImages.path(root, files[index]), mode: mode)
      }
      return try transforms(image, targets[index])
    }
  }

  /// Returns the path of the image at `index`.
  package func path(of index: Int) -> String? {
    files.indices.contains(index) ? AnnotatedImages.path(root, files[index]) : nil
  }

  /// Returns `file` relative to `root`, unless it is an absolute path.
  private static func path(_ root: String, _ file: String) -> String {
    file.hasPrefix("/") || root.isEmpty
      ? file : root.hasSuffix("/") ? root + file : "\(root)/\(file)"
  }
}

extension AnnotatedImages where Target == Int {
  /// Creates a dataset of the images listed in `annotations`, with classes as numbers.
  ///
  /// - Parameters:
  ///   - annotations: a CSV file.
  ///   - root: the folder that file names are relative to.
  ///   - header: the source of the column names.
  ///   - fileColumn: the column of file names; by default the first.
  ///   - labelColumn: the column of classes; by default the second.
  ///   - classes: the class names, by number, if they are known.
  ///   - mode: the color mode that images are converted to.
  ///   - transform: a transform of each image.
  /// - Throws: `CSVError`, with file and row, if the table cannot be read, lacks a column, names a
  ///   missing file, or has an invalid class.
  @_disfavoredOverload
  public convenience init(
    annotations: String, root: String, header: CSVHeader = .firstRow, fileColumn: String? = nil,
    labelColumn: String? = nil, classes: [String]? = nil, mode: ImageReadMode = .unchanged,
    transform: (any Transform)? = nil
  ) throws {
    try self.init(
      annotations, root: root, header: header, fileColumn: fileColumn, labelColumn: labelColumn,
      classes: classes, mode: mode, SampleTransforms(transform))
  }
}
