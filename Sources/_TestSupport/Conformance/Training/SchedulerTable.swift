import Kindling

/// A table of the schedules of `torch.optim.lr_scheduler`, with one line per schedule.
///
/// Options have PyTorch's keywords.
package struct SchedulerTable: Sendable {
  typealias Build = @Sendable (SchedulerArguments) throws -> LRScheduler
  private var rows: [String: Build] = [:]

  /// The table of all schedules.
  package static let all: SchedulerTable = {
    var table = SchedulerTable()
    table.addFactors()
    table.addCycles()
    table.addCombinations()
    return table
  }()

  /// The names of all schedules, sorted.
  package var names: [String] { rows.keys.sorted() }

  private mutating func scheduler(_ name: String, _ build: @escaping Build) {
    precondition(rows[name] == nil, "the schedule \(name) stands in the table twice")
    rows[name] = build
  }

  /// Returns the schedule of `optimizer` described by `json`, all of whose arguments are read.
  func build(_ json: JSONValue, _ optimizer: Optimizer, _ file: TensorFile) throws -> LRScheduler {
    guard let name = json["class"]?.string, let build = rows[name] else {
      throw UnsupportedError("schedule \(json["class"]?.string ?? "")")
    }
    let arguments = try SchedulerArguments(json["kwargs"]?.object ?? [:], optimizer, file)
    let scheduler = try build(arguments)
    let unread = arguments.plain.unread
    guard unread.isEmpty else { throw UnsupportedError(unread.joined(separator: ", ")) }
    return scheduler
  }

  private mutating func addFactors() {
    scheduler("StepLR") { a in
      try StepLR(
        a.optimizer, stepSize: a.plain.int(nil, "step_size"), gamma: a.number("gamma", 0.1),
        lastEpoch: a.lastEpoch())
    }
    scheduler("MultiStepLR") { a in
      try MultiStepLR(
        a.optimizer, milestones: a.plain.ints(nil, "milestones"), gamma: a.number("gamma", 0.1),
        lastEpoch: a.lastEpoch())
    }
    scheduler("ConstantLR") { a in
      try ConstantLR(
        a.optimizer, factor: a.number("factor", 1 / 3), totalIters: a.int("total_iters", 5),
        lastEpoch: a.lastEpoch())
    }
    scheduler("LinearLR") { a in
      try LinearLR(
        a.optimizer, startFactor: a.number("start_factor", 1 / 3),
        endFactor: a.number("end_factor", 1), totalIters: a.int("total_iters", 5),
        lastEpoch: a.lastEpoch())
    }
    scheduler("ExponentialLR") { a in
      try ExponentialLR(
        a.optimizer, gamma: a.plain.double(nil, "gamma"), lastEpoch: a.lastEpoch())
    }
    scheduler("PolynomialLR") { a in
      try PolynomialLR(
        a.optimizer, totalIters: a.int("total_iters", 5), power: a.number("power", 1),
        lastEpoch: a.lastEpoch())
    }
    scheduler("LambdaLR") { a in
      switch a.functions["lr_lambda"] {
      case .one(let f)?:
        return try LambdaLR(a.optimizer, lastEpoch: a.lastEpoch()) { f(Double($0)) }
      case .several(let all)?:
        return try LambdaLR(
          a.optimizer, lrLambdas: all.map { f in { f(Double($0)) } }, lastEpoch: a.lastEpoch())
      case nil: throw UnsupportedError("no lr_lambda")
      }
    }
    scheduler("MultiplicativeLR") { a in
      switch a.functions["lr_lambda"] {
      case .one(let f)?:
        return try MultiplicativeLR(a.optimizer, lastEpoch: a.lastEpoch()) { f(Double($0)) }
      case .several(let all)?:
        return try MultiplicativeLR(
          a.optimizer, lrLambdas: all.map { f in { f(Double($0)) } }, lastEpoch: a.lastEpoch())
      case nil: throw UnsupportedError("no lr_lambda")
      }
    }
  }

  private mutating func addCycles() {
    scheduler("CosineAnnealingLR") { a in
      try CosineAnnealingLR(
        a.optimizer, tMax: a.plain.int(nil, "T_max"), etaMin: a.number("eta_min", 0),
        lastEpoch: a.lastEpoch())
    }
    scheduler("CosineAnnealingWarmRestarts") { a in
      try CosineAnnealingWarmRestarts(
        a.optimizer, t0: a.plain.int(nil, "T_0"), tMult: a.int("T_mult", 1),
        etaMin: a.number("eta_min", 0), lastEpoch: a.lastEpoch())
    }
    scheduler("CyclicLR") { a in
      var scale: ((Double) -> Double)?
      if case .one(let f)? = a.functions["scale_fn"] { scale = f }
      return try CyclicLR(
        a.optimizer, baseLr: a.numbers("base_lr"), maxLr: a.numbers("max_lr"),
        stepSizeUp: a.int("step_size_up", 2000),
        stepSizeDown: a.plain.optionalInt(nil, "step_size_down"),
        mode: a.plain.choice(nil, "mode", default: .triangular), gamma: a.number("gamma", 1),
        scaleFn: scale, scaleMode: a.plain.choice(nil, "scale_mode", default: .cycle),
        cycleMomentum: a.plain.bool(nil, "cycle_momentum", default: true),
        baseMomentum: a.numbers("base_momentum", 0.8), maxMomentum: a.numbers("max_momentum", 0.9),
        lastEpoch: a.lastEpoch())
    }
    scheduler("OneCycleLR") { a in
      try OneCycleLR(
        a.optimizer, maxLr: a.numbers("max_lr"),
        totalSteps: a.plain.optionalInt(nil, "total_steps"),
        epochs: a.plain.optionalInt(nil, "epochs"),
        stepsPerEpoch: a.plain.optionalInt(nil, "steps_per_epoch"),
        pctStart: a.number("pct_start", 0.3),
        annealStrategy: a.plain.choice(nil, "anneal_strategy", default: .cos),
        cycleMomentum: a.plain.bool(nil, "cycle_momentum", default: true),
        baseMomentum: a.numbers("base_momentum", 0.85),
        maxMomentum: a.numbers("max_momentum", 0.95), divFactor: a.number("div_factor", 25),
        finalDivFactor: a.number("final_div_factor", 1e4),
        threePhase: a.plain.bool(nil, "three_phase", default: false), lastEpoch: a.lastEpoch())
    }
    scheduler("SWALR") { a in
      try SWALR(
        a.optimizer, swaLr: a.numbers("swa_lr"), annealEpochs: a.int("anneal_epochs", 10),
        annealStrategy: a.plain.choice(nil, "anneal_strategy", default: .cos),
        lastEpoch: a.lastEpoch())
    }
  }

  private mutating func addCombinations() {
    scheduler("SequentialLR") { a in
      try SequentialLR(
        a.optimizer, schedulers: a.schedulers, milestones: a.plain.ints(nil, "milestones"),
        lastEpoch: a.lastEpoch())
    }
    scheduler("ChainedScheduler") { a in try ChainedScheduler(a.schedulers) }
    scheduler("ReduceLROnPlateau") { a in
      try ReduceLROnPlateau(
        a.optimizer, mode: a.plain.choice(nil, "mode", default: .min),
        factor: a.number("factor", 0.1), patience: a.int("patience", 10),
        threshold: a.number("threshold", 1e-4),
        thresholdMode: a.plain.choice(nil, "threshold_mode", default: .rel),
        cooldown: a.int("cooldown", 0), minLr: a.numbers("min_lr", 0), eps: a.number("eps", 1e-8))
    }
  }
}

/// The arguments of a schedule: plain values, functions, and the schedules it combines.
final class SchedulerArguments {
  /// A function for all groups, or one for each.
  enum Functions { case one((Double) -> Double), several([(Double) -> Double]) }

  let optimizer: Optimizer
  let plain: Arguments
  private(set) var functions: [String: Functions] = [:]
  private(set) var schedulers: [LRScheduler] = []

  init(_ json: [String: JSONValue], _ optimizer: Optimizer, _ file: TensorFile) throws {
    self.optimizer = optimizer
    var plain: [String: ArgumentValue] = [:]
    for (name, value) in json {
      let parts = value["list"]?.array
      if let parts, name == "schedulers" {
        schedulers = try parts.map { part in
          try SchedulerTable.all.build(part["scheduler"] ?? .null, optimizer, file)
        }
      } else if let function = value["lambda"] {
        functions[name] = .one(try SchedulerArguments.function(function))
      } else if let parts, parts.contains(where: { $0["lambda"] != nil }) {
        functions[name] = .several(
          try parts.map { try SchedulerArguments.function($0["lambda"] ?? .null) })
      } else {
        plain[name] = try ArgumentValue(value, file)
      }
    }
    self.plain = Arguments([], plain)
  }

  func number(_ name: String, _ filler: Double) throws -> Double {
    try plain.double(nil, name, default: filler)
  }

  func int(_ name: String, _ filler: Int) throws -> Int {
    try plain.int(nil, name, default: filler)
  }

  func lastEpoch() throws -> Int { try int("last_epoch", -1) }

  /// Returns one number for all groups, or one for each.
  func numbers(_ name: String, _ filler: Double? = nil) throws -> any GroupNumbers {
    if plain.isList(nil, name), let all = try plain.optionalDoubles(nil, name) { return all }
    return try plain.double(nil, name, default: filler)
  }

  private static func function(_ json: JSONValue) throws -> (Double) -> Double {
    guard let v = json["value"]?.double else { throw GoldenError("a function without value") }
    switch json["name"]?.string {
    case "power": return { t in power(v, t) }
    case "inverse": return { t in 1 / (1 + v * t) }
    case "constant": return { _ in v }
    case "stairs": return { t in power(v, (t / 5).rounded(.down)) }
    case let other: throw UnsupportedError("function \(other ?? "")")
    }
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    (try? Tensor(base, dtype: .float64).pow(exponent).item()) ?? .nan
  }
}
