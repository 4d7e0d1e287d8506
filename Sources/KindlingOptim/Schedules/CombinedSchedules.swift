public import KindlingCore

/// A sequence of schedules, each starting at its milestone
/// (PyTorch: `torch.optim.lr_scheduler.SequentialLR`).
open class SequentialLR: LRScheduler {
  private let schedulers: [LRScheduler]
  private var milestones: [Int]

  /// Creates a sequence of `schedulers` of one optimizer; the second starts at the first milestone,
  /// and so on.
  ///
  /// - Throws: `TensorError` `.value` for no schedules, a number of milestones that is not one
  ///   less, schedules of another optimizer, and ``ReduceLROnPlateau``.
  public init(
    _ optimizer: Optimizer, schedulers: [LRScheduler], milestones: [Int], lastEpoch: Int = -1
  ) throws {
    try checkParts(schedulers, of: optimizer, "SequentialLR")
    try require(
      milestones.count == schedulers.count - 1, .value, "",
      "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers \(got: schedulers.count) and the number of milestones to be equal to \(got: milestones.count)"
    )
    try require(
      lastEpoch >= -1 && lastEpoch < LRScheduler.farthest, .value, "",
      "last_epoch has to be -1 or a count of epochs, but got \(got: lastEpoch)")
    (self.schedulers, self.milestones) = (schedulers, milestones)
    super.init(of: optimizer, lastEpoch: lastEpoch + 1)
    nesting = try levels(of: schedulers, "SequentialLR")
    // Creating the schedules has stepped all of them: undo that, and begin with the first one
    // alone.
    for i in optimizer.paramGroups.indices {
      try optimizer.paramGroups[i].schedule(
        "lr", optimizer.paramGroups[i].number("initial_lr"))
    }
    undoFirstStep(of: self)
    let first = schedulers[place(of: 0)]
    try first.initialStep()
    noteRates(first.getLastLr())
  }

  private func undoFirstStep(of scheduler: LRScheduler) {
    let parts =
      (scheduler as? SequentialLR)?.schedulers ?? (scheduler as? ChainedScheduler)?.schedulers
    guard let parts else {
      scheduler.lastEpoch -= 1
      return
    }
    for part in parts { undoFirstStep(of: part) }
  }

  /// Returns the index of the schedule that sets the learning rates of `epoch`.
  private func place(of epoch: Int) -> Int {
    min(milestones.filter { $0 <= epoch }.count, schedulers.count - 1)
  }

  override open func step() throws {
    let epoch = lastEpoch + 1
    let i = place(of: epoch)
    if i > 0 && milestones[i - 1] == epoch {
      try schedulers[i].update(epoch: 0)
    } else {
      try schedulers[i].step()
    }
    lastEpoch = epoch
    noteRates(schedulers[i].getLastLr())
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("_milestones", .list(milestones.map { .int($0) })), ("last_epoch", .int(lastEpoch)),
      ("_last_lr", .list(getLastLr().map { .double($0) })),
      ("_schedulers", .list(schedulers.map { $0.stateDict() })),
    ]
  }

  override open func restore(_ saved: SavedAttributes) throws {
    try restoreParts(schedulers, saved, typeName)
    milestones = try saved.numbers("_milestones", count: schedulers.count - 1).map {
      Int(exactly: $0) ?? 0
    }
    try restorePlace(saved)
  }
}

/// Schedules that step together (PyTorch: `torch.optim.lr_scheduler.ChainedScheduler`).
open class ChainedScheduler: LRScheduler {
  fileprivate let schedulers: [LRScheduler]

  /// Creates a chain of `schedulers` of one optimizer.
  ///
  /// - Throws: `TensorError` `.value` for no schedules, schedules of different optimizers, and
  ///   ``ReduceLROnPlateau``.
  public init(_ schedulers: [LRScheduler]) throws {
    let optimizer = try require(
      schedulers.first?.optimizer, .value, "",
      "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.")
    try checkParts(schedulers, of: optimizer, "ChainedScheduler")
    self.schedulers = schedulers
    super.init(of: optimizer, lastEpoch: 0)
    nesting = try levels(of: schedulers, "ChainedScheduler")
  }

  override open func step() throws {
    for scheduler in schedulers { try scheduler.step() }
    noteRates()
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("_last_lr", .list(getLastLr().map { .double($0) })),
      ("_schedulers", .list(schedulers.map { $0.stateDict() })),
    ]
  }

  override open func restore(_ saved: SavedAttributes) throws {
    try restoreParts(schedulers, saved, typeName)
    try restoreRates(saved)
  }
}

/// Returns the nesting depth of a schedule made of `schedulers`.
private func levels(of schedulers: [LRScheduler], _ name: String) throws -> Int {
  let count = 1 + (schedulers.map(\.nesting).max() ?? 0)
  try require(count <= 100, .value, "", "\(name) expects schedules nested at most 100 levels deep")
  return count
}

private func checkParts(
  _ schedulers: [LRScheduler], of optimizer: Optimizer, _ name: String
) throws {
  try require(
    !schedulers.isEmpty, .value, "",
    "\(name) expects at least one scheduler, but got no scheduler.")
  for (i, scheduler) in schedulers.enumerated() {
    if scheduler is ReduceLROnPlateau {
      throw TensorError(
        .value, "",
        "\(name) does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be specified when calling `step`, but got one at index \(got: i) in the given schedulers sequence."
      )
    }
    try require(
      scheduler.optimizer === optimizer, .value, "",
      "\(name) expects all schedulers to belong to the same optimizer, but got scheduler \(got: scheduler.typeName) at index \(got: i), whose optimizer is another one."
    )
  }
}

private func restoreParts(
  _ schedulers: [LRScheduler], _ saved: SavedAttributes, _ name: String
) throws {
  guard let states = saved["_schedulers"]?.elements, states.count == schedulers.count else {
    throw TensorError(
      .value, "", "the loaded state dict of \(name) has no states of \(schedulers.count) schedulers"
    )
  }
  for (scheduler, state) in zip(schedulers, states) { try scheduler.loadStateDict(state) }
}
