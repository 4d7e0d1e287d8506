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
  let model = NeuralNetwork()
  print(model)

  let logits = try model(Tensor.rand(1, 28, 28))
  let probabilities = try Softmax(dim: 1)(logits)
  print(logits.shape, try probabilities.sum())

  for (name, parameter) in model.namedParameters() {
    print(name, parameter.shape)
  }

  print(try Parabola()(Tensor([0.0, 1.0, 2.0])))
}
