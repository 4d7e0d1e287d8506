import Kindling

final class NeuralNetwork: Module, Layer {
  let flatten = Flatten()
  let linearReluStack = Sequential(
    Linear(28 * 28, 512), ReLU(),
    Linear(512, 512), ReLU(),
    Linear(512, 10))

  func forward(_ x: Tensor) throws -> Tensor {
    try linearReluStack(flatten(x))
  }
}

final class Parabola: Module, Layer {
  @Parameter var a = Tensor([1.0])
  @Parameter var b = Tensor([2.0])
  @Parameter var c = Tensor([3.0])

  func forward(_ x: Tensor) throws -> Tensor {
    try a * x.pow(2) + b * x + c
  }
}

func models() throws {
  let device = Device.cuda.isAvailable ? Device.cuda : .cpu
  print("Using \(device) device")

  let model = try NeuralNetwork().to(device)
  print(model)

  let x = try Tensor.rand(1, 28, 28, device: device)
  let logits = try model(x)
  let probabilities = try Softmax(dim: 1)(logits)
  print(logits.shape, try probabilities.sum())
  print("Predicted class: \(try probabilities.argmax(dim: 1))")

  let images = try Tensor.rand(3, 28, 28)
  print(images.shape)

  let flat = try Flatten()(images)
  print(flat.shape)

  let linear = Linear(28 * 28, 20)
  let hidden = try linear(flat)
  print(hidden.shape)

  let active = try ReLU()(hidden)
  print(active.shape)
  print(try hidden[0, ..<5].detach(), try active[0, ..<5].detach())

  let stack = Sequential(Flatten(), linear, ReLU(), Linear(20, 10))
  print(try stack(images).shape)

  for (name, parameter) in model.namedParameters() {
    print(name, parameter.shape)
  }

  print(try Parabola()(Tensor([0.0, 1.0, 2.0])))
}
