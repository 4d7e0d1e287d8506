import ArgumentParser
import Kindling
import KindlingVision

/// `kindling predict`: the classes of images in an IDX file.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Classifies the images of an IDX file; prints class names with probabilities.")

  @Argument(help: "A model saved by `kindling train`.") var checkpoint: String
  @Argument(help: "An IDX file of images (may be gzip).") var images: String
  @Option(help: "The data set whose class names are meant.") var dataset = DatasetName.fashionMNIST
  @Option(parsing: .unconditional, help: "How many images to classify, from the first on; all by default.") var count: Int?
  @Option(parsing: .unconditional, help: "How many classes to name for each image.") var top = 1
  @Flag(help: "Print one JSON record a line.") var json = false

  func validate() throws {
    if top < 1 { throw ValidationError("--top must be at least 1, but got \(top)") }
    if let count, count < 0 { throw ValidationError("--count must not be negative, but got \(count)") }
  }

  func run() throws {
    let (model, features, classes) = try loadModel(checkpoint)
    let all = try IDX.read(images)
    guard all.dtype == .uint8, all.ndim == 3 else {
      throw ToolError("\(images) holds \(all.dtype) of shape \(all.shape), not uint8 images [N, H, W]")
    }
    guard all.shape[1] * all.shape[2] == features else {
      throw ToolError(
        "\(checkpoint) was trained on images of \(features) pixels, but \(images) has images of \(all.shape[1]) by \(all.shape[2])")
    }
    let names = dataset.classes
    guard names.count == classes else {
      throw ToolError(
        "\(checkpoint) tells \(classes) classes apart, but \(dataset.rawValue) has \(names.count); name another --dataset")
    }
    let wanted = min(count ?? all.shape[0], all.shape[0])
    let toTensor = ToTensor()
    try noGrad {
      for start in stride(from: 0, to: wanted, by: 256) {
        let end = min(start + 256, wanted)
        let batch = try Tensor.stack((start..<end).map { try toTensor(all.select(0, $0)) })
        let table = try model(batch).softmax(dim: 1).tolist(as: [[Double]].self)
        for (offset, probabilities) in table.enumerated() {
          report(start + offset, probabilities, names)
        }
      }
    }
  }

  private func report(_ index: Int, _ probabilities: [Double], _ names: [String]) {
    let best = zip(names, probabilities).sorted { $0.1 > $1.1 }.prefix(top)
    if json {
      let list = best.map { "{\"class\":\(JSON.text($0)),\"probability\":\(JSON.number($1))}" }
      print("{\"image\":\(index),\"classes\":[\(list.joined(separator: ","))]}")
    } else {
      let list = best.map { "\($0) \(fixed($1 * 100, 1))%" }
      print("\(index): \(list.joined(separator: ", "))")
    }
  }
}
