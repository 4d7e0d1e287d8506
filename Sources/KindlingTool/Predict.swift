import ArgumentParser
import Kindling
import KindlingVision

/// The command `kindling predict`, which classifies images.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Classify images, and print the names and probabilities of their classes.",
    usage: """
      kindling predict --checkpoint <file> <image> ...
      kindling predict <checkpoint> <image> ...
      """)

  @Option(
    help: ArgumentHelp(
      "A model saved by `kindling train`. (default: the first argument)", valueName: "file"))
  var checkpoint: String?
  @Argument(
    help: ArgumentHelp(
      "Images in PNG or JPEG files, or IDX files of images, also compressed with gzip.",
      valueName: "image"))
  var files: [String]
  @Option(help: "Use the class names of this dataset. (default: those saved with the model)")
  var dataset: DatasetName?
  @Option(
    help: ArgumentHelp(
      "The class names, separated by commas. (default: those saved with the model)",
      valueName: "names"))
  var classes: String?
  @Option(
    help: ArgumentHelp(
      "Resize PNG and JPEG images to this height and width. (default: as in training)",
      valueName: "pixels"))
  var imageSize: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Classify only the first n images of each IDX file. (default: all)", valueName: "n"))
  var count: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of classes to print for each image.", valueName: "n"))
  var top = 1
  @Flag(help: "Print one JSON object per line instead of text.") var json = false

  func validate() throws {
    if top < 1 { throw ValidationError("--top must be at least 1, but got \(top)") }
    if let count, count < 0 {
      throw ValidationError("--count must not be negative, but got \(count)")
    }
    if files.count < (checkpoint == nil ? 2 : 1) {
      throw ValidationError("a checkpoint and at least one image are needed")
    }
    if let imageSize, !(1...10_000).contains(imageSize) {
      throw ValidationError("--image-size must be from 1 to 10000, but got \(imageSize)")
    }
  }

  func run() throws {
    let path = checkpoint ?? files[0]
    let trained = try TrainedModel(path)
    for file in checkpoint == nil ? files.dropFirst() : files[...] {
      let isPicture = try isImageFile(file)
      let names = try names(trained, path, isPicture ? nil : .fashionMNIST)
      try noGrad {
        if isPicture {
          let batch = try picture(file, for: trained, path).unsqueeze(0)
          try report(trained, batch, names) { _ in (JSON.text(file), file) }
        } else {
          try predictIDX(file, trained, path, names)
        }
      }
    }
  }

  private func names(
    _ trained: TrainedModel, _ path: String, _ fallback: DatasetName?
  ) throws -> [String] {
    if let classes {
      let names = classes.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard names.count == trained.classes else {
        throw ToolError(
          "\(path) tells \(trained.classes) classes apart, but --classes names \(names.count)")
      }
      return names
    }
    if dataset == nil, let names = trained.names { return names }
    guard let dataset = dataset ?? fallback, !dataset.classes.isEmpty else {
      return (0..<trained.classes).map(String.init)
    }
    guard dataset.classes.count == trained.classes else {
      throw ToolError(
        "\(path) tells \(trained.classes) classes apart, but \(dataset.rawValue) has \(dataset.classes.count); name another --dataset"
      )
    }
    return dataset.classes
  }

  /// Returns the image in a file in the form that the model takes.
  private func picture(_ file: String, for trained: TrainedModel, _ path: String) throws -> Tensor {
    func read(_ mode: ImageReadMode) throws -> Tensor {
      try pictureNumbers(readBytes(file, mode: mode), size: imageSize ?? trained.imageSize)
    }
    var image = try read(trained.channels == 1 ? .gray : .rgb)
    let (height, width) = (image.shape[1], image.shape[2])
    if let features = trained.features, features == height * width { image = try read(.gray) }
    guard trained.features.map({ $0 == image.numel }) ?? (trained.channels == image.shape[0]) else {
      let wanted =
        trained.features.map { "images of \($0) numbers" } ?? "\(trained.channels ?? 0) channels"
      throw ToolError(
        "\(path) was trained on \(wanted), but \(file) has \(height) by \(width) pixels in \(image.shape[0]) channels; --image-size brings images to one size"
      )
    }
    return image
  }

  private func predictIDX(
    _ file: String, _ trained: TrainedModel, _ path: String, _ names: [String]
  ) throws {
    let all = try IDX.read(file)
    guard all.dtype == .uint8, all.ndim == 3 else {
      throw ToolError(
        "\(file) holds \(all.dtype) of shape \(all.shape), not uint8 images [N, H, W]")
    }
    guard
      trained.features.map({ $0 == all.shape[1] * all.shape[2] })
        ?? [1, 3].contains(trained.channels)
    else {
      let wanted =
        trained.features.map { "images of \($0) pixels" }
        ?? "images of \(trained.channels ?? 0) channels"
      throw ToolError(
        "\(path) was trained on \(wanted), but \(file) has images of \(all.shape[1]) by \(all.shape[2])"
      )
    }
    let wanted = min(count ?? all.shape[0], all.shape[0])
    let toTensor = ToTensor()
    for start in stride(from: 0, to: wanted, by: 256) {
      let end = min(start + 256, wanted)
      var batch = try Tensor.stack((start..<end).map { try toTensor(all.select(0, $0)) })
      if trained.channels == 3 { batch = try inThreeChannels(batch) }
      try report(trained, batch, names) { ("\(start + $0)", "\(start + $0)") }
    }
  }

  private func report(
    _ trained: TrainedModel, _ batch: Tensor, _ names: [String],
    _ label: (Int) -> (json: String, plain: String)
  ) throws {
    let table = try trained.model(batch).softmax(dim: 1).tolist(as: [[Double]].self)
    for (row, probabilities) in table.enumerated() {
      let best = zip(names, probabilities).sorted { $0.1 > $1.1 }.prefix(top)
      if json {
        let list = best.map { "{\"class\":\(JSON.text($0)),\"probability\":\(JSON.number($1))}" }
        print("{\"image\":\(label(row).json),\"classes\":[\(list.joined(separator: ","))]}")
      } else {
        let list = best.map { "\($0) \(PrintedNumber.fixed($1 * 100, 1))%" }
        print("\(label(row).plain): \(list.joined(separator: ", "))")
      }
    }
  }
}
