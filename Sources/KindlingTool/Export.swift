import ArgumentParser
import Kindling
import KindlingPlatform
import KindlingVision

/// The command `kindling export`, which writes images of a dataset as PNG files with a table of
/// classes.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export images of a dataset as PNG files, with a CSV file of file names and classes.",
    discussion: """
      `kindling train --dataset folder` reads the result. The CSV file has the columns file_name and \
      label.
      """)

  @Option(help: "The dataset to export: fashion-mnist, mnist or digits.")
  var dataset = DatasetName.fashionMNIST
  @Option(
    help: ArgumentHelp(
      "The folder that contains FashionMNIST/raw or MNIST/raw.", valueName: "folder"))
  var root = "data"
  @Flag(help: "Export test images instead of training images.") var test = false
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of images to export.", valueName: "n"))
  var count = 2000
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of images to skip first.", valueName: "n"))
  var skip = 0
  @Option(
    help: ArgumentHelp(
      "The folder to write to; it is created if it does not exist.", valueName: "folder"))
  var output: String
  @Option(help: ArgumentHelp("The name of the CSV file in the output folder.", valueName: "name"))
  var annotations = "labels.csv"

  func validate() throws {
    if count < 1 { throw ValidationError("--count must be at least 1, but got \(count)") }
    if skip < 0 { throw ValidationError("--skip must not be negative, but got \(skip)") }
  }

  func run() throws {
    let images: Tensor
    let labels: [Int]
    switch dataset {
    case .fashionMNIST:
      let set = try FashionMNIST(root: root, train: !test)
      (images, labels) = (set.data, try set.targets.toArray(as: Int.self))
    case .mnist:
      let set = try MNIST(root: root, train: !test)
      (images, labels) = (set.data, try set.targets.toArray(as: Int.self))
    case .digits:
      let set = try Digits()
      images = try set.images.mul(255.0 / 16).round().to(.uint8)
      labels = try set.targets.toArray(as: Int.self)
    case .iris, .folder, .csv: throw ToolError("\(dataset.rawValue) has no images to export")
    }
    guard skip < labels.count, count <= labels.count - skip else {
      throw ToolError(
        "\(dataset.rawValue) has \(labels.count) images, too few for --skip \(skip) and --count \(count)"
      )
    }
    guard mkdir(output, 0o777) == 0 || errno == EEXIST else {
      throw ToolError("cannot make the folder \(output): \(SystemCall.errorText())")
    }
    var table = "file_name,label\n"
    for index in skip..<skip + count {
      let name = "\(index).png"
      try writeImage(images.select(0, index).unsqueeze(0), to: "\(output)/\(name)")
      table += "\(name),\(labels[index])\n"
    }
    guard let file = fopen("\(output)/\(annotations)", "w") else {
      throw ToolError("cannot write \(output)/\(annotations): \(SystemCall.errorText())")
    }
    let written = fputs(table, file) >= 0
    guard fclose(file) == 0, written else {
      throw ToolError("cannot write \(output)/\(annotations): \(SystemCall.errorText())")
    }
    print("Wrote \(count) images and \(annotations) to \(output)")
  }
}
