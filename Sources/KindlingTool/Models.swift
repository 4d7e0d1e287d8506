import Kindling

/// The network of the tutorials: flattened, through hidden layers with ReLU between, to one number a
/// class. Its keys are those of PyTorch's `NeuralNetwork`: `linear_relu_stack.0.weight` and so on.
final class MultilayerPerceptron: Module, Layer {
  let flatten = Flatten()
  let linearReluStack: Sequential

  init(_ features: Int, hidden: [Int], classes: Int) {
    var layers: [any Layer] = []
    var width = features
    for size in hidden {
      layers += [Linear(width, size), ReLU()] as [any Layer]
      width = size
    }
    linearReluStack = Sequential(layers + [Linear(width, classes)])
  }

  func forward(_ x: Tensor) throws -> Tensor { try linearReluStack(flatten(x)) }
}

/// Flattened, and one layer to the classes: softmax regression.
final class LinearClassifier: Module, Layer {
  let flatten = Flatten()
  let linear: Linear

  init(_ features: Int, classes: Int) { linear = Linear(features, classes) }

  func forward(_ x: Tensor) throws -> Tensor { try linear(flatten(x)) }
}

/// Builds the model that a checkpoint of `kindling train` holds, with its weights.
///
/// Layer sizes are read off the weights' shapes, so nothing but the checkpoint is needed.
func loadModel(_ path: String) throws -> (model: any Layer, features: Int, classes: Int) {
  let saved = try loadStateDict(from: path)
  let weights = saved.filter { $0.key.hasSuffix(".weight") && $0.value.ndim == 2 }
  guard let first = weights.first?.value, let last = weights.last?.value else {
    throw ToolError("\(path) holds no model of `kindling train`: there are no weights [out, in]")
  }
  let (features, classes) = (first.shape[1], last.shape[0])
  let model: any Layer =
    saved["linear.weight"] != nil
    ? LinearClassifier(features, classes: classes)
    : MultilayerPerceptron(
      features, hidden: weights.dropLast().map { $0.value.shape[0] }, classes: classes)
  try model.loadStateDict(saved)
  model.eval()
  return (model, features, classes)
}

/// Why the tool cannot do what it was asked.
struct ToolError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
