// Tells three kinds of iris apart by four measurements: full batches, Adam.
import Kindling

final class Classifier: Module, Layer {
  let fc1 = Linear(4, 10)
  let fc2 = Linear(10, 3)

  func forward(_ x: Tensor) throws -> Tensor { try fc2(F.relu(fc1(x))) }
}

manualSeed(0)
let iris = try Iris()
// The measurements are float64, as published; the layers' weights are float32.
let x = try iris.features.to(.float32)
let y = iris.targets

let classifier = Classifier()
let optimizer = try Adam(classifier.parameters(), lr: 0.01)
let criterion = CrossEntropyLoss()

for step in 0..<200 {
  let loss = try criterion(classifier(x), y)
  optimizer.zeroGrad()
  try loss.backward()
  try optimizer.step()
  if step % 50 == 0 { print("step \(step): loss \(loss)") }
}

let predicted = try noGrad { try classifier(x).argmax(dim: 1) }
let correct = try (predicted .== y).sum().item(as: Int.self)
print("\(correct) of \(try y.size(0)) right")
