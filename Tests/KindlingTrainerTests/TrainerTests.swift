import Kindling
import KindlingTrainer
import Testing
import _TestExpectations

private var silent: ProgressBar { ProgressBar(.silent) }

/// Runs `body` with random numbers of its own.
func seeded<R>(_ seed: Int = 0, _ body: () throws -> R) rethrows -> R {
  try withDefaultGenerator(Generator(seed: seed), body)
}

struct TrainerTests {
  private func makeModel() -> Sequential { Sequential(Linear(4, 8), ReLU(), Linear(8, 3)) }

  private func makeTrainer(_ model: Sequential, lr: Double = 0.1) throws -> Trainer {
    try model.compile(
      optimizer: { try SGD($0, lr: lr, momentum: 0.9) }, loss: CrossEntropyLoss(),
      metrics: [Accuracy()])
  }

  @Test func targetsThatOnlyBroadcastAreRefused() throws {
    let model = Linear(3, 1)
    let trainer = try model.compile(optimizer: { try SGD($0, lr: 0.1) }, loss: MSELoss())
    let x = try Tensor.ones(4, 3)
    let text =
      "the model's predictions have shape [4, 1] and the targets [4], which MSELoss would broadcast; give both one shape, with unsqueeze(1) of the targets or flatten of the predictions"
    // Silencing warnings does not let them through.
    Warnings.with(.ignore) {
      expectRefusal(text) { try trainer.fit(x, .ones(4), epochs: 1, progress: silent) }
      expectRefusal(text) { try trainer.evaluate(x, .ones(4)) }
    }
    try trainer.fit(x, .ones(4, 1), epochs: 1, progress: silent)
  }

  private func data() throws -> TensorDataset<(Tensor, Tensor)> {
    let iris = try Iris()
    return try TensorDataset(iris.features.to(.float32), iris.targets)
  }

  /// `fit` is the written-out loop: parameters and losses are the same to the bit.
  @Test func fitsAsTheWrittenOutLoopDoes() throws {
    let data = try data()
    let (byHand, losses) = try seeded { () -> (Sequential, [Double]) in
      let model = makeModel(), criterion = CrossEntropyLoss()
      let optimizer = try SGD(model.parameters(), lr: 0.1, momentum: 0.9)
      let loader = try DataLoader(data, batchSize: 32, shuffle: true)
      var losses: [Double] = []
      for _ in 0..<3 {
        var sum = 0.0
        for batch in loader {
          let (x, y) = try batch.get()
          let loss = try criterion(model(x), y)
          optimizer.zeroGrad()
          try loss.backward()
          try optimizer.step()
          sum += try loss.item() * Double(x.shape[0])
        }
        losses.append(sum / 150)
      }
      return (model, losses)
    }
    let (model, history) = try seeded {
      let model = makeModel()
      let loader = try DataLoader(data, batchSize: 32, shuffle: true)
      return (model, try makeTrainer(model).fit(loader, epochs: 3, progress: silent))
    }
    #expect(history["loss"] == losses)
    for (a, b) in zip(model.parameters(), byHand.parameters()) { #expect(try a.equal(b)) }
  }

  @Test func learnsEvaluatesAndPredicts() throws {
    try seeded {
      let data = try data(), model = makeModel(), trainer = try makeTrainer(model, lr: 0.02)
      let loader = try DataLoader(data, batchSize: 16, shuffle: true)
      let test = try DataLoader(data, batchSize: 64)
      let history = try trainer.fit(loader, epochs: 30, validation: test, progress: silent)
      #expect(history.epochs.count == 30)
      #expect(history.names == ["loss", "accuracy", "val_loss", "val_accuracy", "lr"])
      #expect(history.last("val_accuracy") ?? 0 > 0.9)
      let result = try trainer.evaluate(data.tensors[0], data.tensors[1], batchSize: 7)
      #expect(result["accuracy"] == history.last("val_accuracy"))
      let direct = try noGrad { try model(data.tensors[0]) }
      let predicted = try trainer.predict(data.tensors[0], batchSize: 41)
      try expectClose(predicted, direct, rtol: 1e-5, atol: 1e-5, "predictions")
      #expect(!predicted.requiresGrad)
      #expect(model.isTraining)
      // A second call goes on.
      try trainer.fit(loader, epochs: 2, progress: silent)
      #expect(trainer.epoch == 32)
      #expect(trainer.steps == 32 * 10)
    }
  }

  /// The mean over samples, not over batches, whatever the batches' sizes.
  @Test func lossesOfUnevenBatchesWeighTheirSamples() throws {
    try seeded {
      let model = Sequential(Linear(1, 1))
      let trainer = try model.compile(
        optimizer: { try SGD($0, lr: 0) }, loss: MSELoss(), metrics: [MeanSquaredError()])
      let x = try Tensor.rand(7, 1), y = try Tensor.rand(7, 1)
      let whole = try noGrad { try MSELoss()(model(x), y).item() }
      for size in [1, 2, 3, 7] {
        let result = try trainer.evaluate(x, y, batchSize: size)
        expectClose(result["loss"], whole, rtol: 1e-6)
        expectClose(result["mean_squared_error"], whole, rtol: 1e-6)
      }
    }
  }

  @Test func lossesThatAreNotFiniteStopWithTheStep() throws {
    try seeded {
      let model = Sequential(Linear(1, 1))
      let trainer = try model.compile(optimizer: { try SGD($0, lr: 0.1) }, loss: MSELoss())
      var x = try Tensor.rand(6, 1).toArray(as: Double.self)
      x[4] = .nan
      let batches = try DataLoader(
        TensorDataset(Tensor(x).reshape(6, 1), Tensor.rand(6, 1)), batchSize: 1)
      let before = try model.parameters().map { try $0.clone() }
      expectRefusal("the loss is nan at step 5 (epoch 1, batch 5); nothing was updated from it…") {
        try trainer.fit(batches, epochs: 2, progress: silent)
      }
      #expect(trainer.steps == 4)
      for (parameter, old) in zip(model.parameters(), before) {
        #expect(try !parameter.equal(old))
        #expect(try parameter.isfinite().all().item(as: Bool.self))
      }
    }
  }

  @Test func takesOptimizersThatCallTheClosureOften() throws {
    try seeded {
      let model = Sequential(Linear(2, 1))
      let trainer = try model.compile(
        optimizer: { try LBFGS($0, lineSearchFn: .strongWolfe) }, loss: MSELoss())
      let x = try Tensor.rand(16, 2), y = try x.sum(dim: 1, keepdim: true)
      let history = try trainer.fit(x, y, batchSize: 16, epochs: 3, progress: silent)
      #expect(history.last("loss") ?? 1 < 1e-8)
    }
  }

  @Test func trainsOnADevice() throws {
    RemoteBackend.register()
    let data = try data()
    func losses(_ device: Device) throws -> [Double] {
      try seeded {
        let model = makeModel()
        try model.to(device)
        let trainer = try makeTrainer(model)
        let loader = try DataLoader(data, batchSize: 50)
        try trainer.fit(loader, epochs: 2, validation: loader, progress: silent)
        #expect(try trainer.predict(data.tensors[0]).device == device)
        return trainer.history["loss"] + trainer.history["val_accuracy"]
      }
    }
    let there = try losses(RemoteBackend.shared.device)
    try expectClose(there, losses(.cpu), rtol: 1e-4)
  }

  @Test func modulesThatAreNoLayersSayHowToPredict() throws {
    final class Pair: Module {
      let a = Linear(2, 1), b = Linear(2, 1)
      func callAsFunction(_ x: Tensor) throws -> Tensor { try a(x) + b(x) }
    }
    try seeded {
      let model = Pair()
      let trainer = try model.compile(
        optimizer: { try Adam($0, lr: 0.1) }, loss: MSELoss(), forward: { try model($0) })
      let x = try Tensor.rand(8, 2)
      let history = try trainer.fit(x, x.sum(dim: 1, keepdim: true), epochs: 5, progress: silent)
      #expect(history["loss"].count == 5)
    }
  }

  @Test func savesEverythingTogether() throws {
    try FileBytes.withTemporaryFolder { folder in
      try seeded {
        let data = try data(), path = "\(folder)/training.pth"
        let trainer = try makeTrainer(makeModel())
        try trainer.fit(DataLoader(data, batchSize: 32), epochs: 2, progress: silent)
        try trainer.save(to: path)
        let other = try makeTrainer(makeModel())
        try other.load(from: path)
        #expect(other.epoch == 2)
        #expect(other.steps == trainer.steps)
        #expect(other.history["loss"] == trainer.history["loss"])
        #expect(try other.metrics[0].result() == trainer.metrics[0].result())
        for (a, b) in zip(trainer.model.parameters(), other.model.parameters()) {
          #expect(try a.equal(b))
        }
        // Both go on alike, momentum included.
        for each in [trainer, other] {
          try each.fit(DataLoader(data, batchSize: 32), epochs: 1, progress: silent)
        }
        #expect(other.history["loss"] == trainer.history["loss"])

        let regression = try makeModel().compile(
          optimizer: { try SGD($0) }, loss: MSELoss(), metrics: [Accuracy()])
        expectRefusal(
          "…was trained with the loss CrossEntropyLoss(), but this trainer has MSELoss()"
        ) {
          try regression.load(from: path)
        }
        let bare = try makeModel().compile(optimizer: { try SGD($0) }, loss: CrossEntropyLoss())
        expectRefusal("…/training.pth has the metrics [\"accuracy\"], but this trainer has []") {
          try bare.load(from: path)
        }
        let wider = try makeTrainer(Sequential(Linear(4, 9), ReLU(), Linear(9, 3)))
        let before = try wider.model.stateDict().map { try $0.value.clone() }
        expectRefusal("…size mismatch for 0.weight…") { try wider.load(from: path) }
        for (now, old) in zip(try wider.model.stateDict().map(\.value), before) {
          #expect(try now.equal(old))
        }
        try save(["a": 1], to: path)
        expectRefusal("…holds no training saved by Trainer.save(to:)") {
          try other.load(from: path)
        }
      }
    }
  }

  @Test func summaryListsLayersShapesAndParameters() throws {
    let model = Sequential(["hidden": Linear(4, 200), "act": ReLU(), "output": Linear(200, 2)])
    try model.getParameter("hidden.bias").requiresGrad_(false)
    #expect(
      try model.summary(inputShape: [1, 4]) == """
        Layer (type)     Output Shape  Param #
        ========================================
        hidden (Linear)  [1, 200]      1,000
        act (ReLU)       [1, 200]      0
        output (Linear)  [1, 2]        402
        ========================================
        Total params: 1,402
        Trainable params: 1,202
        Non-trainable params: 200
        """)
    #expect(try model.summary().contains("hidden (Linear)  ?"))
    #expect(model.isTraining)
    expectRefusal("addmm: mat1 and mat2…") { try model.summary(inputShape: [1, 5]) }
  }

  @Test func refusals() throws {
    let model = makeModel()
    expectRefusal("two metrics, or a metric and the loss, are called 'accuracy'…") {
      try model.compile(
        optimizer: { try SGD($0) }, loss: MSELoss(), metrics: [Accuracy(), Accuracy()])
    }
    expectRefusal("…are called 'loss'…") {
      try model.compile(
        optimizer: { try SGD($0) }, loss: MSELoss(), metrics: [Accuracy(name: "loss")])
    }
    let trainer = try makeTrainer(model)
    expectRefusal("fit: epochs must not be negative, but got -1") {
      try trainer.fit(DataLoader(data()), epochs: -1, progress: silent)
    }
    expectRefusal("predict: the batch size has to be positive, but is 0") {
      try trainer.predict(Tensor.zeros(2, 4), batchSize: 0)
    }
    expectRefusal("predict: expected inputs [N, …]…") { try trainer.predict(Tensor(1.0)) }
    expectRefusal("TensorDataset: size mismatch between tensors: the first dimensions are [2, 3]") {
      try trainer.fit(Tensor.zeros(2, 4), Tensor.zeros(3), progress: silent)
    }
  }
}
