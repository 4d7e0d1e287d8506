public import KindlingCore
import KindlingPlatform

/// A schedule that cycles the learning rate between two bounds, step by step
/// (PyTorch: `torch.optim.lr_scheduler.CyclicLR`).
///
/// - Source: Smith, *Cyclical Learning Rates for Training Neural Networks*, arXiv:1506.01186.
open class CyclicLR: LRScheduler {
  /// The scaling of the cycle's amplitude.
  public enum Mode: String, Sendable {
    /// A constant amplitude.
    case triangular
    /// An amplitude halved after every cycle.
    case triangular2
    /// An amplitude multiplied by `gamma` after every step.
    case expRange = "exp_range"
  }
  /// The argument of the scaling function.
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

  /// Creates a schedule of the learning rate and, inversely, of momentum.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer whose groups are scheduled.
  ///   - baseLr: the lower bound of the learning rate, for all groups or for each.
  ///   - maxLr: the upper bound, likewise.
  ///   - stepSizeUp: the number of steps from the lower to the upper bound.
  ///   - stepSizeDown: the number of steps back; `nil` means `stepSizeUp`.
  ///   - mode: the scaling of the amplitude.
  ///   - gamma: the factor of `.expRange`.
  ///   - scaleFn: a scaling function that replaces that of `mode`.
  ///   - scaleMode: the argument of `scaleFn`: the number of the cycle or of the step.
  ///   - cycleMomentum: whether to cycle momentum, or the first beta, inversely to the learning
  ///     rate.
  ///   - baseMomentum: the lower bound of momentum.
  ///   - maxMomentum: the upper bound of momentum.
  ///   - lastEpoch: the epoch to resume from.
  /// - Throws: `TensorError` `.value` like ``LRScheduler``, for invalid step sizes, a number of
  ///   values other than that of groups, and for cycling the momentum of an optimizer that has
  ///   none.
  public init(
    _ optimizer: Optimizer, baseLr: some GroupNumbers, maxLr: some GroupNumbers,
    stepSizeUp: Int = 2000, stepSizeDown: Int? = nil, mode: Mode = .triangular,
    gamma: Double = 1.0, scaleFn: ((Double) -> Double)? = nil, scaleMode: ScaleMode = .cycle,
    cycleMomentum: Bool = true, baseMomentum: some GroupNumbers = 0.8,
    maxMomentum: some GroupNumbers = 0.9, lastEpoch: Int = -1
  ) throws {
    let down = stepSizeDown ?? stepSizeUp
    try require(
      stepSizeUp > 0 && down >= 0, .value, "",
      "step_size_up has to be positive and step_size_down not negative, but got \(got: stepSizeUp) and \(got: down)"
    )
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
    try require(
      saved.text("mode") == mode.rawValue && saved.flag("cycle_momentum") == (momentum != nil),
      .value, "",
      "the loaded state dict of CyclicLR has another mode than \(mode.rawValue), or cycles the momentum otherwise"
    )
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
