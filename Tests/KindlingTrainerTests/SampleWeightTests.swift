import Kindling
import KindlingTrainer
import Testing
import _TestExpectations

private var silent: ProgressBar { ProgressBar(.silent) }

/// Weights of samples and classes, and rows that are held back.
struct SampleWeightTests {
  private func makeTrainer(_ reduction: Reduction = .none) throws -> Trainer {
    let model = Sequential(Linear(2, 8), Tanh(), Linear(8, 3))
    return try model.compile(
      optimizer: { try SGD($0, lr: 0.5) }, loss: CrossEntropyLoss(reduction: reduction),
      metrics: [Accuracy()])
  }

  private func data(_ rows: Int = 30) throws -> (x: Tensor, y: Tensor) {
    try (
      Tensor.randn([rows, 2], generator: Generator(seed: 1)),
      Tensor.randint(0, 3, [rows], generator: Generator(seed: 2))
    )
  }

  /// The losses of three epochs with all rows in one batch, written out.
  private func losses(_ x: Tensor, _ y: Tensor, _ weights: Tensor) throws -> [Double] {
    let trainer = try makeTrainer()
    return try (0..<3).map { _ in
      let loss = try (F.crossEntropy(trainer.predictInTraining(x), y, reduction: .none) * weights)
        .mean()
      trainer.optimizer.zeroGrad()
      try loss.backward()
      try trainer.optimizer.step()
      return try loss.item()
    }
  }

  @Test func weightsMultiplyTheLossesOfSamples() throws {
    let (x, y) = try data()
    let weights = try Tensor.rand([30], generator: Generator(seed: 3))
    let expected = try seeded { try losses(x, y, weights) }
    let rows = try seeded {
      try makeTrainer().fit(
        x, y, batchSize: 30, epochs: 3, shuffle: false, sampleWeight: weights, progress: silent)
    }
    #expect(rows["loss"] == expected)
    let loader = try DataLoader(TensorDataset(x, y, weights), batchSize: 30)
    let triples = try seeded {
      try makeTrainer().fit(loader, epochs: 3, progress: silent)
    }
    #expect(triples["loss"] == expected)
    #expect(try seeded { try makeTrainer().evaluate(loader)["loss"] } == expected[0])
  }

  @Test func weightsStayWithTheirRowsWhenThoseAreShuffled() throws {
    let (x, y) = try data()
    // Rows that count for nothing may hold anything that is finite.
    let weights = try (Tensor.arange(30) .< 20).to(.float32)
    let spoiled = try x.clone()
    try spoiled.narrow(0, 20, 10).fill_(1000)
    let histories = try [x, spoiled].map { x in
      try seeded {
        try makeTrainer().fit(
          x, y, batchSize: 7, epochs: 4, sampleWeight: weights, progress: silent)
      }
    }
    #expect(histories[0]["loss"] == histories[1]["loss"])
  }

  @Test func classesBringTheirWeights() throws {
    let (x, y) = try data()
    let weights = try Tensor(y.toArray(as: Int.self).map { [0: 2.0, 2: 0.25][$0] ?? 1 })
    let expected = try seeded { try losses(x, y, weights.to(.float32)) }
    let history = try seeded {
      try makeTrainer().fit(
        x, y, batchSize: 30, epochs: 3, shuffle: false, classWeight: [0: 2, 2: 0.25],
        progress: silent)
    }
    #expect(history["loss"] == expected)
    let loader = try DataLoader(
      TensorDataset(x, F.oneHot(y, numClasses: 3).to(.float32)), batchSize: 30)
    let oneHot = try seeded {
      try makeTrainer().fit(loader, epochs: 3, classWeight: [0: 2, 2: 0.25], progress: silent)
    }
    let last = try #require(oneHot["loss"].last)
    expectClose(last, expected[2], atol: 1e-6)
  }

  @Test func lossesThatStayApartAreAveragedOverTheirElements() throws {
    let x = try Tensor.randn([6, 2]), y = try Tensor.randn([6, 3])
    let weights = Tensor([1.0, 0, 2, 1, 0.5, 3])
    let layer = Linear(2, 3)
    let trainer = try layer.compile(
      optimizer: { try SGD($0, lr: 0) }, loss: MSELoss(reduction: .none))
    let prediction = try trainer.predict(x)
    let squares = try (prediction - y).square()
    let expected = try (squares.mean(dim: 1) * weights).mean().item()
    let history = try trainer.fit(x, y, batchSize: 6, sampleWeight: weights, progress: silent)
    expectClose(history["loss"].last, expected, atol: 1e-6)
    try expectClose(trainer.evaluate(x, y)["loss"], squares.mean().item(), atol: 1e-6)
  }

  @Test func theLastRowsAreHeldBack() throws {
    let (x, y) = try data()
    let weights = try Tensor.rand([30], generator: Generator(seed: 3))
    let split = try seeded {
      try makeTrainer().fit(
        x, y, batchSize: 8, epochs: 2, validationSplit: 0.3, sampleWeight: weights,
        progress: silent)
    }
    func part(_ range: Range<Int>) throws -> DataLoader<
      TensorDataset<(Tensor, Tensor, Tensor)>, (Tensor, Tensor, Tensor)
    > {
      let parts = try [x, y, weights].map { try $0[range] }
      return try DataLoader(
        TensorDataset(parts[0], parts[1], parts[2]), batchSize: 8, shuffle: range.lowerBound == 0)
    }
    try seeded {
      let trainer = try makeTrainer()
      let training = try part(0..<21), validation = try part(21..<30)
      for epoch in 0..<2 {
        let history = try trainer.fit(training, progress: silent)
        #expect(history["loss"].last == split["loss"][epoch])
        #expect(try trainer.evaluate(validation)["loss"] == split["val_loss"][epoch])
      }
    }
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    let (x, y) = try data(4)
    func fit(
      split: Double = 0, weights: Tensor? = nil, classes: [Int: Double]? = nil,
      validation: LabelledBatches? = nil, trainer: Trainer? = nil
    ) throws {
      try (trainer ?? (try makeTrainer())).fit(
        x, y, validationSplit: split, validation: validation, sampleWeight: weights,
        classWeight: classes, progress: silent)
    }
    let loader = try DataLoader(TensorDataset(x, y), batchSize: 2)
    expectRefusal(
      "…sampleWeight must have shape [4], a number without gradient for each row, but has shape [3]"
    ) { try fit(weights: .ones(3)) }
    expectRefusal("fit: …but has shape []") { try fit(weights: Tensor(1.0)) }
    expectRefusal("fit: sampleWeight and classWeight both say what a sample counts for; give one") {
      try fit(weights: .ones(4), classes: [0: 1])
    }
    expectRefusal("…classWeight names the class -1, which is negative") {
      try fit(classes: [-1: 1])
    }
    expectRefusal("fit: classWeight must be finite and not negative, but class 2 has nan") {
      try fit(classes: [2: .nan])
    }
    expectRefusal("…validationSplit must be at least 0 and below 1, but is 1…") {
      try fit(split: 1)
    }
    expectRefusal("fit: validationSplit must be at least 0 and below 1, but is nan") {
      try fit(split: .nan)
    }
    expectRefusal("fit: validationSplit 0.9 of 4 rows leaves 0 to train on and 4…") {
      try fit(split: 0.9)
    }
    expectRefusal("fit: validation and validationSplit both say what to evaluate; give one") {
      try fit(split: 0.5, validation: loader)
    }
    expectRefusal("…CrossEntropyLoss gives one number for all of them; use reduction: .none") {
      try fit(weights: .ones(4), trainer: makeTrainer(.mean))
    }
    expectRefusal("the weights have shape [4, 2], but CrossEntropyLoss gives losses of shape [4]") {
      try makeTrainer().fit(
        DataLoader(TensorDataset(x, y, .ones(4, 2)), batchSize: 4), progress: silent)
    }
  }
}

extension Trainer {
  fileprivate func predictInTraining(_ x: Tensor) throws -> Tensor {
    let model = try #require(model as? Sequential)
    return try model(x)
  }
}
