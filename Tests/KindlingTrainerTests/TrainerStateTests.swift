import Kindling
import KindlingTrainer
import Testing
import _TestExpectations

/// What a second training, a saved one or a frozen part changes, and what it must not.
struct TrainerStateTests {
  private let silent = ProgressBar(.silent)

  private func makeTrainer(metrics: [any Metric] = []) throws -> Trainer {
    try Sequential(Linear(2, 4), BatchNorm1d(4), Linear(4, 2)).compile(
      optimizer: { try SGD($0, lr: 0.1, momentum: 0.9) }, loss: CrossEntropyLoss(),
      metrics: metrics)
  }

  private func batches() throws -> LabelledBatches {
    try DataLoader(TensorDataset(Tensor.ones(4, 2), Tensor([0, 1, 1, 1])), batchSize: 2)
  }

  @Test func aFrozenPartStaysInItsMode() throws {
    let trainer = try makeTrainer()
    let norm = try #require(trainer.model.modules().first { $0 is BatchNorm1d })
    trainer.model.train()
    norm.eval()
    _ = try trainer.evaluate(batches())
    _ = try trainer.predict(Tensor.ones(3, 2))
    #expect(trainer.model.isTraining && !norm.isTraining)
    let layer = try #require(trainer.model as? any Layer)
    _ = try layer.summary(inputShape: [1, 2])
    try updateBN([.success(Tensor.rand(3, 2))], layer)
    #expect(trainer.model.isTraining && !norm.isTraining)
  }

  @Test func earlyStoppingBeginsAnew() throws {
    let trainer = try makeTrainer()
    let stopping = EarlyStopping(monitor: "loss", patience: 2)
    try trainer.fit(batches(), epochs: 3, callbacks: [stopping], progress: silent)
    // The loss starts over from another model's, higher than the best so far.
    try Init.ones_(trainer.model.parameters()[0])
    let second = try makeTrainer()
    try second.fit(batches(), epochs: 2, callbacks: [stopping], progress: silent)
    #expect(second.epoch == 2 && stopping.stoppedEpoch == nil)
  }

  @Test func epochsWithoutEndMayBeStopped() throws {
    let trainer = try makeTrainer()
    for _ in 0..<2 {
      try trainer.fit(
        batches(), epochs: .max, callbacks: [EarlyStopping(monitor: "lr", mode: .max)],
        progress: ProgressBar(.lines, width: { 80 }, now: { 0 }) { _ in })
    }
    #expect(trainer.epoch == 4)
  }

  @Test func tablesOfNumbersHaveOneHeader() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/log.csv"
      let trainer = try makeTrainer()
      try trainer.fit(batches(), epochs: 1, progress: silent)
      // A new file from the second epoch on, then a new training into the file that is there.
      try trainer.fit(
        batches(), epochs: 1, callbacks: [CSVLogger(path, append: true)], progress: silent)
      try makeTrainer().fit(
        batches(), epochs: 1, callbacks: [CSVLogger(path, append: true)], progress: silent)
      let lines = String(decoding: try FileBytes.read(path), as: UTF8.self).split(separator: "\n")
      #expect(lines.map { $0.prefix { $0 != "," } } == ["epoch", "2", "1"])
    }
  }

  @Test func aRefusedCheckpointChangesNothing() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/training.pth"
      let trainer = try makeTrainer(metrics: [Accuracy(), ConfusionMatrix()])
      try trainer.fit(batches(), epochs: 1, progress: silent)
      guard case .dictionary(var saved) = try trainer.checkpoint() else { return }
      for i in saved.indices where saved[i].key.stringValue == "metrics" {
        saved[i].value = .dictionary([
          (.string("accuracy"), Accuracy().state),
          (.string("confusion_matrix"), ["counts": .list([.list([.int(1), .int(2)])])]),
        ])
      }
      try save(.dictionary(saved), to: path)
      let before = try trainer.metrics[0].result()
      try trainer.fit(batches(), epochs: 1, progress: silent)
      let (weights, accuracy) = (
        try trainer.model.parameters()[0].clone(), try trainer.metrics[0].result()
      )
      expectRefusal("the saved state of confusion_matrix is none") { try trainer.load(from: path) }
      #expect(try trainer.model.parameters()[0].equal(weights))
      #expect(try trainer.metrics[0].result() == accuracy, "\(before)")
      #expect(trainer.epoch == 2)
    }
  }

  @Test func numbersThatFallAreBetterUnlessTheyCountWhatIsRight() {
    for name in ["val_loss", "mse", "val_mae", "perplexity", "recall_loss", "f1-error"] {
      #expect(Monitor(name).mode == .min)
    }
    for name in ["accuracy", "val_top_5_accuracy", "f1", "val_recall", "auc", "dice", "psnr"] {
      #expect(Monitor(name).mode == .max)
    }
  }

  /// Evaluates in the middle of an epoch.
  private final class Curious: Callback {
    let data: LabelledBatches
    init(_ data: LabelledBatches) { self.data = data }
    override var wantsBatches: Bool { true }
    override func batchEnded(_ trainer: Trainer, _ batch: Int, _ logs: Logs) throws {
      _ = try trainer.evaluate(data)
    }
  }

  @Test func evaluatingInAnEpochLeavesItsNumbersAlone() throws {
    let numbers = try [false, true].map { isCurious in
      try withDefaultGenerator(Generator(seed: 1)) {
        let trainer = try makeTrainer(metrics: [Accuracy()])
        let callbacks = isCurious ? [Curious(try batches())] : []
        return try trainer.fit(batches(), callbacks: callbacks, progress: silent)["accuracy"]
      }
    }
    #expect(numbers[0] == numbers[1])
  }

  @Test func anomaliesAreFoundInTrainers() throws {
    final class Logarithm: Module, Layer {
      let layer = Linear(2, 2)
      func forward(_ x: Tensor) throws -> Tensor { try (layer(x) - 100).log() }
    }
    let trainer = try Logarithm().compile(
      optimizer: { try SGD($0, lr: 0.1) }, loss: CrossEntropyLoss())
    expectRefusal("…the loss is nan at step 1…") { try trainer.fit(batches(), progress: silent) }
    expectRefusal("backward: …returned nan values…") {
      try detectAnomaly { _ = try trainer.fit(batches(), progress: silent) }
    }
  }

  @Test func theBestWeightsComeBackWhereTheLossBreaks() throws {
    final class Breaks: Callback {
      var kept: Tensor?
      override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
        if trainer.epoch == 1 { kept = try trainer.model.parameters()[0].clone() }
        if trainer.epoch == 2 { try Init.constant_(trainer.model.parameters()[0], .nan) }
      }
    }
    let trainer = try makeTrainer(), breaks = Breaks()
    expectRefusal("the loss is nan…") {
      try trainer.fit(
        batches(), epochs: 5,
        callbacks: [
          EarlyStopping(monitor: "lr", mode: .max, patience: 9, restoreBestWeights: true), breaks,
        ], progress: silent)
    }
    #expect(try trainer.model.parameters()[0].equal(#require(breaks.kept)))
  }

  @Test func lossesOfSumsCountOnce() throws {
    let x = try Tensor.ones(5, 1), y = try Tensor([1.0, 2, 3, 4, 5]).reshape(5, 1)
    func logs(_ loss: any Loss) throws -> Logs {
      let model = Sequential(Linear(1, 1))
      for parameter in model.parameters() { try Init.zeros_(parameter) }
      let trainer = try model.compile(optimizer: { try SGD($0, lr: 0) }, loss: loss)
      return try trainer.evaluate(x, y, batchSize: 2)
    }
    for reduction in [Reduction.mean, .sum, .none] {
      #expect(try logs(MSELoss(reduction: reduction))["loss"] == 11)
    }
    /// Says that it gives a mean, and gives the losses of all elements.
    final class Squares: Module, Loss {
      func forward(_ input: Tensor, _ target: Tensor) throws -> Tensor {
        try (input - target).square()
      }
    }
    expectRefusal("…use reduction: .mean or .sum") { try logs(Squares()) }
  }

  @Test func targetsOfAnotherShapeAreRefused() throws {
    let scores = try Tensor.rand(4, 3, 2)
    expectRefusal("accuracy: expected scores [N, C]…") {
      try Accuracy().update(scores, Tensor.zeros([2, 4], dtype: .int64))
    }
    try Accuracy().update(scores, Tensor.zeros([4, 2], dtype: .int64))
    try Accuracy().update(Tensor.rand(4, 3), Tensor.zeros([4, 1], dtype: .int64))
    try Accuracy().update(Tensor.rand(4, 1), Tensor.zeros([4], dtype: .int64))
  }

  @Test func checkpointsAreNamedAsAsked() throws {
    try FileBytes.withTemporaryFolder { folder in
      let trainer = try makeTrainer()
      try trainer.fit(
        batches(), epochs: 1,
        callbacks: [ModelCheckpoint("\(folder)/{epoch:02d}-{lr:.3f}-{epoch}.pth")],
        progress: silent)
      #expect(try FileBytes.list(folder) == ["01-0.100-1.pth"])
      // What is no number of the epoch is a name like any other.
      try trainer.fit(
        batches(), callbacks: [ModelCheckpoint("\(folder)/{a}-{lr:8.1e}-{lr:.2f}-{lr:05.1f}.pth")],
        progress: silent)
      #expect(
        try FileBytes.list(folder) == ["01-0.100-1.pth", "{a}- 1.0e-01-0.10-000.1.pth"])
    }
  }

  @Test func nothingToTrainOnIsAnError() throws {
    let none: [Result<(Tensor, Tensor), any Error>] = []
    expectRefusal("fit: …no batches to train on") { try makeTrainer().fit(none, progress: silent) }
  }

  @Test func aMatrixOfManyClassesIsAList() throws {
    let confusion = ConfusionMatrix(classes: 300)
    try confusion.update(Tensor.eye(300).narrow(0, 0, 2), Tensor([7, 1]))
    let page = TrainingReport(
      title: "t", configuration: [], history: History(), confusion: confusion
    ).html
    #expect(page.contains("300 classes are too many to draw") && page.utf8.count < 1 << 16)
    #expect(page.contains("<td>7</td><td>0</td><td>1</td>"))
  }

  @Test func countsThatHaveNoSumAreRefused() throws {
    let row = CheckpointValue.list(Array(repeating: .int(1 << 47), count: 200))
    let state: CheckpointValue = ["counts": .list(Array(repeating: row, count: 200))]
    expectRefusal("…is none") { try ConfusionMatrix().loadState(state) }
    let wide = CheckpointValue.list(Array(repeating: .int(0), count: 100_000))
    let large: CheckpointValue = ["counts": .list(Array(repeating: wide, count: 100_000))]
    expectRefusal("…is none") { try ConfusionMatrix().loadState(large) }
  }

  @Test func reportsOfMistakesWithoutPicturesDoNotPraise() throws {
    let confusion = ConfusionMatrix()
    try confusion.update(Tensor([[0.1, 0.9], [0.8, 0.2]]), Tensor([1, 1]))
    #expect(
      !TrainingReport(title: "t", configuration: [], history: History(), confusion: confusion).html
        .contains("every sample was right"))
    let right = ConfusionMatrix()
    try right.update(Tensor([[0.1, 0.9], [0.8, 0.2]]), Tensor([1, 0]))
    #expect(
      TrainingReport(title: "t", configuration: [], history: History(), confusion: right).html
        .contains("every sample was right"))
  }
}
