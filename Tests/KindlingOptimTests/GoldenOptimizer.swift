import Kindling
import _TestSupport

/// Builds the optimizers that the reference's records name, from their keyword arguments; what is
/// not among them has PyTorch's default.
struct GoldenOptimizer {
  private let arguments: JSONValue

  init(_ arguments: JSONValue) { self.arguments = arguments }

  private func number(_ name: String, _ fallback: Scalar) -> Scalar {
    guard let value = arguments[name] else { return fallback }
    return value.int.map { .int($0) } ?? value.double.map { .double($0) } ?? fallback
  }
  private func flag(_ name: String, _ fallback: Bool = false) -> Bool {
    arguments[name]?.bool ?? fallback
  }
  private func pair(_ name: String, _ fallback: (Double, Double)) -> (Double, Double) {
    let both = arguments[name]?.array?.compactMap(\.double) ?? []
    return both.count == 2 ? (both[0], both[1]) : fallback
  }
  private var maximize: Bool { flag("maximize") }
  private var decoupled: Bool { flag("decoupled_weight_decay") }
  private var decay: Scalar { number("weight_decay", .int(0)) }
  private var betas: (Double, Double) { pair("betas", (0.9, 0.999)) }
  private func lr(_ fallback: Double) -> Scalar { number("lr", .double(fallback)) }
  private func eps(_ fallback: Double) -> Scalar { number("eps", .double(fallback)) }

  func make(_ name: String, _ groups: [ParamGroup]) throws -> Optimizer {
    switch name {
    case "SGD":
      return try SGD(
        groups: groups, lr: lr(1e-3), momentum: number("momentum", .int(0)),
        dampening: number("dampening", .int(0)), weightDecay: decay, nesterov: flag("nesterov"),
        maximize: maximize)
    case "Adam":
      return try Adam(
        groups: groups, lr: lr(1e-3), betas: betas, eps: eps(1e-8), weightDecay: decay,
        amsgrad: flag("amsgrad"), maximize: maximize, decoupledWeightDecay: decoupled)
    case "AdamW":
      return try AdamW(
        groups: groups, lr: lr(1e-3), weightDecay: number("weight_decay", .double(0.01)),
        amsgrad: flag("amsgrad"), maximize: maximize)
    case "RMSprop":
      return try RMSprop(
        groups: groups, lr: lr(1e-2), alpha: number("alpha", .double(0.99)), eps: eps(1e-8),
        weightDecay: decay, momentum: number("momentum", .int(0)), centered: flag("centered"),
        maximize: maximize)
    case "Adagrad":
      return try Adagrad(
        groups: groups, lr: lr(1e-2), lrDecay: number("lr_decay", .int(0)), weightDecay: decay,
        initialAccumulatorValue: number("initial_accumulator_value", .int(0)), eps: eps(1e-10),
        maximize: maximize)
    case "Adadelta":
      return try Adadelta(
        groups: groups, lr: lr(1), rho: number("rho", .double(0.9)), eps: eps(1e-6),
        weightDecay: decay, maximize: maximize)
    case "Adamax":
      return try Adamax(
        groups: groups, lr: lr(2e-3), betas: betas, eps: eps(1e-8), weightDecay: decay,
        maximize: maximize)
    case "NAdam":
      return try NAdam(
        groups: groups, lr: lr(2e-3), betas: betas, eps: eps(1e-8), weightDecay: decay,
        momentumDecay: number("momentum_decay", .double(4e-3)), decoupledWeightDecay: decoupled,
        maximize: maximize)
    case "RAdam":
      return try RAdam(
        groups: groups, lr: lr(1e-3), betas: betas, eps: eps(1e-8), weightDecay: decay,
        decoupledWeightDecay: decoupled, maximize: maximize)
    case "ASGD":
      return try ASGD(
        groups: groups, lr: lr(1e-2), lambd: number("lambd", .double(1e-4)),
        alpha: number("alpha", .double(0.75)), t0: number("t0", .double(1e6)), weightDecay: decay,
        maximize: maximize)
    case "Rprop":
      let sizes = arguments["step_sizes"]?.array?.compactMap(\.double) ?? []
      if sizes.count == 2 {
        return try Rprop(
          groups: groups, lr: lr(1e-2), etas: pair("etas", (0.5, 1.2)),
          stepSizes: (sizes[0], sizes[1]), maximize: maximize)
      }
      return try Rprop(
        groups: groups, lr: lr(1e-2), etas: pair("etas", (0.5, 1.2)), maximize: maximize)
    case "Adafactor":
      let eps = arguments["eps"]?.array ?? []
      return try Adafactor(
        groups: groups, lr: lr(1e-2), beta2Decay: number("beta2_decay", .double(-0.8)),
        eps: (eps.first?.double, eps.last?.double ?? 1e-3), d: number("d", .double(1)),
        weightDecay: number("weight_decay", .double(0)), maximize: maximize)
    case "Muon":
      return try Muon(
        groups: groups, lr: lr(1e-3), weightDecay: number("weight_decay", .double(0.1)),
        momentum: number("momentum", .double(0.95)), nesterov: flag("nesterov", true),
        adjustLrFn: arguments["adjust_lr_fn"]?.string.flatMap(Muon.LearningRateAdjustment.init))
    default: throw GoldenError("no optimizer called \(name)")
    }
  }
}
