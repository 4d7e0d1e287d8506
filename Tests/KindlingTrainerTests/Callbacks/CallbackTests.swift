import Kindling
import KindlingPlatform
import KindlingTrainer
import Testing
import _TestExpectations

struct CallbackTests {
  /// A trainer whose validation losses are as given, epoch by epoch.
  private func run(
    _ losses: [Double], _ callbacks: [Callback], progress: ProgressBar = ProgressBar(.silent)
  ) throws -> Trainer {
    try seeded {
      // The model puts out a buffer; the "training" leaves it alone, the target says the loss.
      let model = Sequential(Linear(1, 1, bias: false))
      _ = try noGrad { try model.parameters()[0].fill_(0) }
      let trainer = try model.compile(optimizer: { try SGD($0, lr: 0.5) }, loss: L1Loss())
      let setter = Validation(losses)
      let x = try Tensor.zeros(4, 1)
      try trainer.fit(
        DataLoader(TensorDataset(x, x), batchSize: 2), epochs: losses.count,
        validation: setter, callbacks: callbacks, progress: progress)
      return trainer
    }
  }

  /// One batch a pass, whose target is the next number: the loss of a model that says 0.
  private final class Validation: Sequence, IteratorProtocol {
    private var losses: [Double]
    private var isFresh = true
    init(_ losses: [Double]) { self.losses = losses }
    func makeIterator() -> Validation {
      isFresh = true
      return self
    }
    func next() -> Result<(Tensor, Tensor), any Error>? {
      guard isFresh, !losses.isEmpty else { return nil }
      isFresh = false
      let loss = losses.removeFirst()
      return Result { (try Tensor.zeros(1, 1), try Tensor.full([1, 1], loss)) }
    }
  }

  @Test func earlyStoppingWaitsAsLongAsToldTo() throws {
    let cases: [(losses: [Double], patience: Int, stops: Int?)] = [
      ([3, 2, 1, 2, 3, 4], 2, 5), ([3, 2, 1, 0.5, 0.4], 2, nil), ([1, 1, 1, 1], 1, 2),
      ([1, 2, 0.5, 2, 3], 2, 5), ([5, .infinity, 4, 4, 4], 3, nil),
    ]
    for (losses, patience, stops) in cases {
      let stopping = EarlyStopping(patience: patience)
      let trainer = try run(losses, [stopping])
      #expect(stopping.stoppedEpoch == stops, "\(losses)")
      #expect(trainer.epoch == stops ?? losses.count)
    }
    let picky = EarlyStopping(patience: 1, minDelta: 0.5)
    #expect(try run([3, 2.8, 1], [picky]).epoch == 2)
    expectRefusal("there is no 'val_accuracy' to monitor among [\"loss\", \"val_loss\", \"lr\"]…") {
      try run([1], [EarlyStopping(monitor: "val_accuracy")])
    }
  }

  @Test func bestWeightsComeBack() throws {
    final class Marker: Callback {
      override func epochEnded(_ trainer: Trainer, _ logs: Logs) throws {
        _ = try noGrad { try trainer.model.parameters()[0].fill_(Double(trainer.epoch)) }
      }
    }
    // The stopping callback sees what the epoch before left: weights 0, 1, 2, …
    let trainer = try run(
      [3, 1, 2.5, 2.6], [EarlyStopping(patience: 3, restoreBestWeights: true), Marker()])
    #expect(try trainer.model.parameters()[0].item() == 1)
  }

  @Test func checkpointsLastAndBest() throws {
    try FileBytes.withTemporaryFolder { folder in
      _ = try run(
        [3, 1, 2],
        [
          ModelCheckpoint("\(folder)/last.pth"),
          ModelCheckpoint("\(folder)/best.pth", best: "val_loss"),
          ModelCheckpoint("\(folder)/epoch-{epoch}.pth"),
        ])
      #expect(
        try FileBytes.list(folder) == [
          "best.pth", "epoch-1.pth", "epoch-2.pth", "epoch-3.pth", "last.pth",
        ])
      #expect(try load("\(folder)/last.pth")["history"]?.elements?.count == 3)
      #expect(try load("\(folder)/best.pth")["history"]?.elements?.count == 2)
    }
    expectRefusal("/nowhere/at/all.pth…") {
      try run([1], [ModelCheckpoint("/nowhere/at/all.pth")])
    }
  }

  @Test func schedulesStepEveryEpochOrBatch() throws {
    let perEpoch = try run(
      [1, 1, 1], [LearningRateSchedule { try StepLR($0, stepSize: 1, gamma: 0.1) }])
    expectClose(perEpoch.history["lr"], [0.5, 0.05, 0.005], rtol: 1e-12)
    let perBatch = try run(
      [1, 1], [LearningRateSchedule(every: .batch) { try ExponentialLR($0, gamma: 0.5) }])
    #expect(perBatch.history["lr"] == [0.125, 0.03125])
    let plateau = try run(
      [1, 1, 1, 1], [LearningRateSchedule { try ReduceLROnPlateau($0, factor: 0.1, patience: 1) }])
    expectClose(plateau.optimizer.paramGroups[0].lr, 0.05, rtol: 1e-12)
    expectRefusal("there is no 'val_f1' for ReduceLROnPlateau…") {
      try run([1], [LearningRateSchedule(monitor: "val_f1") { try ReduceLROnPlateau($0) }])
    }
  }

  @Test func csvHasALineAnEpoch() throws {
    try FileBytes.withTemporaryFolder { folder in
      let path = "\(folder)/log.csv"
      _ = try run([3, 1], [CSVLogger(path)])
      let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
      #expect(text == "epoch,loss,val_loss,lr\n1,0.0,3.0,0.5\n2,0.0,1.0,0.5\n")
    }
    expectRefusal("/proc/nothing/log.csv: No such file or directory") {
      try run([1], [CSVLogger("/proc/nothing/log.csv")])
    }
  }

  /// The system would see a path up to a NUL alone, and would wait for a pipe's reader.
  @Test(.timeLimit(.minutes(10))) func logsThatNameNoFileAreRefused() throws {
    try FileBytes.withTemporaryFolder { folder in
      let pipe = "\(folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      expectRefusal("…is a pipe that nobody reads…") { try run([1], [CSVLogger(pipe)]) }
      expectRefusal("…NUL…") { try run([1], [CSVLogger("\(folder)/log.csv\0.bak")]) }
      expectRefusal("…NUL…") { try SummaryWriter("\(folder)/logs\0") }
      expectRefusal("…NUL…") {
        try TrainingReport(title: "", configuration: [], history: History())
          .write(to: "\(folder)/report\0.html")
      }
      try #expect(FileBytes.list(folder) == ["pipe"])
    }
  }

  @Test func progressIsLinesInAPipeAndABarInATerminal() throws {
    var text = "", clock = 0.0
    let lines = ProgressBar(
      .lines, width: { 80 },
      now: {
        clock += 0.2; return clock
      }
    ) { text += $0 }
    _ = try run([3, 1], [], progress: lines)
    #expect(
      text == """
        Epoch 1/2  0.2 s  loss: 0.0000  val_loss: 3.0000  lr: 0.5
        Epoch 2/2  0.2 s  loss: 0.0000  val_loss: 1.0000  lr: 0.5

        """)
    (text, clock) = ("", 0)
    let bar = ProgressBar(
      .bar, width: { 40 },
      now: {
        clock += 0.2; return clock
      }
    ) { text += $0 }
    _ = try run([3], [], progress: bar)
    // The line is cut to the window, so that it can be taken back.
    #expect(
      text == "Epoch 1/1\n\r[==========..........] 1/2  loss: 0.000\u{1B}[K"
        + "\r[====================] 2/2  loss: 0.000\u{1B}[K"
        + "\r\u{1B}[K0.6 s  loss: 0.0000  val_loss: 3.0000  lr: 0.5\n")
  }
}
