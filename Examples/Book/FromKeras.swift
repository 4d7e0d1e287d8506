import Foundation
import Kindling
import KindlingTrainer

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
  print(iris.features.dtype, x.shape, y.dtype)

  let chain = Sequential([
    "hidden": Linear(4, 10), "relu": ReLU(),
    "output": Linear(10, 3),
  ])
  try Init.normal_(chain.getParameter("hidden.weight"), mean: 1, std: 0.05)
  try Init.zeros_(chain.getParameter("hidden.bias"))
  print(try chain.summary(inputShape: [1, 4]))

  manualSeed(0)
  let trainer = try Classifier().compile(
    optimizer: { try Adam($0, lr: 0.01) }, loss: CrossEntropyLoss(), metrics: [Accuracy()])
  let history = try trainer.fit(
    x, y, batchSize: 150, epochs: 200, shuffle: false, progress: ProgressBar(.silent))

  manualSeed(0)
  let model = Classifier()
  let criterion = CrossEntropyLoss()
  let optimizer = try Adam(model.parameters(), lr: 0.01)
  var losses: [Double] = []
  for _ in 0..<200 {
    let loss = try criterion(model(x), y)
    optimizer.zeroGrad()
    try loss.backward()
    try optimizer.step()
    losses.append(try loss.item())
  }
  print(history["loss"] == losses)

  let scores = try trainer.evaluate(x, y)
  print((scores["accuracy"] ?? 0) > 0.95)
  let classes = try trainer.predict(x).argmax(dim: 1)
  print(classes.shape)

  let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: place) }
  let folder = place.path

  try trainer.fit(
    x, y, epochs: 3,
    callbacks: [
      EarlyStopping(monitor: "loss", patience: 10),
      ModelCheckpoint("\(folder)/best.pth", best: "loss"),
      CSVLogger("\(folder)/log.csv"),
    ], progress: ProgressBar(.silent))

  try trainer.save(to: "\(folder)/training.pth")
  let later = try Classifier().compile(
    optimizer: { try Adam($0, lr: 0.01) }, loss: CrossEntropyLoss(), metrics: [Accuracy()])
  try later.load(from: "\(folder)/training.pth")
  print(later.epoch, try later.predict(x).equal(trainer.predict(x)))
}
