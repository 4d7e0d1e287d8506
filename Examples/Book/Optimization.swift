import Kindling
import KindlingVision

func optimization(_ root: String) throws {
  let learningRate = 1e-2
  let batchSize = 64
  let epochs = 1

  let scores = try Tensor([[2.0, 0.5, -1.0]]), answer = Tensor([0])
  let together = try CrossEntropyLoss()(scores, answer)
  let inTwoSteps = try NLLLoss()(LogSoftmax(dim: 1)(scores), answer)
  print(together, inTwoSteps)
  print(try MSELoss()(Tensor([1.0, 2.0]), Tensor([1.5, 2.0])))

  let training = try FashionMNIST(root: root, train: true, download: true, transform: ToTensor())
  let test = try FashionMNIST(root: root, train: false, download: true, transform: ToTensor())
  let trainLoader = try DataLoader(training, batchSize: batchSize, shuffle: true)
  let testLoader = try DataLoader(test, batchSize: batchSize)

  let model = NeuralNetwork()
  let criterion = CrossEntropyLoss()
  let optimizer = try SGD(model.parameters(), lr: learningRate)

  for epoch in 1...epochs {
    print("epoch \(epoch)")
    try train(model, trainLoader, criterion, optimizer)
    try evaluate(model, testLoader, criterion)
  }
}

func train(
  _ model: NeuralNetwork, _ loader: DataLoader<FashionMNIST<Int>, (Tensor, Tensor)>,
  _ criterion: CrossEntropyLoss, _ optimizer: Optimizer
) throws {
  model.train()
  for (index, batch) in loader.enumerated() {
    let (x, y) = try batch.get()
    let loss = try criterion(model(x), y)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
    if index % 300 == 0 { print("loss \(loss)") }
  }
}

func evaluate(
  _ model: NeuralNetwork, _ loader: DataLoader<FashionMNIST<Int>, (Tensor, Tensor)>,
  _ criterion: CrossEntropyLoss
) throws {
  model.eval()
  var correct = 0, loss = 0.0
  try noGrad {
    for batch in loader {
      let (x, y) = try batch.get()
      let logits = try model(x)
      loss += try criterion(logits, y).item()
      correct += try (logits.argmax(dim: 1) .== y).sum().item(as: Int.self)
    }
  }
  let accuracy = Double(correct) / Double(loader.dataset.count)
  print("accuracy \(accuracy), loss \(loss / Double(loader.count))")
}
