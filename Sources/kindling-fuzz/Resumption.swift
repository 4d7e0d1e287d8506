import Kindling
import KindlingTrainer
import _TestSupport

/// An object that resumes from a checkpoint and then takes a step.
struct Resumption: Sendable {
  let resume: @Sendable (CheckpointValue) throws -> Void
  /// A closure that returns a valid state.
  let state: @Sendable () throws -> CheckpointValue

  /// Reads an input: its first byte selects an object, the rest is a pickle.
  static func read(_ bytes: [UInt8]) throws {
    guard let choice = bytes.first else { return }
    let file = try FileSource.holding(PickleContainer.zip(around: Array(bytes.dropFirst())))
    let value = try CheckpointReader(file, verify: false).value(on: .cpu)
    try all[Int(choice) % all.count].resume(value)
  }

  /// Returns an input for each object.
  static func seeds() throws -> [[UInt8]] {
    try all.enumerated().compactMap { number, resumption in
      var file: [UInt8] = []
      try withFile([]) { path in
        try save(resumption.state(), to: path)
        file = contents(path) ?? []
      }
      let source = try FileSource.holding(file)
      let pickle = try ZipArchive(source).records.first { $0.name.hasSuffix("/data.pkl") }
      return try pickle?.content(in: source).withBytes { [UInt8(number)] + Array($0) }
    }
  }

  static let all: [Resumption] =
    OptimizerTable.all.names.map { name in
      Resumption(
        resume: { value in
          let optimizer = try makeOptimizer(name)
          try optimizer.loadStateDict(value)
          try step(optimizer)
          _ = optimizer.stateDict()
        },
        state: {
          let optimizer = try makeOptimizer(name)
          try step(optimizer)
          return optimizer.stateDict()
        })
    }
    + schedules.map { make in
      Resumption(
        resume: { value in
          let schedule = try make(SGD(parameters(), lr: 0.1))
          try schedule.loadStateDict(value)
          for _ in 0..<3 { try advance(schedule) }
          _ = schedule.stateDict()
        },
        state: {
          let schedule = try make(SGD(parameters(), lr: 0.1))
          try advance(schedule)
          return schedule.stateDict()
        })
    }
    + [
      Resumption(
        resume: { value in
          let loader = try makeLoader()
          try loader.loadStateDict(value.stateDict ?? [:])
          _ = Array(loader)
        },
        state: {
          let loader = try makeLoader()
          let pass = loader.makeIterator()
          _ = pass.next()
          return CheckpointValue(try loader.stateDict())
        }),
      Resumption(
        resume: { value in
          let averaged = try AveragedModel(Linear(4, 2)) { Linear(4, 2) }
          try averaged.loadStateDict(value.stateDict ?? [:])
          try averaged.updateParameters(Linear(4, 2))
        },
        state: {
          CheckpointValue(try AveragedModel(Linear(4, 2)) { Linear(4, 2) }.stateDict())
        }),
    ]
    + metrics.map { make in
      Resumption(
        resume: { value in
          let metric = make()
          try metric.loadState(value)
          try observe(metric)
          _ = try metric.result()
        },
        state: {
          let metric = make()
          try observe(metric)
          return metric.state
        })
    }

  private static func makeOptimizer(_ name: String) throws -> Optimizer {
    // Muon takes matrices only.
    let all = try parameters()
    let parameters = all.prefix(name == "Muon" ? 1 : 2)
    return try OptimizerTable.all.build(name, [ParamGroup(Array(parameters))], options[name] ?? [:])
  }

  private static let options: [String: [String: ArgumentValue]] = [
    "SGD": ["lr": 0.1, "momentum": 0.9], "Adam": ["amsgrad": true],
    "LBFGS": ["line_search_fn": "strong_wolfe"], "RMSprop": ["momentum": 0.9, "centered": true],
  ]

  private static let schedules: [@Sendable (Optimizer) throws -> LRScheduler] = [
    { try StepLR($0, stepSize: 2) }, { try MultiStepLR($0, milestones: [1, 3]) },
    { try ConstantLR($0) }, { try LinearLR($0) }, { try ExponentialLR($0, gamma: 0.9) },
    { try PolynomialLR($0) }, { try CosineAnnealingLR($0, tMax: 5) },
    { try CosineAnnealingWarmRestarts($0, t0: 2) },
    { try CyclicLR($0, baseLr: 0.1, maxLr: 0.5, cycleMomentum: false) },
    { try OneCycleLR($0, maxLr: 0.5, totalSteps: 9, cycleMomentum: false) },
    { try ReduceLROnPlateau($0) }, { try SWALR($0, swaLr: 0.1) },
    { try LambdaLR($0) { 1 / Double($0 + 1) } },
    {
      try SequentialLR(
        $0, schedulers: [ConstantLR($0), ExponentialLR($0, gamma: 0.9)], milestones: [2])
    },
    { try ChainedScheduler([ConstantLR($0), ExponentialLR($0, gamma: 0.9)]) },
  ]

  private static let metrics: [@Sendable () -> any Metric] = [
    { Accuracy() }, { ConfusionMatrix() }, { F1Score() }, { MeanSquaredError() },
  ]

  private static func parameters() throws -> [Tensor] {
    try [Tensor.ones(4, 2).requiresGrad_(), Tensor.ones(4).requiresGrad_()]
  }

  private static func step(_ optimizer: Optimizer) throws {
    var calls = 0
    try optimizer.step {
      // The number of calls depends on the options, which may come from anyone.
      calls += 1
      if calls > 50 { throw TensorError(.value, "step", "enough") }
      optimizer.zeroGrad()
      let loss = try optimizer.paramGroups.flatMap(\.params).reduce(Tensor(0.0)) {
        try $0 + ($1 * $1).sum()
      }
      try loss.backward()
      return loss
    }
  }

  private static func advance(_ schedule: LRScheduler) throws {
    if let plateau = schedule as? ReduceLROnPlateau { return try plateau.step(1) }
    try schedule.step()
  }

  private static func makeLoader() throws -> DataLoader<
    TensorDataset<(Tensor, Tensor)>, (Tensor, Tensor)
  > {
    try DataLoader(
      TensorDataset(Tensor.ones(5, 2), Tensor.arange(5)), batchSize: 2, shuffle: true,
      generator: Generator(seed: 1))
  }

  private static func observe(_ metric: any Metric) throws {
    if metric is MeanSquaredError {
      try metric.update(Tensor([1.0, 2]), Tensor([1.0, 3]))
    } else {
      try metric.update(Tensor([[0.1, 0.9], [0.8, 0.2]]), Tensor([1, 1]))
    }
  }
}
