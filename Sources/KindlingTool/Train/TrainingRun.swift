import Kindling

/// The loops of a training: an epoch iterates over the training loader, then over the test loader.
struct TrainingRun {
  typealias Batches<Source: Dataset> = DataLoader<Source, (Tensor, Tensor)>

  private let model: any Layer
  private let optimizer: Optimizer
  private let criterion = CrossEntropyLoss()
  private let log: TrainingLog
  private let checkpointEvery: Int?
  /// Saves a checkpoint: the current epoch, and the position of the loader in it.
  private let checkpoint: ((_ epoch: Int, _ loader: StateDict) throws -> Void)?

  init(
    _ model: any Layer, _ optimizer: Optimizer, log: TrainingLog, checkpointEvery: Int? = nil,
    checkpoint: ((_ epoch: Int, _ loader: StateDict) throws -> Void)? = nil
  ) {
    self.model = model
    self.optimizer = optimizer
    self.log = log
    self.checkpointEvery = checkpointEvery
    self.checkpoint = checkpoint
  }

  /// A cross entropy of this size (or NaN) indicates that the weights have diverged.
  private static let absurdLoss = 1e9

  /// Returns the number of batches a loader had yielded in its epoch when its state was saved.
  static func batchesDone(_ loader: StateDict) throws -> Int {
    try loader["batches"]?.item(as: Int.self) ?? 0
  }

  /// Runs epoch number `epoch`, counted from 1, of which `done` batches are complete.
  func epoch<Source>(
    _ epoch: Int, _ training: Batches<Source>, _ test: Batches<Source>, done: Int = 0
  ) throws {
    log.begin(epoch)
    let clock = ContinuousClock()
    let trainTime = try clock.measure { try train(epoch, training, done) }
    var result = (accuracy: 0.0, loss: 0.0)
    let testTime = try clock.measure { result = try evaluate(test) }
    log.end(
      epoch, accuracy: result.accuracy, loss: result.loss,
      trainSeconds: trainTime / .seconds(1), testSeconds: testTime / .seconds(1))
    try checkpoint?(epoch + 1, training.stateDict())
  }

  private func train<Source>(_ epoch: Int, _ loader: Batches<Source>, _ done: Int) throws {
    model.train()
    let (batches, size) = (loader.count, loader.dataset.count)
    let (passed, isTooMany) = done.multipliedReportingOverflow(by: loader.batchSize ?? 1)
    var seen = isTooMany ? size : min(passed, size)
    for (place, batch) in loader.enumerated() {
      let number = done + place
      let (x, y) = try batch.get()
      let loss = try criterion(model(x), y)
      let value = try loss.item()
      guard value < Self.absurdLoss else {
        throw ToolError(
          "the loss is \(PrintedNumber.shortest(value)) in epoch \(epoch), batch \(number + 1): the training stops here, and nothing is saved from it. Try a lower --lr, and see whether the data hold numbers that are not finite"
        )
      }
      optimizer.zeroGrad()
      try loss.backward()
      try optimizer.step()
      log.loss(epoch, number, value, seen: seen, of: size)
      seen += x.shape[0]
      log.advance(number + 1, of: batches)
      if let checkpointEvery, (number + 1) % checkpointEvery == 0 {
        try checkpoint?(epoch, loader.stateDict())
      }
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
