import Kindling

/// The loops of a training: an epoch goes through the training loader, then through the test loader.
struct TrainingRun {
  typealias Batches<Source: Dataset> = DataLoader<Source, (Tensor, Tensor)>

  private let model: any Layer
  private let optimizer: Optimizer
  private let criterion = CrossEntropyLoss()
  private let log: TrainingLog

  init(_ model: any Layer, _ optimizer: Optimizer, log: TrainingLog) {
    self.model = model
    self.optimizer = optimizer
    self.log = log
  }

  /// Epoch number `epoch`, counted from 1.
  func epoch<Source>(_ epoch: Int, _ training: Batches<Source>, _ test: Batches<Source>) throws {
    log.begin(epoch)
    let clock = ContinuousClock()
    let trainTime = try clock.measure { try train(epoch, training) }
    var result = (accuracy: 0.0, loss: 0.0)
    let testTime = try clock.measure { result = try evaluate(test) }
    log.end(
      epoch, accuracy: result.accuracy, loss: result.loss,
      trainSeconds: trainTime / .seconds(1), testSeconds: testTime / .seconds(1))
  }

  private func train<Source>(_ epoch: Int, _ loader: Batches<Source>) throws {
    model.train()
    let (batches, size) = (loader.count, loader.dataset.count)
    var seen = 0
    for (number, batch) in loader.enumerated() {
      let (x, y) = try batch.get()
      let loss = try criterion(model(x), y)
      optimizer.zeroGrad()
      try loss.backward()
      try optimizer.step()
      if log.wants(number) { log.loss(epoch, number, try loss.item(), seen: seen, of: size) }
      seen += x.shape[0]
      log.advance(number + 1, of: batches)
    }
  }

  private func evaluate<Source>(
    _ loader: Batches<Source>
  ) throws -> (accuracy: Double, loss: Double) {
    model.eval()
    var (loss, correct) = (0.0, 0)
    try noGrad {
      for batch in loader {
        let (x, y) = try batch.get()
        let prediction = try model(x)
        loss += try criterion(prediction, y).item()
        correct += try (prediction.argmax(dim: 1) .== y).sum().item(as: Int.self)
      }
    }
    return (Double(correct) / Double(loader.dataset.count), loss / Double(loader.count))
  }
}
