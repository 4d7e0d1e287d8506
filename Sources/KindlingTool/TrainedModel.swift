import Kindling
import KindlingVision

/// A trained model and the form of its inputs.
struct TrainedModel {
  let model: any Layer
  /// The number of features of a sample, if the model begins with a linear layer.
  let features: Int?
  /// The number of channels of an image, if the model begins with a convolution.
  let channels: Int?
  let classes: Int
  /// The class names, if they were saved with the model.
  let names: [String]?
  /// The height and width that images were resized to, if they were.
  let imageSize: Int?

  /// Loads the model in a file of `kindling train`: a state dict, a whole model, or a checkpoint.
  ///
  /// Layer sizes are inferred from the shapes of the weights, so only the file is needed.
  init(_ path: String) throws {
    do {
      try self.init(loadStateDict(from: path), Notes(path), path)
    } catch let error as CheckpointError where error.kind == .content || error.kind == .unsafe {
      // A file that is none of these is explained by the first error.
      if let training = try? TrainingCheckpoint(path) {
        let notes = Notes(classes: training.classes, imageSize: training.imageSize)
        try self.init(training.model, notes, path)
      } else {
        ModuleRegistry.registerVisionModels()
        guard let model = try? Kindling.loadModel(from: path) else { throw error }
        try self.init(model, model.stateDict(), Notes(path), path)
      }
    }
  }

  private init(_ saved: StateDict, _ notes: Notes, _ path: String) throws {
    // Sorted by layer numbers: other formats sort keys as strings, 11 before 4.
    let weights = saved.filter { $0.key.hasSuffix(".weight") && $0.value.ndim == 2 }
      .sorted { layerNumbers($0.key).lexicographicallyPrecedes(layerNumbers($1.key)) }
    guard let first = weights.first?.value, let last = weights.last?.value else {
      throw ToolError("\(path) holds no model of `kindling train`: there are no weights [out, in]")
    }
    let (features, classes) = (first.shape[1], last.shape[0])
    let model: any Layer
    if saved["linear.weight"] != nil {
      model = LinearClassifier(features, classes: classes)
    } else if saved["layer1.0.conv1.weight"] != nil {
      model = resnet18(numClasses: classes)
    } else if let filters = saved["0.weight"], filters.ndim == 4 {
      model = convolutionalNetwork(filters.shape[1], classes: classes)
    } else {
      model = MultilayerPerceptron(
        features, hidden: weights.dropLast().map { $0.value.shape[0] }, classes: classes)
    }
    try model.loadStateDict(saved)
    try self.init(model, model.stateDict(), notes, path)
  }

  private init(
    _ model: any Layer, _ state: StateDict, _ notes: Notes, _ path: String
  ) throws {
    let names = notes.classes
    let weights = state.map(\.value).filter { $0.ndim == 2 || $0.ndim == 4 }
    guard let first = weights.first, let last = weights.last, last.ndim == 2 else {
      throw ToolError("\(path) holds no classifier: it does not end with weights [classes, in]")
    }
    self.model = model
    features = first.ndim == 2 ? first.shape[1] : nil
    channels = first.ndim == 4 ? first.shape[1] : nil
    classes = last.shape[0]
    self.names = names
    imageSize = notes.imageSize
    guard names.map({ $0.count == classes }) ?? true else {
      throw ToolError("\(path) tells \(classes) classes apart, but names \(names?.count ?? 0)")
    }
    model.eval()
  }
}

/// Returns the notes that `kindling train` saves with a model: class names and image size.
func notes(_ classes: [String], _ imageSize: Int?) -> CheckpointValue {
  [
    "classes": .list(classes.map { .string($0) }),
    "image_size": imageSize.map { .int($0) } ?? CheckpointValue.none,
  ]
}

/// The notes saved with a model, if any.
private struct Notes {
  var classes: [String]?
  var imageSize: Int?

  init(classes: [String]?, imageSize: Int?) {
    self.classes = classes
    self.imageSize = imageSize
  }

  init(_ path: String) throws {
    let notes = try loadNotes(from: path)
    classes = notes["classes"]?.elements?.compactMap(\.stringValue)
    imageSize = notes["image_size"]?.intValue.flatMap { (1...10_000).contains($0) ? $0 : nil }
  }
}

/// Returns the numbers in a key, such as 4 in `linear_relu_stack.4.weight`.
private func layerNumbers(_ key: String) -> [Int] {
  key.split(separator: ".").compactMap { Int($0) }
}
