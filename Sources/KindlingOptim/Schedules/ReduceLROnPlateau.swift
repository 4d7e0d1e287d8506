public import KindlingCore

/// A schedule that reduces the learning rates when a metric stops improving
/// (PyTorch: `torch.optim.lr_scheduler.ReduceLROnPlateau`).
///
/// Its step takes the metric: `try schedule.step(validationLoss)`.
open class ReduceLROnPlateau: LRScheduler {
  /// The direction in which the metric improves.
  public enum Mode: String, Sendable { case min, max }
  /// The meaning of the threshold: relative to the best value, or absolute.
  public enum ThresholdMode: String, Sendable { case rel, abs }

  private var mode: Mode
  private var factor: Double
  private var patience: Int
  private var threshold: Double
  private var thresholdMode: ThresholdMode
  private var cooldown: Int
  private var defaultMinLr: Double?
  private var minLrs: [Double]
  private var eps: Double
  private var best: Double
  private var cooldownCounter = 0
  private var badEpochs = 0

  /// Creates a schedule of the learning rates of `optimizer`.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer whose groups are scheduled.
  ///   - mode: whether lower or higher values are better.
  ///   - factor: the factor of the learning rates, less than 1.
  ///   - patience: the number of epochs without improvement to tolerate.
  ///   - threshold: the minimum improvement.
  ///   - thresholdMode: whether the threshold is relative to the best value or absolute.
  ///   - cooldown: the number of epochs to ignore after a reduction.
  ///   - minLr: the lower bounds of the learning rates.
  ///   - eps: the minimum change of a learning rate; smaller changes are skipped.
  /// - Throws: `TensorError` `.value` for a factor of 1 or more, or a number of lower bounds other
  ///   than that of groups.
  public init(
    _ optimizer: Optimizer, mode: Mode = .min, factor: Double = 0.1, patience: Int = 10,
    threshold: Double = 1e-4, thresholdMode: ThresholdMode = .rel, cooldown: Int = 0,
    minLr: some GroupNumbers = 0, eps: Double = 1e-8
  ) throws {
    try require(factor < 1, .value, "", "Factor should be < 1.0, but got \(got: factor)")
    let count = optimizer.paramGroups.count
    if let given = minLr.perGroup, given.count != count {
      throw TensorError(.value, "", "expected \(expected: count) min_lrs, got \(got: given.count)")
    }
    (self.mode, self.factor, self.patience) = (mode, factor, patience)
    (self.threshold, self.thresholdMode, self.cooldown) = (threshold, thresholdMode, cooldown)
    defaultMinLr = minLr.perGroup == nil ? minLr.forAll : nil
    minLrs = try minLr.values("min_lr", optimizer)
    self.eps = eps
    best = mode == .min ? .infinity : -.infinity
    super.init(of: optimizer, lastEpoch: 0)
  }

  /// Throws an error, because a metric is required; see ``step(_:)-(Tensor)``.
  override open func step() throws {
    throw TensorError(
      .value, "step",
      "ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'")
  }

  /// Records the metric of the next epoch, a tensor of one element, and reduces the learning rates
  /// if due.
  public func step(_ metrics: Tensor) throws { try step(metrics.item()) }

  /// Records the metric of the next epoch, and reduces the learning rates if due.
  public func step(_ metrics: some TensorScalar) throws {
    let value = metrics.scalar.doubleValue
    try require(
      lastEpoch < LRScheduler.farthest, .value, "step",
      "\(typeName) cannot count beyond \(lastEpoch) epochs")
    lastEpoch += 1
    if isBetter(value) {
      best = value
      badEpochs = 0
    } else {
      badEpochs += 1
    }
    if cooldownCounter > 0 {
      cooldownCounter -= 1
      badEpochs = 0
    }
    if badEpochs > patience {
      try reduce()
      cooldownCounter = cooldown
      badEpochs = 0
    }
    noteRates()
  }

  private func isBetter(_ value: Double) -> Bool {
    switch (mode, thresholdMode) {
    case (.min, .rel): value < best * (1 - threshold)
    case (.min, .abs): value < best - threshold
    case (.max, .rel): value > best * (threshold + 1)
    case (.max, .abs): value > best + threshold
    }
  }

  private func reduce() throws {
    let count = optimizer.paramGroups.count
    if minLrs.count != count {
      let defaultMinLr = try require(
        defaultMinLr, .value, "step",
        "The number of param groups in the `optimizer` (\(count)) differs from when `ReduceLROnPlateau` was initialized (\(minLrs.count)), usually due to a new param group being added to the optimizer; give one minLr for all groups"
      )
      minLrs = Array(repeating: defaultMinLr, count: count)
    }
    for (i, least) in minLrs.enumerated() {
      let old = try optimizer.paramGroups[i].number("lr")
      let new = max(old * factor, least)
      if old - new > eps { try optimizer.paramGroups[i].schedule("lr", new) }
    }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("factor", .double(factor)), ("default_min_lr", defaultMinLr.map { .double($0) } ?? nil),
      ("min_lrs", .list(minLrs.map { .double($0) })), ("patience", .int(patience)),
      ("cooldown", .int(cooldown)), ("eps", .double(eps)), ("last_epoch", .int(lastEpoch)),
      ("_last_lr", .list(getLastLr().map { .double($0) })),
      ("mode_worse", .double(mode == .min ? .infinity : -.infinity)),
      ("mode", .string(mode.rawValue)), ("threshold", .double(threshold)),
      ("threshold_mode", .string(thresholdMode.rawValue)), ("best", .double(best)),
      ("cooldown_counter", .int(cooldownCounter)), ("num_bad_epochs", .int(badEpochs)),
    ]
  }

  override open func restore(_ saved: SavedAttributes) throws {
    let (named, relation) = (try saved.text("mode"), try saved.text("threshold_mode"))
    let mode = try require(Mode(rawValue: named), .value, "", "mode \(named) is unknown!")
    let thresholdMode = try require(
      ThresholdMode(rawValue: relation), .value, "", "threshold mode \(relation) is unknown!")
    (self.mode, self.thresholdMode) = (mode, thresholdMode)
    factor = try saved.number("factor")
    defaultMinLr = saved["default_min_lr"]?.doubleValue
    minLrs = try saved.numbers("min_lrs", count: optimizer.paramGroups.count)
    (patience, cooldown) = (try saved.count("patience"), try saved.count("cooldown"))
    (eps, threshold, best) = (
      try saved.number("eps"), try saved.number("threshold"), try saved.number("best")
    )
    cooldownCounter = try saved.count("cooldown_counter")
    badEpochs = try saved.count("num_bad_epochs")
    try restorePlace(saved)
  }
}
