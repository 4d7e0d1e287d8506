// Trains the network of the tutorials on Fashion-MNIST, tests it, saves it, loads it again and
// classifies an image.
//
//     fashion-mnist [ROOT] [EPOCHS]
import Kindling
import KindlingVision

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

typealias Loader = DataLoader<FashionMNIST<Int>, (Tensor, Tensor)>

func trainLoop(
  _ loader: Loader, _ model: NeuralNetwork, _ lossFunction: CrossEntropyLoss,
  _ optimizer: Optimizer
) throws {
  let size = loader.dataset.count
  model.train()
  for (number, batch) in loader.enumerated() {
    let (x, y) = try batch.get()
    let loss = try lossFunction(model(x), y)

    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()

    if number % 100 == 0 { print("loss: \(loss)  [\(number * 64)/\(size)]") }
  }
}

func testLoop(
  _ loader: Loader, _ model: NeuralNetwork, _ lossFunction: CrossEntropyLoss
) throws {
  var (testLoss, correct) = (0.0, 0.0)
  model.eval()
  try noGrad {
    for batch in loader {
      let (x, y) = try batch.get()
      let prediction = try model(x)
      testLoss += try lossFunction(prediction, y).item()
      correct += try (prediction.argmax(dim: 1) .== y).sum().item()
    }
  }
  print("accuracy: \(100 * correct / Double(loader.dataset.count))%")
  print("average loss: \(testLoss / Double(loader.count))")
}

let arguments = CommandLine.arguments
let root = arguments.count > 1 ? arguments[1] : "data"
let epochs = arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5

manualSeed(0)
let training = try FashionMNIST(root: root, train: true, transform: ToTensor())
let test = try FashionMNIST(root: root, train: false, transform: ToTensor())
let trainingLoader = try DataLoader(training, batchSize: 64, shuffle: true)
let testLoader = try DataLoader(test, batchSize: 64)

let model = NeuralNetwork()
let lossFunction = CrossEntropyLoss()
let optimizer = try SGD(model.parameters(), lr: 1e-3)

for epoch in 1...max(epochs, 1) {
  print("Epoch \(epoch)")
  try trainLoop(trainingLoader, model, lossFunction, optimizer)
  try testLoop(testLoader, model, lossFunction)
}

try save(model.stateDict(), to: "fashion-mnist.pth")

let loaded = NeuralNetwork()
try loaded.loadStateDict(loadStateDict(from: "fashion-mnist.pth"))
loaded.eval()
let (image, label) = try test[0]
let predicted = try noGrad { try loaded(image).argmax(dim: 1).item(as: Int.self) }
print("predicted \(test.classes[predicted]), actually \(test.classes[label])")
