import Kindling
import KindlingVision

final class MyModel: Module, Layer {
  @Parameter var a = Tensor([1.0])
  @Parameter var b = Tensor([2.0])
  @Parameter var c = Tensor([3.0])

  func forward(_ x: Tensor) throws -> Tensor {
    let y = try a * x.pow(2)
    try y += b * x.pow(1)
    try y += c
    return y
  }
}

func quadraticModel() throws {
  let model = MyModel()
  for param in model.parameters() {
    print(param)
  }
  let xs = Tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
  let ys = Tensor([9.15, 5.64, -0.21, -2.36, -0.91, -0.67, 2.65, 10.36, 17.13])
  let criterion = MSELoss()
  let optimizer = try SGD(model.parameters(), lr: 1e-4)
  print(try model(xs))
  for epoch in 0..<50 {
    let yPred = try model(xs)
    let loss = try criterion(yPred, ys)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
    if epoch % 10 != 0 {
      print("Loss after \(epoch) steps: \(loss)")
    }
  }
  print(optimizer)
}

func optimizationLoop(_ root: String) throws {
  let trainingData = try FashionMNIST(
    root: root, train: true, download: false, transform: ToTensor())
  let testData = try FashionMNIST(root: root, train: false, download: false, transform: ToTensor())
  let trainDataloader = try DataLoader(trainingData, batchSize: 64)
  let testDataloader = try DataLoader(testData, batchSize: 64)
  let model = NeuralNetwork()
  let lossFn = CrossEntropyLoss()
  let optimizer = try SGD(model.parameters(), lr: 1e-3)
  var size = trainDataloader.dataset.count
  for (batch, samples) in trainDataloader.enumerated() {
    let (x, y) = try samples.get()
    let pred = try model(x)
    let loss = try lossFn(pred, y)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
    if batch % 100 == 0 {
      let (loss, current) = (try loss.item(), batch * x.shape[0])
      print("loss: \(right(fixed(loss, 6), 7))  [\(right("\(current)", 5))/\(right("\(size)", 5))]")
    }
  }
  size = testDataloader.dataset.count
  var (testLoss, correct) = (0.0, 0.0)
  try noGrad {
    for samples in testDataloader {
      let (x, y) = try samples.get()
      let pred = try model(x)
      testLoss += try lossFn(pred, y).item()
      correct += try (pred.argmax(dim: 1) .== y).type(.float32).sum().item()
    }
  }
  testLoss /= Double(testDataloader.count)
  correct /= Double(size)
  print(
    "Test Error: \n Accuracy: \(fixed(100 * correct, 1))%, Avg loss: \(right(fixed(testLoss, 6), 8)) \n"
  )
}

func routineAdam() throws {
  let net = Sequential(Linear(6, 5), ReLU(), Linear(5, 3))
  let inputs = try Tensor.randn(4, 6)
  let labels = Tensor([0, 2, 1, 1])
  let criterion = CrossEntropyLoss()
  let optimizer = try Adam(net.parameters(), lr: 0.001)
  let first = try net[0, as: Linear.self]
  for _ in 0..<3 {
    optimizer.zeroGrad()
    let outputs = try net(inputs)
    let loss = try criterion(outputs, labels)
    try loss.backward()
    print(shown(try first.weight.grad?.sum()))
    print(try first.weight.sum())
    try optimizer.step()
    print(try first.weight.sum())
    print(loss)
  }
  print(optimizer)
}
