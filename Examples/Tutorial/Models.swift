import Kindling
import KindlingVision

final class NeuralNetwork: Module, Layer {
  let flatten = Flatten()
  let linearReluStack = Sequential(
    Linear(28 * 28, 512), ReLU(), Linear(512, 512), ReLU(), Linear(512, 10))

  func forward(_ x: Tensor) throws -> Tensor {
    let x = try flatten(x)
    return try linearReluStack(x)
  }
}

func buildModel() throws {
  let device = Device.cpu
  print("Using \(device) device")
  let model = try NeuralNetwork().to(device)
  print(model)
  let x = try Tensor.rand(1, 28, 28, device: device)
  let logits = try model(x)
  let predProbab = try Softmax(dim: 1)(logits)
  let yPred = try predProbab.argmax(dim: 1)
  print("Predicted class: \(yPred)")
  print(logits)
  print(predProbab)
}

func layersOneByOne() throws {
  var inputImage = try Tensor.rand(3, 28, 28)
  print(inputImage.shape)
  let flatten = Flatten()
  let flatImage = try flatten(inputImage)
  print(flatImage.shape)
  let layer1 = Linear(28 * 28, 20)
  var hidden1 = try layer1(flatImage)
  print(hidden1.shape)
  print("Before ReLU: \(hidden1)\n\n")
  hidden1 = try ReLU()(hidden1)
  print("After ReLU: \(hidden1)")
  let seqModules = Sequential(flatten, layer1, ReLU(), Linear(20, 10))
  inputImage = try Tensor.rand(3, 28, 28)
  let logits = try seqModules(inputImage)
  let softmax = Softmax(dim: 1)
  let predProbab = try softmax(logits)
  print(predProbab)
}

func modelParameters() throws {
  let model = NeuralNetwork()
  print("Model structure: ", model, "\n\n")
  for (name, param) in model.namedParameters() {
    print("Layer: \(name) | Size: \(param.shape) | Values : \(try param[..<2]) \n")
  }
}

func saveAndLoad() throws {
  let net = Sequential(Linear(3, 2), ReLU(), Linear(2, 1))
  try withTemporaryFolder { folder in
    let p = folder + "/model_weights.pth"
    try save(net.stateDict(), to: p)
    let sd = try loadStateDict(from: p)
    print(sd.keys)
    let m2 = Sequential(Linear(3, 2), ReLU(), Linear(2, 1))
    print(try m2.loadStateDict(sd))
    let x = try Tensor.rand(2, 3)
    print(try net(x).equal(m2(x)))
    print(m2.eval())
    print(try net(x))
  }
}

func saveWholeModel() throws {
  let net = Sequential(Linear(3, 2), ReLU(), Linear(2, 1))
  try withTemporaryFolder { folder in
    try save(net, to: folder + "/model.pth")
    let m3 = try loadModel(from: folder + "/model.pth")
    print(m3)
    let x = try Tensor.rand(2, 3)
    print(try m3(x))
    print(try net(x).equal(m3(x)))
  }
}

func vgg16SaveLoad() throws {
  let model = vgg16()
  let sd = try model.stateDict()
  print(sd.count, sd.values.map(\.numel).reduce(0, +))
  for (k, v) in sd {
    print(k, v.shape)
  }
  print(model.eval())
}
