import Kindling
import Testing
import _TestExpectations

/// Every schedule of the reference: rates and momentum before each step, the state at the end, and a
/// run that is saved and loaded half-way.
struct SchedulerGoldenTests {
  struct Run: CustomTestStringConvertible, Sendable {
    let record: JSONValue
    var name: String { record["name"]?.string ?? "" }
    var testDescription: String { name }
  }

  static let runs: [Run] = ((try? Golden.json("optim/schedulers.json"))?.array ?? []).map(Run.init)

  @Test func referenceIsThere() { #expect(Self.runs.count == 24) }

  private func makeOptimizer() throws -> SGD {
    func leaf() throws -> Tensor { try Tensor.zeros(1).requiresGrad_() }
    return try SGD(
      groups: [ParamGroup([leaf()]), ParamGroup([leaf()], ["lr": .double(0.1 * 0.1)])], lr: 0.1,
      momentum: 0.9)
  }

  private func make(_ name: String, _ o: Optimizer) throws -> LRScheduler {
    switch name {
    case "StepLR": try StepLR(o, stepSize: 7, gamma: 0.5)
    case "MultiStepLR": try MultiStepLR(o, milestones: [5, 12, 12, 30], gamma: 0.3)
    case "ExponentialLR": try ExponentialLR(o, gamma: 0.95)
    case "ConstantLR": try ConstantLR(o, factor: 0.25, totalIters: 6)
    case "LinearLR": try LinearLR(o, startFactor: 0.2, endFactor: 0.9, totalIters: 10)
    case "LambdaLR":
      try LambdaLR(
        o,
        lrLambdas: [
          { epoch in (0..<epoch).reduce(1) { power, _ in power * 0.95 } },
          { epoch in 1 / Double(1 + epoch) },
        ])
    case "MultiplicativeLR": try MultiplicativeLR(o) { $0 % 2 == 1 ? 0.9 : 1 }
    case "PolynomialLR": try PolynomialLR(o, totalIters: 20, power: 2)
    case "CosineAnnealingLR": try CosineAnnealingLR(o, tMax: 15, etaMin: 0.001)
    case "CosineAnnealingWarmRestarts":
      try CosineAnnealingWarmRestarts(o, t0: 5, tMult: 2, etaMin: 0.002)
    case "CosineAnnealingWarmRestarts_Tmult1": try CosineAnnealingWarmRestarts(o, t0: 8)
    case "CyclicLR_triangular": try CyclicLR(o, baseLr: 0.01, maxLr: 0.1, stepSizeUp: 6)
    case "CyclicLR_triangular2":
      try CyclicLR(
        o, baseLr: 0.01, maxLr: 0.1, stepSizeUp: 4, stepSizeDown: 7, mode: .triangular2)
    case "CyclicLR_exp_range":
      try CyclicLR(
        o, baseLr: 0.01, maxLr: 0.1, stepSizeUp: 5, mode: .expRange, gamma: 0.97,
        cycleMomentum: false)
    case "OneCycleLR": try OneCycleLR(o, maxLr: 0.5, totalSteps: 45)
    case "OneCycleLR_linear":
      try OneCycleLR(
        o, maxLr: [0.5, 0.2], epochs: 5, stepsPerEpoch: 9, pctStart: 0.4, annealStrategy: .linear,
        divFactor: 10, finalDivFactor: 100)
    case "OneCycleLR_three_phase":
      try OneCycleLR(o, maxLr: 0.3, totalSteps: 42, pctStart: 0.25, threePhase: true)
    case "OneCycleLR_too_many_steps": try OneCycleLR(o, maxLr: 0.3, totalSteps: 20)
    case "ReduceLROnPlateau": try ReduceLROnPlateau(o, factor: 0.5, patience: 2)
    case "ReduceLROnPlateau_max_abs":
      try ReduceLROnPlateau(
        o, mode: .max, factor: 0.3, patience: 1, threshold: 0.05, thresholdMode: .abs, cooldown: 2,
        minLr: [0.001, 0.0005])
    case "SequentialLR":
      try SequentialLR(
        o,
        schedulers: [ConstantLR(o, factor: 0.1, totalIters: 5), ExponentialLR(o, gamma: 0.9)],
        milestones: [6])
    case "SequentialLR_three":
      try SequentialLR(
        o,
        schedulers: [
          LinearLR(o, startFactor: 0.1, endFactor: 1, totalIters: 5),
          CosineAnnealingLR(o, tMax: 20),
          ConstantLR(o, factor: 0.01, totalIters: 100),
        ], milestones: [5, 25])
    case "ChainedScheduler":
      try ChainedScheduler([
        ConstantLR(o, factor: 0.1, totalIters: 5), ExponentialLR(o, gamma: 0.9),
      ])
    case "ChainedScheduler_three":
      try ChainedScheduler([
        LinearLR(o, startFactor: 0.5, endFactor: 1, totalIters: 8),
        StepLR(o, stepSize: 10, gamma: 0.5), MultiplicativeLR(o) { _ in 0.99 },
      ])
    default: throw GoldenError("no schedule called \(name)")
    }
  }

  private func advance(_ schedule: LRScheduler, _ metric: Double?) throws {
    if let plateau = schedule as? ReduceLROnPlateau, let metric {
      try plateau.step(metric)
    } else {
      try schedule.step()
    }
  }

  private func check(_ run: Run, interruptedAt pause: Int?) throws {
    var optimizer = try makeOptimizer()
    var schedule = try make(run.name, optimizer)
    let metrics = run.record["metrics"]?.array?.compactMap(\.double)
    let momenta = run.record["momentum"]?.array?.compactMap(\.double)
    for (i, expected) in (run.record["lrs"]?.array ?? []).enumerated() {
      if i == pause {
        let (saved, rates) = (schedule.stateDict(), optimizer.stateDict())
        optimizer = try makeOptimizer()
        schedule = try make(run.name, optimizer)
        try optimizer.loadStateDict(rates)
        try schedule.loadStateDict(saved)
      }
      let rates = expected.array?.compactMap(\.double) ?? []
      for (group, rate) in zip(optimizer.paramGroups, rates) {
        expectClose(group.lr, rate, rtol: 1e-12, atol: 1e-15, "rate before step \(i)")
      }
      if let momenta {
        let momentum = optimizer.paramGroups[0]["momentum"]?.doubleValue ?? .nan
        expectClose(momentum, momenta[i], rtol: 1e-12, "momentum before step \(i)")
      }
      try optimizer.step()
      if let failure = run.record["error_after"]?.string,
        i == (run.record["lrs"]?.array ?? []).count - 1
      {
        let words = failure.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? failure
        expectRefusal("…\(words)…") { try schedule.step() }
        return
      }
      try advance(schedule, metrics?[i])
    }
    compare(schedule.stateDict(), run.record["state_dict"] ?? .null, run.name)
    let last = run.record["last_lr"]?.array?.compactMap(\.double) ?? []
    expectClose(schedule.getLastLr(), last, rtol: 1e-12, atol: 1e-15)
  }

  /// All that the reference recorded of a state; it left the states of parts out.
  private func compare(_ value: CheckpointValue, _ expected: JSONValue, _ path: String) {
    if let object = expected.object {
      let pairs = (value.pairs ?? []).filter { $0.key.stringValue != "_schedulers" }
      let keys = pairs.map { $0.key.stringValue ?? $0.key.description }
      #expect(Set(keys) == Set(object.keys), "keys of \(path)")
      for (key, value) in zip(keys, pairs.map(\.value)) {
        if let expected = object[key] { compare(value, expected, "\(path).\(key)") }
      }
    } else if let items = expected.array {
      #expect(value.elements?.count == items.count, "length of \(path)")
      for (i, (value, expected)) in zip(value.elements ?? [], items).enumerated() {
        compare(value, expected, "\(path).\(i)")
      }
    } else if let flag = expected.bool {
      #expect(value.boolValue == flag, "\(path) is \(value)")
    } else if let number = expected.double
      ?? expected.string.flatMap({ $0.hasSuffix("inf") ? Double($0) : nil })
    {
      let found = value.doubleValue ?? .nan
      #expect(
        found == number || isClose(found, number, rtol: 1e-12, atol: 1e-15),
        "\(path) is \(value), expected \(number)")
    } else if let text = expected.string {
      #expect(value.stringValue == text, "\(path) is \(value)")
    } else {
      #expect(value.description == "None", "\(path) is \(value)")
    }
  }

  @Test(arguments: runs) func matches(_ run: Run) throws { try check(run, interruptedAt: nil) }
  @Test(arguments: runs) func resumes(_ run: Run) throws { try check(run, interruptedAt: 9) }
}
