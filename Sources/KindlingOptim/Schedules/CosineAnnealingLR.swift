public import KindlingCore
import KindlingPlatform

/// A cosine-annealing schedule from the base learning rate to `etaMin` in `tMax` epochs, and back
/// (PyTorch: `torch.optim.lr_scheduler.CosineAnnealingLR`).
///
/// - Source: Loshchilov and Hutter, *SGDR*, arXiv:1608.03983, without restarts.
open class CosineAnnealingLR: LRScheduler {
  /// The number of epochs after which the learning rate is minimal.
  public private(set) final var tMax: Int
  /// The minimum learning rate.
  public private(set) final var etaMin: Double

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``, and `.value` for a `tMax` below 1.
  public init(_ optimizer: Optimizer, tMax: Int, etaMin: Double = 0, lastEpoch: Int = -1) throws {
    (self.tMax, self.etaMin) = (tMax, etaMin)
    try CosineAnnealingLR.check(tMax)
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  private static func check(_ tMax: Int) throws {
    try require(
      tMax > 0 && tMax < LRScheduler.farthest, .value, "",
      "Expected positive integer T_max, but got \(got: tMax)")
  }

  override open func getLr() throws -> [Double] {
    if isInitial { return currentLrs }
    if stepCount == 1 && lastEpoch > 0 { return rates() }
    let total = Double(tMax)
    if (lastEpoch - 1 - tMax) % (2 * tMax) == 0 {
      return zip(currentLrs, baseLrs).map { rate, base in
        rate + (base - etaMin) * (1 - cos(.pi / total)) / 2
      }
    }
    let (now, before) = (Double(lastEpoch), Double(lastEpoch - 1))
    let factor = (1 + cos(.pi * now / total)) / (1 + cos(.pi * before / total))
    return currentLrs.map { factor * ($0 - etaMin) + etaMin }
  }

  private func rates() -> [Double] {
    baseLrs.map {
      etaMin + ($0 - etaMin) * (1 + cos(.pi * Double(lastEpoch) / Double(tMax))) / 2
    }
  }

  override func closedFormLr() throws -> [Double]? { rates() }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    [("T_max", .int(tMax)), ("eta_min", .double(etaMin))] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    let total = try saved.integer("T_max")
    try CosineAnnealingLR.check(total)
    (tMax, etaMin) = (total, try saved.number("eta_min"))
    try super.restore(saved)
  }
}

/// A cosine-annealing schedule with restarts after periods that grow by `tMult`
/// (PyTorch: `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`).
///
/// - Source: Loshchilov and Hutter, *SGDR*, arXiv:1608.03983.
open class CosineAnnealingWarmRestarts: LRScheduler {
  private let t0: Int
  private let tMult: Int
  private let etaMin: Double
  private var length: Double
  private var position: Double

  /// Creates a schedule.
  ///
  /// - Throws: the errors of ``LRScheduler``, and `.value` for a `t0` or `tMult` below 1.
  public init(
    _ optimizer: Optimizer, t0: Int, tMult: Int = 1, etaMin: Double = 0, lastEpoch: Int = -1
  ) throws {
    (self.t0, self.tMult, self.etaMin) = (t0, tMult, etaMin)
    length = Double(t0)
    position = Double(lastEpoch)
    try require(t0 > 0, .value, "", "Expected positive integer T_0, but got \(got: t0)")
    try require(tMult >= 1, .value, "", "Expected integer T_mult >= 1, but got \(got: tMult)")
    try super.init(optimizer, lastEpoch: lastEpoch)
  }

  override open func getLr() throws -> [Double] {
    baseLrs.map { etaMin + ($0 - etaMin) * (1 + cos(.pi * position / length)) / 2 }
  }

  override open func step() throws {
    if lastEpoch < 0 { return try step(epoch: 0) }
    try require(
      lastEpoch < LRScheduler.farthest, .value, "step",
      "\(typeName) cannot count beyond \(lastEpoch) epochs")
    position += 1
    if position >= length {
      position = position.truncatingRemainder(dividingBy: length)
      length *= Double(tMult)
    }
    lastEpoch += 1
    try set(getLr())
  }

  /// Sets the learning rates of `epoch`, which may be fractional:
  /// `Double(epoch) + Double(i) / Double(count)`.
  ///
  /// - Throws: `TensorError` `.value` for a negative epoch, or one above 2⁵³.
  public func step(epoch: Double) throws {
    try require(
      epoch >= 0 && epoch < Double(LRScheduler.farthest), .value, "step",
      "Expected non-negative epoch, but got \(got: epoch)")
    let first = Double(t0), factor = Double(tMult)
    if epoch < first {
      (length, position) = (first, epoch)
    } else if tMult == 1 {
      position = epoch.truncatingRemainder(dividingBy: first)
    } else {
      let restarts = (log(epoch / first * (factor - 1) + 1) / log(factor)).rounded(.down)
      position = epoch - first * (pow(factor, restarts) - 1) / (factor - 1)
      length = first * pow(factor, restarts)
    }
    lastEpoch = Int(epoch)
    try set(getLr())
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    func number(_ value: Double) -> CheckpointValue {
      Int(exactly: value).map { .int($0) } ?? .double(value)
    }
    return [
      ("T_0", .int(t0)), ("T_i", number(length)), ("T_mult", .int(tMult)),
      ("eta_min", .double(etaMin)), ("T_cur", number(position)),
    ] + super.attributes
  }

  override open func restore(_ saved: SavedAttributes) throws {
    try require(
      saved.integer("T_0") == t0 && saved.integer("T_mult") == tMult, .value, "",
      "the loaded state dict of \(typeName) has other T_0 or T_mult than \(t0) and \(tMult)")
    (length, position) = (try saved.number("T_i"), try saved.number("T_cur"))
    try super.restore(saved)
  }
}
