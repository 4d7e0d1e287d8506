// The Keras program of three dense layers, in Kindling: normal weights around 1, a named output,
// gradient descent, mean squared error and its metric.
import Kindling
import KindlingTrainer

manualSeed(0)
let model = Sequential([
  "hidden1": Linear(4, 200), "relu1": ReLU(),
  "hidden2": Linear(200, 200), "relu2": ReLU(),
  "output": Linear(200, 2),
])
for name in ["hidden1", "hidden2"] {
  try Init.normal_(model.getParameter("\(name).weight"), mean: 1, std: 0.05)
  try Init.zeros_(model.getParameter("\(name).bias"))
}
let trainer = try model.compile(
  optimizer: { try SGD($0, lr: 1e-9) }, loss: MSELoss(), metrics: [MeanSquaredError()])

print(try model.summary(inputShape: [1, 4]))
// Weights around 1 make outputs of some 10⁴ at first, hence the small rate.
let x = try Tensor.rand(64, 4)
let y = try Tensor.stack([x.sum(dim: 1), x.mean(dim: 1)], dim: 1)
let history = try trainer.fit(x, y, batchSize: 16, epochs: 5)
print("loss: \(history["loss"].map { $0.rounded() })")
print("evaluated: \(try trainer.evaluate(x, y)["mean_squared_error"] ?? .nan)")
print("predicted: \(try trainer.predict(x.narrow(0, 0, 1)).shape)")
