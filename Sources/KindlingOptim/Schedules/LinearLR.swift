public import KindlingCore
import KindlingPlatform

/// A schedule that multiplies the learning rates by `factor` for the first `totalIters` epochs
/// (PyTorch: `torch.optim.lr_scheduler.ConstantLR`).
open class ConstantLR: LRScheduler {
  /// The factor of the learning rates.
  public private(set) final var factor: Double
  /// The number of epochs with the factor.
  public private(set) final var totalIters: Int

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``, and `.value` for a factor outside [0, 1].
  public init(
    _ optimizer: Optimizer, factor: Double = 1.0 / 3, totalIters: Int = 5, lastEpoch: Int = -1
  ) throws {
    (self.factor, self.totalIters) = (factor, totalIters)
    try require(
      factor >= 0 && factor <= 1, .value, "",
      "Constant multiplicative factor expected to be between 0 and 1, but got \(got: factor)")
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open func getLr() throws -> [Double] {
    if lastEpoch == 0 { return currentLrs.map { $0 * factor } }
    if lastEpoch != totalIters { return currentLrs }
    return currentLrs.map { $0 * (1 / factor) }
  }

  override func closedFormLr() throws -> [Double]? {
    baseLrs.map { $0 * (factor + (lastEpoch >= totalIters ? 1 - factor : 0)) }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [("factor", .double(factor)), ("total_iters", .int(totalIters))] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    (factor, totalIters) = (try saved.number("factor"), try saved.integer("total_iters"))
    try super.restore(saved)
  }
}

/// A schedule whose factor changes linearly from `startFactor` to `endFactor` in `totalIters`
/// epochs (PyTorch: `torch.optim.lr_scheduler.LinearLR`).
open class LinearLR: LRScheduler {
  /// The first factor.
  public private(set) final var startFactor: Double
  /// The last factor.
  public private(set) final var endFactor: Double
  /// The number of epochs between the two factors.
  public private(set) final var totalIters: Int

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``, and `.value` for a `startFactor` outside (0, 1] or
  ///   an `endFactor` outside [0, 1].
  public init(
    _ optimizer: Optimizer, startFactor: Double = 1.0 / 3, endFactor: Double = 1.0,
    totalIters: Int = 5, lastEpoch: Int = -1
  ) throws {
    (self.startFactor, self.endFactor, self.totalIters) = (startFactor, endFactor, totalIters)
    try require(
      startFactor > 0 && startFactor <= 1, .value, "",
      "Starting multiplicative factor expected to be greater than 0 and less or equal to 1, but got \(got: startFactor)"
    )
    try require(
      endFactor >= 0 && endFactor <= 1, .value, "",
      "Ending multiplicative factor expected to be between 0 and 1, but got \(got: endFactor)")
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open func getLr() throws -> [Double] {
    if lastEpoch == 0 { return currentLrs.map { $0 * startFactor } }
    if isInitial || lastEpoch > totalIters { return currentLrs }
    let rise = endFactor - startFactor
    let so = Double(totalIters) * startFactor + Double(lastEpoch - 1) * rise
    return currentLrs.map { $0 * (1 + rise / so) }
  }

  override func closedFormLr() throws -> [Double]? {
    let rise = endFactor - startFactor
    if totalIters <= 0 { return baseLrs.map { $0 * endFactor } }
    return baseLrs.map {
      $0 * (startFactor + rise * Double(min(totalIters, lastEpoch)) / Double(totalIters))
    }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [
      ("start_factor", .double(startFactor)), ("end_factor", .double(endFactor)),
      ("total_iters", .int(totalIters)),
    ] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    startFactor = try saved.number("start_factor")
    endFactor = try saved.number("end_factor")
    totalIters = try saved.integer("total_iters")
    try super.restore(saved)
  }
}

/// A schedule that decays the learning rates to zero in `totalIters` epochs by a power of the
/// remaining epochs (PyTorch: `torch.optim.lr_scheduler.PolynomialLR`).
open class PolynomialLR: LRScheduler {
  /// The number of epochs until the learning rates are zero.
  public private(set) final var totalIters: Int
  /// The exponent.
  public private(set) final var power: Double

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``.
  public init(
    _ optimizer: Optimizer, totalIters: Int = 5, power: Double = 1.0, lastEpoch: Int = -1
  ) throws {
    (self.totalIters, self.power) = (totalIters, power)
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open func getLr() throws -> [Double] {
    if isInitial || lastEpoch > totalIters { return currentLrs }
    let (epoch, total) = (Double(lastEpoch), Double(totalIters))
    let factor = pow((1 - epoch / total) / (1 - (epoch - 1) / total), power)
    return currentLrs.map { $0 * factor }
  }

  override func closedFormLr() throws -> [Double]? {
    if totalIters <= 0 { return baseLrs.map { _ in 0 } }
    let left = 1 - Double(min(totalIters, lastEpoch)) / Double(totalIters)
    return baseLrs.map { $0 * pow(left, power) }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [("total_iters", .int(totalIters)), ("power", .double(power))] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    (totalIters, power) = (try saved.integer("total_iters"), try saved.number("power"))
    try super.restore(saved)
  }
}
