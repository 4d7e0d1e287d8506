import Kindling

final class Classifier: Module, Layer {
  let fc1 = Linear(4, 10)
  let fc2 = Linear(10, 3)

  func forward(_ x: Tensor) throws -> Tensor {
    try fc2(fc1(x).relu())
  }
}

func fromKeras() throws {
  let iris = try Iris()
  let x = try iris.features.to(.float32)
  let y = iris.targets

  let model = Classifier()
  let criterion = CrossEntropyLoss()
  let optimizer = try Adam(model.parameters(), lr: 0.01)
  for _ in 0..<200 {
    let loss = try criterion(model(x), y)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
  }

  let predicted = try noGrad { try model(x).argmax(dim: 1) }
  let correct = try (predicted .== y).sum().item(as: Int.self)
  print(correct > 140)
}
