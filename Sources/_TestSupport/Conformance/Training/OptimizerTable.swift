import Kindling

/// A table of the optimizers of `torch.optim`, with one line per optimizer.
///
/// Options have PyTorch's keywords.
package struct OptimizerTable: Sendable {
  typealias Build = @Sendable ([ParamGroup], Arguments) throws -> Optimizer
  private var rows: [String: Build] = [:]

  /// The table of all optimizers.
  package static let all: OptimizerTable = {
    var table = OptimizerTable()
    table.addAdamFamily()
    table.addGradientDescent()
    table.addOthers()
    return table
  }()

  /// The names of all optimizers, sorted.
  package var names: [String] { rows.keys.sorted() }

  private mutating func optimizer(_ name: String, _ build: @escaping Build) {
    precondition(rows[name] == nil, "the optimizer \(name) stands in the table twice")
    rows[name] = build
  }

  /// Returns an optimizer of `groups` with `options`, all of which are read.
  package func build(
    _ name: String, _ groups: [ParamGroup], _ options: [String: ArgumentValue] = [:]
  ) throws -> Optimizer {
    guard let build = rows[name] else { throw UnsupportedError("optimizer \(name)") }
    let arguments = Arguments([], options)
    let optimizer = try build(groups, arguments)
    let unread = arguments.unread
    guard unread.isEmpty else { throw UnsupportedError(unread.joined(separator: ", ")) }
    return optimizer
  }

  private mutating func addAdamFamily() {
    optimizer("Adam") { groups, a in
      try Adam(
        groups: groups, lr: a.option("lr", 1e-3), betas: a.pair("betas", (0.9, 0.999)),
        eps: a.option("eps", 1e-8), weightDecay: a.option("weight_decay", 0),
        amsgrad: a.flag("amsgrad"), maximize: a.flag("maximize"),
        decoupledWeightDecay: a.flag("decoupled_weight_decay"))
    }
    optimizer("AdamW") { groups, a in
      try AdamW(
        groups: groups, lr: a.option("lr", 1e-3), betas: a.pair("betas", (0.9, 0.999)),
        eps: a.option("eps", 1e-8), weightDecay: a.option("weight_decay", 1e-2),
        amsgrad: a.flag("amsgrad"), maximize: a.flag("maximize"))
    }
    optimizer("NAdam") { groups, a in
      try NAdam(
        groups: groups, lr: a.option("lr", 2e-3), betas: a.pair("betas", (0.9, 0.999)),
        eps: a.option("eps", 1e-8), weightDecay: a.option("weight_decay", 0),
        momentumDecay: a.option("momentum_decay", 4e-3),
        decoupledWeightDecay: a.flag("decoupled_weight_decay"), maximize: a.flag("maximize"))
    }
    optimizer("RAdam") { groups, a in
      try RAdam(
        groups: groups, lr: a.option("lr", 1e-3), betas: a.pair("betas", (0.9, 0.999)),
        eps: a.option("eps", 1e-8), weightDecay: a.option("weight_decay", 0),
        decoupledWeightDecay: a.flag("decoupled_weight_decay"), maximize: a.flag("maximize"))
    }
    optimizer("Adamax") { groups, a in
      try Adamax(
        groups: groups, lr: a.option("lr", 2e-3), betas: a.pair("betas", (0.9, 0.999)),
        eps: a.option("eps", 1e-8), weightDecay: a.option("weight_decay", 0),
        maximize: a.flag("maximize"))
    }
    optimizer("Adafactor") { groups, a in
      try Adafactor(
        groups: groups, lr: a.option("lr", 1e-2), beta2Decay: a.option("beta2_decay", -0.8),
        eps: a.epsilons(), d: a.option("d", 1.0), weightDecay: a.option("weight_decay", 0.0),
        maximize: a.flag("maximize"))
    }
  }

  private mutating func addGradientDescent() {
    optimizer("SGD") { groups, a in
      try SGD(
        groups: groups, lr: a.option("lr", 1e-3), momentum: a.option("momentum", 0),
        dampening: a.option("dampening", 0), weightDecay: a.option("weight_decay", 0),
        nesterov: a.flag("nesterov"), maximize: a.flag("maximize"))
    }
    optimizer("ASGD") { groups, a in
      try ASGD(
        groups: groups, lr: a.option("lr", 1e-2), lambd: a.option("lambd", 1e-4),
        alpha: a.option("alpha", 0.75), t0: a.option("t0", 1e6),
        weightDecay: a.option("weight_decay", 0), maximize: a.flag("maximize"))
    }
    optimizer("Rprop") { groups, a in
      let sizes = try a.scalars("step_sizes", [.double(1e-6), .int(50)])
      return try Rprop(
        groups: groups, lr: a.option("lr", 1e-2), etas: a.pair("etas", (0.5, 1.2)),
        stepSizes: (sizes[0], sizes[1]), maximize: a.flag("maximize"))
    }
    optimizer("Muon") { groups, a in
      let factors = try a.scalars(
        "ns_coefficients", [.double(3.4445), .double(-4.7750), .double(2.0315)], count: 3
      )
      .map(\.doubleValue)
      return try Muon(
        groups: groups, lr: a.option("lr", 1e-3), weightDecay: a.option("weight_decay", 0.1),
        momentum: a.option("momentum", 0.95), nesterov: a.flag("nesterov", true),
        nsCoefficients: (factors[0], factors[1], factors[2]), eps: a.option("eps", 1e-7),
        nsSteps: a.int(nil, "ns_steps", default: 5),
        adjustLrFn: a.optionalChoice(nil, "adjust_lr_fn"))
    }
  }

  private mutating func addOthers() {
    optimizer("Adadelta") { groups, a in
      try Adadelta(
        groups: groups, lr: a.option("lr", 1.0), rho: a.option("rho", 0.9),
        eps: a.option("eps", 1e-6), weightDecay: a.option("weight_decay", 0),
        maximize: a.flag("maximize"))
    }
    optimizer("Adagrad") { groups, a in
      try Adagrad(
        groups: groups, lr: a.option("lr", 1e-2), lrDecay: a.option("lr_decay", 0),
        weightDecay: a.option("weight_decay", 0),
        initialAccumulatorValue: a.option("initial_accumulator_value", 0),
        eps: a.option("eps", 1e-10), maximize: a.flag("maximize"))
    }
    optimizer("RMSprop") { groups, a in
      try RMSprop(
        groups: groups, lr: a.option("lr", 1e-2), alpha: a.option("alpha", 0.99),
        eps: a.option("eps", 1e-8), weightDecay: a.option("weight_decay", 0),
        momentum: a.option("momentum", 0), centered: a.flag("centered"),
        maximize: a.flag("maximize"))
    }
    optimizer("LBFGS") { groups, a in
      guard groups.count == 1 else {
        throw TensorError(.value, "", "LBFGS takes parameters alone, and no groups of them")
      }
      return try LBFGS(
        groups[0].params, lr: a.option("lr", 1), maxIter: a.int(nil, "max_iter", default: 20),
        maxEval: a.optionalInt(nil, "max_eval"), toleranceGrad: a.option("tolerance_grad", 1e-7),
        toleranceChange: a.option("tolerance_change", 1e-9),
        historySize: a.int(nil, "history_size", default: 100),
        lineSearchFn: a.optionalChoice(nil, "line_search_fn"), maximize: a.flag("maximize"))
    }
  }
}

extension Arguments {
  /// Returns a numeric option.
  fileprivate func option(_ name: String, _ filler: some TensorScalar) throws -> Scalar {
    try scalar(nil, name, default: filler.scalar as Scalar?)
  }

  /// Returns a Boolean option.
  fileprivate func flag(_ name: String, _ filler: Bool = false) throws -> Bool {
    try bool(nil, name, default: filler)
  }

  /// Returns numbers in their original types.
  func scalars(_ name: String, _ filler: [Scalar], count: Int = 2) throws -> [Scalar] {
    switch value(nil, name) {
    case nil: return filler
    case .list(let l)?, .tuple(let l)?:
      let numbers = try l.map { try Arguments([$0], [:]).scalar(0) }
      guard numbers.count == count else { throw UnsupportedError("\(name) of \(l.count)") }
      return numbers
    case let other?: throw UnsupportedError("\(name) of kind \(other.kind)")
    }
  }

  fileprivate func pair(_ name: String, _ filler: (Double, Double)) throws -> (Double, Double) {
    let numbers = try scalars(name, [.double(filler.0), .double(filler.1)]).map(\.doubleValue)
    return (numbers[0], numbers[1])
  }

  /// Returns the two epsilons of Adafactor, the first of which may be None.
  fileprivate func epsilons() throws -> (Double?, Double) {
    switch value(nil, "eps") {
    case nil: return (nil, 1e-3)
    case .list(let l)?, .tuple(let l)?:
      let numbers = Arguments(l, [:])
      return (try numbers.optionalDouble(0), try numbers.double(1))
    case let other?: throw UnsupportedError("eps of kind \(other.kind)")
    }
  }
}
