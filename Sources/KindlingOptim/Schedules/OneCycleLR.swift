public import KindlingCore
import KindlingPlatform

/// The 1cycle schedule: one rise to a maximum and one decay far below the initial learning rate,
/// step by step (PyTorch: `torch.optim.lr_scheduler.OneCycleLR`).
///
/// - Source: Smith and Topin, *Super-Convergence*, arXiv:1708.07120.
open class OneCycleLR: LRScheduler {
  /// The shape of the curve between two learning rates.
  public enum AnnealStrategy: String, Sendable { case cos, linear }

  /// A phase of the schedule: its end, and the group options it interpolates between.
  private struct Phase {
    var end: Double
    let lr: (from: String, to: String)
    let momentum: (from: String, to: String)
  }

  private var totalSteps: Int
  private var phases: [Phase]
  private let strategy: AnnealStrategy
  private let momentum: CycledMomentum?

  /// Creates a schedule of the learning rate and, inversely, of momentum.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer whose groups are scheduled.
  ///   - maxLr: the maximum learning rate, for all groups or for each.
  ///   - totalSteps: the total number of steps; or give `epochs` and `stepsPerEpoch`.
  ///   - epochs: the number of epochs.
  ///   - stepsPerEpoch: the number of steps per epoch.
  ///   - pctStart: the fraction of the steps in which the learning rate rises.
  ///   - annealStrategy: a cosine or a straight line.
  ///   - cycleMomentum: whether to cycle momentum, or the first beta, inversely to the learning
  ///     rate.
  ///   - baseMomentum: the lower bound of momentum.
  ///   - maxMomentum: the upper bound of momentum.
  ///   - divFactor: the ratio of the maximum to the initial learning rate.
  ///   - finalDivFactor: the ratio of the initial to the final learning rate.
  ///   - threePhase: whether to return to the initial learning rate in as many steps as the rise,
  ///     and only then decay to the final one.
  ///   - lastEpoch: the epoch to resume from.
  /// - Throws: `TensorError` `.value` like ``LRScheduler``, for counts that are not positive, a
  ///   `pctStart` outside [0, 1], a number of values other than that of groups, and for cycling the
  ///   momentum of an optimizer that has none.
  public init(
    _ optimizer: Optimizer, maxLr: some GroupNumbers, totalSteps: Int? = nil, epochs: Int? = nil,
    stepsPerEpoch: Int? = nil, pctStart: Double = 0.3, annealStrategy: AnnealStrategy = .cos,
    cycleMomentum: Bool = true, baseMomentum: some GroupNumbers = 0.85,
    maxMomentum: some GroupNumbers = 0.95, divFactor: Double = 25, finalDivFactor: Double = 1e4,
    threePhase: Bool = false, lastEpoch: Int = -1
  ) throws {
    let total = try OneCycleLR.count(totalSteps, epochs, stepsPerEpoch)
    self.totalSteps = total
    try require(
      pctStart >= 0 && pctStart <= 1, .value, "",
      "Expected float between 0 and 1 pct_start, but got \(got: pctStart)")
    let rise = Phase(
      end: pctStart * Double(total) - 1, lr: ("initial_lr", "max_lr"),
      momentum: ("max_momentum", "base_momentum"))
    phases =
      threePhase
      ? [
        rise,
        Phase(
          end: 2 * pctStart * Double(total) - 2, lr: ("max_lr", "initial_lr"),
          momentum: ("base_momentum", "max_momentum")),
        Phase(
          end: Double(total - 1), lr: ("initial_lr", "min_lr"),
          momentum: ("max_momentum", "max_momentum")),
      ]
      : [
        rise,
        Phase(
          end: Double(total - 1), lr: ("max_lr", "min_lr"),
          momentum: ("base_momentum", "max_momentum")),
      ]
    strategy = annealStrategy
    let maxLrs = try maxLr.values("max_lr", optimizer)
    momentum = cycleMomentum ? try CycledMomentum(optimizer) : nil
    if lastEpoch == -1 {
      for (i, rate) in maxLrs.enumerated() {
        let initial = rate / divFactor
        optimizer.paramGroups[i]["initial_lr"] = .double(initial)
        optimizer.paramGroups[i]["max_lr"] = .double(rate)
        optimizer.paramGroups[i]["min_lr"] = .double(initial / finalDivFactor)
      }
      try momentum?.begin(
        base: baseMomentum.values("base_momentum", optimizer),
        most: maxMomentum.values("max_momentum", optimizer), optimizer)
    }
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  private static func count(_ total: Int?, _ epochs: Int?, _ perEpoch: Int?) throws -> Int {
    func positive(_ value: Int, _ name: String) throws -> Int {
      if value > 0 && value < LRScheduler.farthest { return value }
      throw TensorError(.value, "", "Expected positive integer \(name), but got \(got: value)")
    }
    if let total { return try positive(total, "total_steps") }
    guard let epochs, let perEpoch else {
      throw TensorError(
        .value, "", "You must define either total_steps OR (epochs AND steps_per_epoch)")
    }
    let product = try positive(epochs, "epochs")
      .multipliedReportingOverflow(by: positive(perEpoch, "steps_per_epoch"))
    return try positive(product.overflow ? -1 : product.partialValue, "total_steps")
  }

  private func curve(_ start: Double, _ end: Double, _ part: Double) -> Double {
    switch strategy {
    case .cos: end + (start - end) / 2 * (cos(.pi * part) + 1)
    case .linear: (end - start) * part + start
    }
  }

  override open func getLr() throws -> [Double] {
    try require(
      lastEpoch <= totalSteps, .value, "step",
      "Tried to step \(lastEpoch) times. The specified number of total steps is \(totalSteps)")
    let step = Double(lastEpoch)
    var (start, current) = (0.0, phases.first)
    for (i, phase) in phases.enumerated() {
      current = phase
      if step <= phase.end || i == phases.count - 1 { break }
      start = phase.end
    }
    guard let phase = current, phase.end != start else {
      throw TensorError(
        .value, "step",
        "OneCycleLR has a phase without length: \(totalSteps) steps are too few for its pct_start")
    }
    let part = (step - start) / (phase.end - start)
    var rates: [Double] = []
    for (i, group) in optimizer.paramGroups.enumerated() {
      rates.append(curve(try group.number(phase.lr.from), try group.number(phase.lr.to), part))
      if let momentum {
        let value = curve(
          try group.number(phase.momentum.from), try group.number(phase.momentum.to), part)
        try momentum.set(value, optimizer, group: i)
      }
    }
    return rates
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    let saved = phases.enumerated().map { i, phase -> CheckpointValue in
      [
        "end_step": i == phases.count - 1 ? .int(totalSteps - 1) : .double(phase.end),
        "start_lr": .string(phase.lr.from), "end_lr": .string(phase.lr.to),
        "start_momentum": .string(phase.momentum.from), "end_momentum": .string(phase.momentum.to),
      ]
    }
    var result: [(name: String, value: CheckpointValue)] = [
      ("total_steps", .int(totalSteps)), ("_schedule_phases", .list(saved)),
      ("_anneal_func_type", .string(strategy.rawValue)), ("cycle_momentum", .bool(momentum != nil)),
    ]
    if let momentum { result.append(("use_beta1", .bool(momentum.usesBeta1))) }
    return result + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    let ends = saved["_schedule_phases"]?.elements?.compactMap { $0["end_step"]?.doubleValue } ?? []
    try require(
      ends.count == phases.count && saved.text("_anneal_func_type") == strategy.rawValue
        && saved.flag("cycle_momentum") == (momentum != nil), .value, "",
      "the loaded state dict of OneCycleLR has other phases or another anneal_strategy, or cycles the momentum otherwise"
    )
    totalSteps = try OneCycleLR.count(saved.integer("total_steps"), nil, nil)
    for (i, end) in ends.enumerated() { phases[i].end = end }
    try super.restore(saved)
  }
}
