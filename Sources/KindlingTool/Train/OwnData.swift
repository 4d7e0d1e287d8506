import ArgumentParser
import Kindling
import KindlingVision

/// The color mode in which images are read.
enum ImageColor: String, CaseIterable, ExpressibleByArgument {
  case gray, rgb

  var mode: ImageReadMode { self == .gray ? .gray : .rgb }
}

/// Returns the pixels of a file as floats from 0 to 1, optionally resized to `size`.
func pictureNumbers(_ image: Tensor, size: Int?) throws -> Tensor {
  // 16-bit samples are stored as int32.
  let image = image.dtype == .int32 ? try image.to(.float32).div(65535) : image
  return try TF.convertImageDtype(size.map { try TF.resize(image, [$0, $0]) } ?? image, .float32)
}

/// The options for user data: a folder of images, or a table of numbers.
struct OwnData: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The CSV file of file names and classes ('folder'), or of numbers and classes ('csv').",
      valueName: "file"))
  var annotations: String?
  @Option(
    help: ArgumentHelp(
      "A CSV file like --annotations to test on. (default: every fifth row)", valueName: "file"))
  var testAnnotations: String?
  @Flag(help: "Read CSV files without a header row.") var noHeader = false
  @Option(
    help: ArgumentHelp(
      "Resize the images of 'folder' to this height and width.", valueName: "pixels"))
  var imageSize: Int?
  @Option(help: "The color mode of the images of 'folder'. (default: that of the first image)")
  var color: ImageColor?

  func validate() throws {
    if let imageSize, !(1...10_000).contains(imageSize) {
      throw ValidationError("--image-size must be from 1 to 10000, but got \(imageSize)")
    }
  }

  typealias Images = Subset<AnnotatedImages<Int>>
  typealias Rows = Subset<TensorDataset<(Tensor, Tensor)>>

  /// Returns images and classes for training and for testing.
  func images(_ root: String) throws -> (training: Images, test: Images, classes: [String]) {
    var mode: ImageReadMode? = color?.mode
    func read(_ path: String, _ classes: [String]?) throws -> AnnotatedImages<Int> {
      func images(_ mode: ImageReadMode) throws -> AnnotatedImages<Int> {
        try AnnotatedImages(
          annotations: path, root: root, header: noHeader ? .none : .firstRow, classes: classes,
          mode: mode, transform: Lambda { try pictureNumbers($0, size: imageSize) })
      }
      if let mode { return try images(mode) }
      let found = try images(.rgb)
      let first = try found.path(of: 0).map { try isGrayImage($0) } ?? false
      mode = first ? .gray : .rgb
      return first ? try images(.gray) : found
    }
    let all = try read(required(), nil)
    let (training, test) = try parts(all, testAnnotations.map { try read($0, all.classes) })
    return (training, test, all.classes)
  }

  /// Returns rows of numbers and classes, the last column, for training and for testing.
  func rows() throws -> (training: Rows, test: Rows, classes: [String]) {
    let (all, classes) = try table(required(), nil)
    let (training, test) = try parts(all, testAnnotations.map { try table($0, classes).0 })
    return (training, test, classes)
  }

  private func required() throws -> String {
    guard let annotations else {
      throw ToolError("--dataset folder and --dataset csv need --annotations FILE.csv")
    }
    return annotations
  }

  /// Returns all samples and those of the other table; without one, every fifth sample is for
  /// testing.
  private func parts<D: Dataset>(_ all: D, _ other: D?) throws -> (Subset<D>, Subset<D>) {
    if let other {
      return (
        try Subset(all, Array(0..<all.count)), try Subset(other, Array(0..<other.count))
      )
    }
    return (
      try Subset(all, (0..<all.count).filter { $0 % 5 != 4 }),
      try Subset(all, (0..<all.count).filter { $0 % 5 == 4 })
    )
  }

  private func table(
    _ path: String, _ known: [String]?
  ) throws -> (TensorDataset<(Tensor, Tensor)>, classes: [String]) {
    let table = try CSVTable(path, header: noHeader ? .none : .firstRow)
    guard table.columns.count >= 2, let last = table.columns.last, table.count > 0 else {
      throw ToolError(
        "\(path): columns of numbers, a last one of classes, and rows are needed, but there are \(table.columns.count) columns and \(table.count) rows"
      )
    }
    let (labels, classes) = try table.classes(in: last, named: known)
    let features = try table.tensor(table.columns.dropLast(), dtype: .float32)
    return (try TensorDataset(features, Tensor(labels)), classes)
  }
}
