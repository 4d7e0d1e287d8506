public import KindlingCore
import KindlingPlatform

/// Leads the rates up and down between two bounds, step by step
/// (PyTorch: `torch.optim.lr_scheduler.CyclicLR`).
///
/// - Source: Smith, *Cyclical Learning Rates for Training Neural Networks*, arXiv:1506.01186.
open class CyclicLR: LRScheduler {
  /// How the upper bound changes.
  public enum Mode: String, Sendable {
    /// Not at all.
    case triangular
    /// Its distance to the lower one is halved with every cycle.
    case triangular2
    /// Its distance to the lower one is multiplied by `gamma` with every step.
    case expRange = "exp_range"
  }
  /// What a scale is a function of.
  public enum ScaleMode: String, Sendable { case cycle, iterations }

  private var maxLrs: [Double]
  private var totalSize: Double
  private var stepRatio: Double
  private let mode: Mode
  private var gamma: Double
  private let scaleFn: ((Double) -> Double)?
  private let scaleMode: ScaleMode
  private let momentum: CycledMomentum?
  private var momenta: (base: [Double], most: [Double]) = ([], [])

  /// A schedule of `optimizer`'s rates, and of its momentum, which goes the other way.
  ///
  /// - Parameters:
  ///   - optimizer: whose groups change.
  ///   - baseLr: the lower bound of the rate, one or one a group.
  ///   - maxLr: the upper bound, likewise.
  ///   - stepSizeUp: the steps from the lower bound to the upper one.
  ///   - stepSizeDown: the steps back; as many where nil.
  ///   - mode: what becomes of the upper bound from cycle to cycle.
  ///   - gamma: the factor of `.expRange`.
  ///   - scaleFn: what the distance of the bounds is multiplied by, instead of `mode`'s.
  ///   - scaleMode: what `scaleFn` is called with, the cycle's number or the step's.
  ///   - cycleMomentum: whether momentum, or the first beta, goes the other way.
  ///   - baseMomentum: the lower bound of that.
  ///   - maxMomentum: the upper bound of that.
  ///   - lastEpoch: where to go on.
  /// - Throws: `TensorError` `.value` as ``LRScheduler``, for step sizes that cannot be, numbers
  ///   that are not as many as groups, and cycling the momentum of an optimizer that has none.
  public init(
    _ optimizer: Optimizer, baseLr: some GroupNumbers, maxLr: some GroupNumbers,
    stepSizeUp: Int = 2000, stepSizeDown: Int? = nil, mode: Mode = .triangular,
    gamma: Double = 1.0, scaleFn: ((Double) -> Double)? = nil, scaleMode: ScaleMode = .cycle,
    cycleMomentum: Bool = true, baseMomentum: some GroupNumbers = 0.8,
    maxMomentum: some GroupNumbers = 0.9, lastEpoch: Int = -1
  ) throws {
    let down = stepSizeDown ?? stepSizeUp
    guard stepSizeUp > 0, down >= 0 else {
      throw TensorError(
        .value, "",
        "step_size_up has to be positive and step_size_down not negative, but got \(stepSizeUp) and \(down)"
      )
    }
    let baseLrs = try baseLr.values("base_lr", optimizer)
    maxLrs = try maxLr.values("max_lr", optimizer)
    totalSize = Double(stepSizeUp) + Double(down)
    stepRatio = Double(stepSizeUp) / totalSize
    (self.mode, self.gamma, self.scaleFn) = (mode, gamma, scaleFn)
    self.scaleMode = scaleFn != nil ? scaleMode : mode == .expRange ? .iterations : .cycle
    momentum = cycleMomentum ? try CycledMomentum(optimizer) : nil
    if let momentum {
      momenta = (
        try baseMomentum.values("base_momentum", optimizer),
        try maxMomentum.values("max_momentum", optimizer)
      )
      if lastEpoch == -1 { try momentum.begin(base: momenta.base, most: momenta.most, optimizer) }
    }
    if lastEpoch == -1 {
      for (i, rate) in baseLrs.enumerated() {
        try optimizer.paramGroups[i].schedule("lr", rate)
      }
    }
    try super.init(optimizer, lastEpoch: lastEpoch)
    self.baseLrs = baseLrs
  }

  private func scale(_ x: Double) -> Double {
    if let scaleFn { return scaleFn(x) }
    return switch mode {
    case .triangular: 1
    case .triangular2: 1 / pow(2, x - 1)
    case .expRange: pow(gamma, x)
    }
  }

  override open func getLr() throws -> [Double] {
    let epoch = Double(lastEpoch)
    let cycle = (1 + epoch / totalSize).rounded(.down)
    let x = 1 + epoch / totalSize - cycle
    let height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1)
    let scale = scale(scaleMode == .cycle ? cycle : epoch)
    if let momentum {
      for i in optimizer.paramGroups.indices where i < momenta.most.count {
        let (least, most) = (momenta.base[i], momenta.most[i])
        try momentum.set(most - (most - least) * height * scale, optimizer, group: i)
      }
    }
    return zip(baseLrs, maxLrs).map { $0 + ($1 - $0) * height * scale }
  }

  override open var attributes: [(name: String, value: CheckpointValue)] {
    var result: [(name: String, value: CheckpointValue)] = [
      ("max_lrs", .list(maxLrs.map { .double($0) })), ("total_size", .double(totalSize)),
      ("step_ratio", .double(stepRatio)), ("mode", .string(mode.rawValue)),
      ("gamma", .double(gamma)), ("scale_mode", .string(scaleMode.rawValue)),
      ("cycle_momentum", .bool(momentum != nil)),
    ]
    if let momentum {
      result += [
        ("use_beta1", .bool(momentum.usesBeta1)),
        ("base_momentums", .list(momenta.base.map { .double($0) })),
        ("max_momentums", .list(momenta.most.map { .double($0) })),
      ]
    }
    return result + super.attributes + [("_scale_fn_custom", nil)]
  }

  override open func restore(_ saved: SavedAttributes) throws {
    let count = optimizer.paramGroups.count
    guard try saved.text("mode") == mode.rawValue,
      try saved.flag("cycle_momentum") == (momentum != nil)
    else {
      throw TensorError(
        .value, "",
        "the loaded state dict of CyclicLR has another mode than \(mode.rawValue), or cycles the momentum otherwise"
      )
    }
    maxLrs = try saved.numbers("max_lrs", count: count)
    totalSize = try saved.number("total_size")
    stepRatio = try saved.number("step_ratio")
    gamma = try saved.number("gamma")
    if momentum != nil {
      momenta = (
        try saved.numbers("base_momentums", count: count),
        try saved.numbers("max_momentums", count: count)
      )
    }
    try super.restore(saved)
  }
}
