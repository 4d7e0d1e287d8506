public import KindlingCore
import KindlingPlatform

/// A schedule that multiplies the learning rates by `gamma` every `stepSize` epochs
/// (PyTorch: `torch.optim.lr_scheduler.StepLR`).
open class StepLR: LRScheduler {
  /// The number of epochs between changes.
  public private(set) final var stepSize: Int
  /// The factor of the learning rates.
  public private(set) final var gamma: Double

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``, and `.value` for a `stepSize` below 1.
  public init(_ optimizer: Optimizer, stepSize: Int, gamma: Double = 0.1, lastEpoch: Int = -1)
    throws
  {
    (self.stepSize, self.gamma) = (stepSize, gamma)
    try StepLR.check(stepSize)
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  private static func check(_ stepSize: Int) throws {
    try require(
      stepSize > 0, .value, "", "Expected positive integer step_size, but got \(got: stepSize)")
  }

  override open func getLr() throws -> [Double] {
    if lastEpoch == 0 || lastEpoch % stepSize != 0 { return currentLrs }
    return currentLrs.map { $0 * gamma }
  }

  override func closedFormLr() throws -> [Double]? {
    baseLrs.map { $0 * pow(gamma, Double(lastEpoch / stepSize)) }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [("step_size", .int(stepSize)), ("gamma", .double(gamma))] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    let size = try saved.integer("step_size")
    try StepLR.check(size)
    (stepSize, gamma) = (size, try saved.number("gamma"))
    try super.restore(saved)
  }
}

/// A schedule that multiplies the learning rates by `gamma` at each milestone
/// (PyTorch: `torch.optim.lr_scheduler.MultiStepLR`).
///
/// A milestone that is given twice multiplies them twice.
open class MultiStepLR: LRScheduler {
  /// The number of occurrences of each milestone, in the order given.
  private var milestones: [(epoch: Int, count: Int)]
  /// The factor of the learning rates.
  public private(set) final var gamma: Double

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``.
  public init(
    _ optimizer: Optimizer, milestones: [Int], gamma: Double = 0.1, lastEpoch: Int = -1
  ) throws {
    self.milestones = []
    self.gamma = gamma
    for epoch in milestones {
      if let i = self.milestones.firstIndex(where: { $0.epoch == epoch }) {
        self.milestones[i].count += 1
      } else {
        self.milestones.append((epoch, 1))
      }
    }
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open func getLr() throws -> [Double] {
    guard let passed = milestones.first(where: { $0.epoch == lastEpoch }) else { return currentLrs }
    return currentLrs.map { $0 * pow(gamma, Double(passed.count)) }
  }

  override func closedFormLr() throws -> [Double]? {
    let passed = milestones.reduce(0) { $1.epoch <= lastEpoch ? $0 + $1.count : $0 }
    return baseLrs.map { $0 * pow(gamma, Double(passed)) }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("milestones", .counter(milestones.map { (.int($0.epoch), .int($0.count)) })),
      ("gamma", .double(gamma)),
    ] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    let pairs = try require(
      saved["milestones"]?.pairs, .value, "",
      "'milestones' in the loaded state dict of MultiStepLR is no dictionary of epochs")
    milestones = try pairs.map { key, value in
      guard let epoch = key.intValue, let count = value.intValue, count > 0, count < 1 << 31 else {
        throw TensorError(
          .value, "", "'milestones' in the loaded state dict of MultiStepLR has \(key): \(value)")
      }
      return (epoch, count)
    }
    gamma = try saved.number("gamma")
    try super.restore(saved)
  }
}

/// A schedule that multiplies the learning rates by `gamma` every epoch
/// (PyTorch: `torch.optim.lr_scheduler.ExponentialLR`).
open class ExponentialLR: LRScheduler {
  /// The factor of the learning rates.
  public private(set) final var gamma: Double

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``.
  public init(_ optimizer: Optimizer, gamma: Double, lastEpoch: Int = -1) throws {
    self.gamma = gamma
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open func getLr() throws -> [Double] {
    isInitial ? currentLrs : currentLrs.map { $0 * gamma }
  }

  override func closedFormLr() throws -> [Double]? {
    baseLrs.map { $0 * pow(gamma, Double(lastEpoch)) }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [("gamma", .double(gamma))] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    gamma = try saved.number("gamma")
    try super.restore(saved)
  }
}
