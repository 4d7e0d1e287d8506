public import KindlingCore

/// The base class of all learning-rate schedules (PyTorch: `torch.optim.lr_scheduler.LRScheduler`).
///
/// Creating a schedule sets the first learning rates; every ``step()`` sets the next ones. Call it
/// after the optimizer's step, once per epoch or once per batch. A custom schedule overrides
/// ``getLr()``:
///
/// ```swift
/// final class HalvingLR: LRScheduler {
///   override func getLr() throws -> [Double] {
///     baseLrs.map { $0 / Double(1 << min(lastEpoch, 60)) }
///   }
/// }
/// ```
open class LRScheduler {
  /// The optimizer whose learning rates are scheduled.
  public final let optimizer: Optimizer
  /// The base learning rates of all groups.
  public internal(set) final var baseLrs: [Double] = []
  /// The number of steps, without the initial one.
  public internal(set) final var lastEpoch: Int
  final var stepCount = 0
  /// Whether the first learning rates are being computed.
  final var isInitial = false
  private final var lastLr: [Double] = []
  /// The nesting depth of the schedules below this one.
  final var nesting = 0
  /// The value of ``parameterVersions`` when the schedule was created.
  private final var versionsAtStart = 0

  /// Creates a schedule of the learning rates of `optimizer`.
  ///
  /// `lastEpoch` is the epoch to resume from; every group then needs the option `initial_lr`.
  ///
  /// - Throws: `TensorError` `.value` if a group has no initial learning rate.
  public init(_ optimizer: Optimizer, lastEpoch: Int = -1) throws {
    self.optimizer = optimizer
    self.lastEpoch = lastEpoch
    try begin()
  }

  /// Creates a schedule that combines others, without setting anything.
  init(of optimizer: Optimizer, lastEpoch: Int) {
    self.optimizer = optimizer
    self.lastEpoch = lastEpoch
    lastLr = optimizer.paramGroups.map(\.lr)
  }

  /// Stores the initial learning rates and sets the first ones.
  private func begin() throws {
    try require(
      lastEpoch >= -1 && lastEpoch < LRScheduler.farthest, .value, "",
      "last_epoch has to be -1 or a count of epochs, but got \(got: lastEpoch)")
    for i in optimizer.paramGroups.indices where optimizer.paramGroups[i]["initial_lr"] == nil {
      try require(
        lastEpoch == -1, .value, "",
        "param 'initial_lr' is not specified in param_groups[\(i)] when resuming scheduler with last_epoch >= 0: load the optimizer's state first"
      )
      optimizer.paramGroups[i]["initial_lr"] = try optimizer.paramGroups[i]["lr"]?.copyingTensors()
    }
    baseLrs = try optimizer.paramGroups.map { try $0.number("initial_lr") }
    try initialStep()
  }

  /// The limit of exact counts in floating-point numbers.
  static let farthest = 1 << 53

  /// Returns the learning rate of every group at ``LRScheduler/lastEpoch`` (PyTorch: `get_lr`).
  open func getLr() throws -> [Double] {
    throw TensorError(.unsupported, "getLr", "\(typeName) does not say what its learning rates are")
  }

  /// Returns the learning rates at ``lastEpoch`` computed from the base rates alone; `nil` without
  /// such a formula.
  func closedFormLr() throws -> [Double]? { nil }

  /// Returns the last learning rates (PyTorch: `get_last_lr`).
  public final func getLastLr() -> [Double] { lastLr }

  /// Sets the next learning rates (PyTorch: `scheduler.step()`).
  ///
  /// - Throws: `TensorError` `.value` if there are none, or if an option that the schedule uses is
  ///   missing.
  open func step() throws {
    if stepCount == 1 { try warnOfOrder() }
    stepCount += 1
    try update()
  }

  /// Warns if the schedule steps before the optimizer's first step.
  private func warnOfOrder() throws {
    if optimizer.hasStepped || parameterVersions != versionsAtStart { return }
    try Warnings.warn(
      .user, "",
      "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
    )
  }

  /// The total version count of all parameters.
  ///
  /// It detects the steps of an optimizer that overrides `step()` entirely.
  private var parameterVersions: Int {
    optimizer.paramGroups.reduce(0) { $0 + $1.params.reduce(0) { $0 &+ $1.version } }
  }

  final func initialStep() throws {
    stepCount = 0
    versionsAtStart = parameterVersions
    isInitial = true
    defer { isInitial = false }
    try step()
  }

  /// Sets the learning rates of the next epoch, or of `epoch`.
  final func update(epoch: Int? = nil) throws {
    try require(
      lastEpoch < LRScheduler.farthest, .value, "step",
      "\(typeName) cannot count beyond \(lastEpoch) epochs")
    let before = lastEpoch
    do {
      lastEpoch = epoch ?? (lastEpoch + 1)
      let rates = epoch == nil ? try getLr() : try closedFormLr() ?? getLr()
      try set(rates)
    } catch {
      lastEpoch = before
      throw error
    }
  }

  /// Sets the learning rates of the optimizer's groups.
  final func set(_ rates: [Double]) throws {
    try require(
      rates.count == optimizer.paramGroups.count, .value, "step",
      "\(typeName) has \(rates.count) learning rates, but the optimizer has \(optimizer.paramGroups.count) parameter groups"
    )
    if let rate = rates.first(where: { !$0.isFinite }) {
      throw TensorError(
        .value, "step", "\(typeName) leads to a learning rate of \(PrintedNumber.shortest(rate))")
    }
    for (i, rate) in rates.enumerated() { try optimizer.paramGroups[i].schedule("lr", rate) }
    noteRates()
  }

  final func noteRates(_ rates: [Double]? = nil) {
    lastLr = rates ?? optimizer.paramGroups.map(\.lr)
  }

  /// The current learning rates.
  final var currentLrs: [Double] { optimizer.paramGroups.map(\.lr) }

  final var typeName: String { String(describing: type(of: self)) }

  // MARK: State

  /// The saved attributes, with PyTorch's names and in PyTorch's order.
  open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("base_lrs", .list(baseLrs.map { .double($0) })), ("last_epoch", .int(lastEpoch)),
      ("_step_count", .int(stepCount)), ("_is_initial", false),
      ("_get_lr_called_within_step", false), ("_last_lr", .list(lastLr.map { .double($0) })),
    ]
  }

  /// Restores the attributes.
  open func restore(_ saved: SavedAttributes) throws {
    baseLrs = try saved.numbers("base_lrs", count: optimizer.paramGroups.count)
    lastEpoch = try saved.epoch("last_epoch")
    stepCount = try saved.count("_step_count")
    lastLr = try saved.numbers("_last_lr", count: optimizer.paramGroups.count)
  }

  /// Restores the attributes common to all schedules, except for the base learning rates.
  final func restorePlace(_ saved: SavedAttributes) throws {
    lastEpoch = try saved.epoch("last_epoch")
    lastLr = try saved.numbers("_last_lr", count: optimizer.paramGroups.count)
  }

  final func restoreRates(_ saved: SavedAttributes) throws {
    lastLr = try saved.numbers("_last_lr", count: optimizer.paramGroups.count)
  }

  /// Returns the schedule as plain data in PyTorch's form (PyTorch: `scheduler.state_dict()`).
  ///
  /// The learning rates are part of the optimizer: save its state too.
  public final func stateDict() -> CheckpointValue {
    .dictionary(attributes.map { (.string($0.name), $0.value) })
  }

  /// Restores the result of ``stateDict()`` of an identically built schedule, or PyTorch's
  /// (PyTorch: `scheduler.load_state_dict`).
  ///
  /// Nothing changes unless everything matches.
  /// - Throws: `TensorError` `.value` if the value is not the state of such a schedule.
  public final func loadStateDict(_ state: CheckpointValue) throws {
    let before = SavedAttributes(stateDict(), typeName)
    do {
      try restore(SavedAttributes(state, typeName))
    } catch {
      try restore(before)
      throw error
    }
  }
}
