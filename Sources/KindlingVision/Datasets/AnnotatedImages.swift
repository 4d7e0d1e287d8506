import KindlingCore
import KindlingData
import KindlingPlatform

/// Images in a folder with a table that says what each shows: the custom data set of the tutorials.
///
/// ```swift
/// let training = try AnnotatedImages(
///   annotations: "labels.csv", root: "images", header: ["file_name", "label"],
///   transform: ConvertImageDtype(.float32))
/// let (image, label) = try training[0]
/// ```
///
/// One column names the image file, another its class: as a number, or as a word, in which case
/// classes are numbered in alphabetical order. A sample is an image `[C, H, W]` (`uint8` without a
/// transform) and its class. As in the tutorials, the transform gets the tensor that
/// ``readImage(_:mode:)`` gives; of samples of 16 bits the upper 8.
public final class AnnotatedImages<Target>: Dataset, Sendable {
  /// The folder of the images, as it was given.
  public let root: String
  /// The images' files, as the table names them.
  public let files: [String]
  /// The images' classes.
  public let targets: [Int]
  /// The classes' names, by number: the words of the table, or the numbers up to the largest.
  public let classes: [String]
  /// What images go through.
  public var transform: (any Transform)? { transforms.image }
  /// What classes go through.
  public var targetTransform: (any Transform<Int, Target>)? { transforms.target }
  private let transforms: SampleTransforms<Target>
  private let mode: ImageReadMode
  private let table: CSVTable

  private init(
    _ annotations: String, _ root: String, _ header: CSVHeader, _ fileColumn: String?,
    _ labelColumn: String?, _ classes: [String]?, _ mode: ImageReadMode,
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
      // The system would read a name up to its first NUL.
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

  /// The images that `annotations` lists, with classes that a transform makes into something else.
  ///
  /// - Parameters:
  ///   - annotations: a CSV file.
  ///   - root: the folder that file names are relative to.
  ///   - header: where the names of the columns come from.
  ///   - fileColumn: the column of file names; the first where nil.
  ///   - labelColumn: the column of classes; the second where nil.
  ///   - classes: the classes' names, by number, where they are known.
  ///   - mode: what pixels are converted to as they are read.
  ///   - transform: applied to each image.
  ///   - targetTransform: applied to each class's number.
  /// - Throws: `CSVError` where the table cannot be read, lacks a column, names a file that is not
  ///   there, or has a class that cannot be; it names file and row.
  @_disfavoredOverload
  public convenience init(
    annotations: String, root: String, header: CSVHeader = .firstRow, fileColumn: String? = nil,
    labelColumn: String? = nil, classes: [String]? = nil, mode: ImageReadMode = .unchanged,
    transform: (any Transform)? = nil, targetTransform: some Transform<Int, Target>
  ) throws {
    try self.init(
      annotations, root, header, fileColumn, labelColumn, classes, mode,
      SampleTransforms(transform, targetTransform))
  }

  /// The number of samples.
  public var count: Int { files.count }

  /// The image at `index` after the transform, and its class after the target transform.
  ///
  /// - Throws: ``VisionError`` where the file cannot be read; it names annotations, row and file.
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

  /// Where the image at `index` lies.
  package func path(of index: Int) -> String? {
    files.indices.contains(index) ? AnnotatedImages.path(root, files[index]) : nil
  }

  /// `file` below `root`, unless it begins at the top.
  private static func path(_ root: String, _ file: String) -> String {
    file.hasPrefix("/") || root.isEmpty
      ? file : root.hasSuffix("/") ? root + file : "\(root)/\(file)"
  }
}

extension AnnotatedImages where Target == Int {
  /// The images that `annotations` lists, with classes as numbers.
  ///
  /// - Parameters:
  ///   - annotations: a CSV file.
  ///   - root: the folder that file names are relative to.
  ///   - header: where the names of the columns come from.
  ///   - fileColumn: the column of file names; the first where nil.
  ///   - labelColumn: the column of classes; the second where nil.
  ///   - classes: the classes' names, by number, where they are known.
  ///   - mode: what pixels are converted to as they are read.
  ///   - transform: applied to each image.
  /// - Throws: `CSVError` where the table cannot be read, lacks a column, names a file that is not
  ///   there, or has a class that cannot be; it names file and row.
  @_disfavoredOverload
  public convenience init(
    annotations: String, root: String, header: CSVHeader = .firstRow, fileColumn: String? = nil,
    labelColumn: String? = nil, classes: [String]? = nil, mode: ImageReadMode = .unchanged,
    transform: (any Transform)? = nil
  ) throws {
    try self.init(
      annotations, root, header, fileColumn, labelColumn, classes, mode,
      SampleTransforms(transform))
  }
}
