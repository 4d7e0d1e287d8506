import Kindling
import KindlingVision

/// The network of PyTorch's tutorials: linear hidden layers with ReLU on flattened inputs.
///
/// Its keys are those of PyTorch's `NeuralNetwork`: `linear_relu_stack.0.weight` and so on.
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

/// A linear layer on flattened inputs: softmax regression.
final class LinearClassifier: Module, Layer {
  let flatten = Flatten()
  let linear: Linear

  init(_ features: Int, classes: Int) { linear = Linear(features, classes) }

  func forward(_ x: Tensor) throws -> Tensor { try linear(flatten(x)) }
}

/// Returns a network of two convolutions with batch normalization and pooling, and a linear layer.
///
/// Images may have any size from 4 by 4 pixels.
func convolutionalNetwork(_ channels: Int, classes: Int) -> Sequential {
  Sequential(
    Conv2d(channels, 32, 3, padding: 1), BatchNorm2d(32), ReLU(), MaxPool2d(2),
    Conv2d(32, 64, 3, padding: 1), BatchNorm2d(64), ReLU(), MaxPool2d(2),
    AdaptiveAvgPool2d(4), Flatten(), Dropout(0.25), Linear(64 * 4 * 4, classes))
}

/// Returns the network `kind` for samples of `shape`.
func makeModel(
  _ kind: ModelKind, for shape: [Int], hidden: [Int], classes: Int
) throws -> any Layer {
  let features = shape.reduce(1, *)
  switch kind {
  case .mlp: return MultilayerPerceptron(features, hidden: hidden, classes: classes)
  case .linear: return LinearClassifier(features, classes: classes)
  case .cnn:
    guard shape.count == 3 else {
      throw ToolError("the cnn needs images [C, H, W], but samples have the shape \(shape)")
    }
    return convolutionalNetwork(shape[0], classes: classes)
  case .resnet18:
    guard shape.count == 3, shape[0] == 3 else {
      throw ToolError(
        "resnet18 needs images [C, H, W] of 1 or 3 channels, but samples have the shape \(shape)")
    }
    return resnet18(numClasses: classes)
  }
}

/// A dataset with single-channel samples expanded to three channels, as torchvision's networks
/// need.
struct InThreeChannels<Base: Dataset, Label>: Dataset where Base.Sample == (Tensor, Label) {
  let base: Base

  var count: Int { base.count }
  subscript(index: Int) -> (Tensor, Label) {
    get throws {
      let (image, label) = try base[index]
      return (try inThreeChannels(image), label)
    }
  }
}

/// Returns images `[…, 1, H, W]` as `[…, 3, H, W]`, and others unchanged.
func inThreeChannels(_ image: Tensor) throws -> Tensor {
  guard image.ndim >= 3, image.shape[image.ndim - 3] == 1 else { return image }
  var shape = image.shape
  shape[image.ndim - 3] = 3
  return try image.expand(shape)
}

/// Returns `model` composed of built-in layers only, so that any program can load it.
func whole(_ model: any Layer) -> any Layer {
  switch model {
  case let model as MultilayerPerceptron:
    Sequential([model.flatten] + Array(model.linearReluStack))
  case let model as LinearClassifier: Sequential(model.flatten, model.linear)
  default: model
  }
}
