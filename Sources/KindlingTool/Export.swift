import ArgumentParser
import Kindling
import KindlingPlatform
import KindlingVision

/// The command `kindling export`, which writes images of a dataset as PNG files with a table of
/// classes.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes images of a data set as PNG files, with a CSV of file names and classes.",
    discussion: """
      The result is what `kindling train --dataset folder` reads. Images are taken in order, from \
      --skip on; the table has the columns file_name and label.
      """)

  @Option(help: "The data set.") var dataset = DatasetName.fashionMNIST
  @Option(help: "The folder that holds FashionMNIST/raw or MNIST/raw.") var root = "data"
  @Flag(help: "Take the images to test on, not those to train on.") var test = false
  @Option(parsing: .unconditional, help: "How many images to write.") var count = 2000
  @Option(parsing: .unconditional, help: "How many images to pass over first.") var skip = 0
  @Option(help: "The folder to write to; it is made.") var output: String
  @Option(help: "The name of the table in that folder.") var annotations = "labels.csv"

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
