public import KindlingCore

/// The L-BFGS optimizer, with fixed steps or a strong Wolfe line search
/// (PyTorch: `torch.optim.LBFGS`).
///
/// Each step calls the closure several times, so only ``Optimizer/step(_:)`` is supported. There is
/// one group, whose parameters share one dtype and one device.
/// - Source: Nocedal and Wright, *Numerical Optimization*, §7.2; the constants are PyTorch's.
open class LBFGS: Optimizer {
  /// The line search along a direction.
  public enum LineSearch: String, Sendable {
    /// A search for a step that satisfies the strong Wolfe conditions.
    case strongWolfe = "strong_wolfe"
  }

  private struct Options {
    let lr: LBFGSNumber
    let maxIter, maxEval, historySize: Int
    let toleranceGrad, toleranceChange: LBFGSNumber
    let lineSearch, maximize: Bool
  }

  /// Creates an optimizer of `params`.
  ///
  /// - Parameters:
  ///   - params: the parameters, as one group.
  ///   - lr: the factor of the direction; with a line search, its initial step.
  ///   - maxIter: the maximum number of iterations per step.
  ///   - maxEval: the maximum number of closure calls per step; `nil` means 1.25 `maxIter`.
  ///   - toleranceGrad: the bound on the gradient's largest magnitude below which the step ends.
  ///   - toleranceChange: the change of parameters or loss below which the step ends.
  ///   - historySize: the number of updates to remember.
  ///   - lineSearchFn: the line search; `nil` uses a fixed step.
  ///   - maximize: whether to maximize the objective.
  /// - Throws: `TensorError` `.value` for a negative `lr`, `maxIter`, `maxEval` or `historySize`,
  ///   and like ``Optimizer/init(groups:defaults:)``.
  public init(
    _ params: [Tensor], lr: some OptimizerOption = 1, maxIter: Int = 20, maxEval: Int? = nil,
    toleranceGrad: some OptimizerOption = 1e-7, toleranceChange: some OptimizerOption = 1e-9,
    historySize: Int = 100, lineSearchFn: LineSearch? = nil, maximize: Bool = false
  ) throws {
    let (quarterMore, overflows) = maxIter.addingReportingOverflow(maxIter / 4)
    try super.init(
      groups: [ParamGroup(params)],
      defaults: [
        "lr": CheckpointValue(lr), "max_iter": .int(maxIter),
        "max_eval": .int(maxEval ?? (overflows ? .max : quarterMore)),
        "tolerance_grad": CheckpointValue(toleranceGrad),
        "tolerance_change": CheckpointValue(toleranceChange), "history_size": .int(historySize),
        "line_search_fn": lineSearchFn.map { .string($0.rawValue) } ?? nil,
        "maximize": .bool(maximize),
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try require(
      paramGroups.isEmpty || paramGroups[0].params.first === group.params.first, .value, "",
      "LBFGS doesn't support per-parameter options (parameter groups)")
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("max_iter", "max_iter value")
    try group.refuseNegative("max_eval", "max_eval value")
    try group.refuseNegative("history_size", "history_size value")
    if let size = group["history_size"]?.intValue, size > 1 << 20 {
      throw TensorError(.value, "", "a history_size of \(size) is more than 1048576")
    }
    if let name = group["line_search_fn"]?.stringValue, LineSearch(rawValue: name) == nil {
      throw TensorError(.value, "", "only 'strong_wolfe' is supported, but got '\(name)'")
    }
    guard let first = group.params.first else { return }
    for parameter in group.params
    where parameter.dtype != first.dtype || parameter.device != first.device {
      throw TensorError(
        .value, "",
        "LBFGS needs parameters of one dtype and device, but got \(got: first.dtype) on \(got: first.device) and \(got: parameter.dtype) on \(got: parameter.device)"
      )
    }
  }

  /// Throws an error, because L-BFGS must recompute the loss.
  override open func performStep() throws {
    throw TensorError(
      .unsupported, "step",
      "LBFGS.step() missing 1 required positional argument: 'closure'; pass what computes the loss and its gradients"
    )
  }

  override open func makeState(of parameter: Tensor) -> ParameterState { LBFGSState(parameter) }

  override open func saved(_ state: ParameterState) -> [(name: String, value: CheckpointValue)] {
    let size = paramGroups.first?["history_size"]?.intValue ?? 0
    return (state as? LBFGSState)?.saved(historySize: size) ?? []
  }

  override open func restored(
    _ saved: [(name: String, value: CheckpointValue)], for parameter: Tensor, number: Int
  ) throws -> ParameterState {
    let state = LBFGSState(parameter)
    try state.restore(saved, count: parameters.reduce(0) { $0 + $1.numel })
    return state
  }

  private var parameters: [Tensor] { paramGroups.first?.params ?? [] }

  private func options() throws -> Options {
    let group = try require(
      paramGroups.first, .value, "step", "optimizer got an empty parameter list")
    return Options(
      lr: LBFGSNumber(try group.number("lr")), maxIter: try group.integer("max_iter"),
      maxEval: try group.integer("max_eval"), historySize: try group.integer("history_size"),
      toleranceGrad: LBFGSNumber(try group.number("tolerance_grad")),
      toleranceChange: LBFGSNumber(try group.number("tolerance_change")),
      lineSearch: group["line_search_fn"]?.stringValue != nil,
      maximize: try group.flag("maximize"))
  }

  // MARK: Flat vectors

  /// Returns the gradients of all parameters as one vector, with zeros for missing gradients.
  private func flatGradient(_ o: Options) throws -> Tensor {
    let flat = try Tensor.cat(
      parameters.map { parameter in
        guard let grad = parameter.grad else {
          return try Tensor.zeros(like: parameter).reshape(-1)
        }
        return try grad.detach().reshape(-1)
      })
    return o.maximize ? try -flat : flat
  }

  private func move(_ step: LBFGSNumber, along direction: Tensor) throws {
    var start = 0
    for parameter in parameters {
      let part = try direction.narrow(0, start, parameter.numel)
      try parameter.add_(part.reshape(parameter.shape), alpha: step.value)
      start += parameter.numel
    }
  }

  private func evaluate(_ closure: () throws -> Tensor, _ o: Options) throws -> (
    LBFGSNumber, Tensor, Tensor
  ) {
    let loss = try enableGrad(closure)
    let value = try loss.item()
    return (LBFGSNumber(o.maximize ? -value : value), try flatGradient(o), loss)
  }

  /// Returns the inner product, with each product rounded before the sum.
  ///
  /// PyTorch rounds like this for short vectors, and the end of a search depends on the last bits.
  private static func inner(_ a: Tensor, _ b: Tensor) throws -> LBFGSNumber {
    try LBFGSNumber((a * b).sum())
  }

  private static func greatest(_ x: Tensor) throws -> LBFGSNumber { try LBFGSNumber(x.abs().max()) }

  // MARK: Step

  /// Runs the iterations and returns the first loss.
  ///
  /// `closure` computes the loss, and also zeroes gradients and runs `backward`; it is called
  /// several times.
  override open func performStep(_ closure: () throws -> Tensor) throws -> Tensor {
    let o = try options()
    guard let first = parameters.first, let state = state(of: first) as? LBFGSState else {
      return try enableGrad(closure)
    }
    return try noGrad {
      var (loss, gradient, original) = try evaluate(closure, o)
      var evaluations = 1
      state.evaluations += 1
      if try LBFGS.greatest(gradient) <= o.toleranceGrad { return original }
      var round = 0
      while round < o.maxIter {
        round += 1
        state.iterations += 1
        let direction = try direction(gradient, state, o)
        let previousLoss = loss
        state.gradient = gradient
        state.loss = loss
        var size = o.lr
        if state.iterations == 1 {
          let sum = try LBFGSNumber(gradient.abs().sum())
          size = .least(1.0, 1.0 / sum) * o.lr
        }
        state.stepSize = size
        let slope = try LBFGS.inner(gradient, direction)
        if slope > -o.toleranceChange { break }
        var isFlat = false
        var calls = 0
        if o.lineSearch {
          let point = try search(
            closure, LineSearchPoint(step: 0.0, loss: loss, gradient: gradient, slope: slope), size,
            along: direction, limit: max(o.maxEval, 0) - evaluations, o, &calls)
          (loss, gradient, size) = (point.loss, point.gradient, point.step)
          state.stepSize = size
          try move(size, along: direction)
          isFlat = try LBFGS.greatest(gradient) <= o.toleranceGrad
        } else {
          try move(size, along: direction)
          // The gradient after the last move is not needed.
          if round != o.maxIter {
            (loss, gradient, _) = try evaluate(closure, o)
            isFlat = try LBFGS.greatest(gradient) <= o.toleranceGrad
            calls = 1
          }
        }
        evaluations += calls
        state.evaluations += calls
        if round == o.maxIter || evaluations >= o.maxEval || isFlat { break }
        if try LBFGS.greatest(direction * size.value) <= o.toleranceChange { break }
        if (loss - previousLoss).magnitude < o.toleranceChange { break }
      }
      return original
    }
  }

  /// Returns the search direction for `gradient`, after updating the history with it.
  private func direction(_ gradient: Tensor, _ state: LBFGSState, _ o: Options) throws -> Tensor {
    guard state.iterations > 1, let direction = state.direction, let before = state.gradient else {
      state.history = []
      state.diagonal = 1.0
      let first = try -gradient
      state.direction = first
      return first
    }
    let change = try gradient - before, step = try direction * state.stepSize.value
    let product = try LBFGS.inner(change, step)
    if product > 1e-10 {
      if !state.history.isEmpty && state.history.count >= o.historySize {
        state.history.removeFirst()
      }
      state.history.append((change, step, 1.0 / product))
      state.diagonal = try product / LBFGS.inner(change, change)
    }
    var factors: [LBFGSNumber] = []
    let q = try -gradient
    for entry in state.history.reversed() {
      let factor = try LBFGS.inner(entry.step, q) * entry.ro
      try q.add_(entry.change, alpha: -factor.value)
      factors.append(factor)
    }
    factors.reverse()
    try q.mul_(state.diagonal.value)
    for (entry, factor) in zip(state.history, factors) {
      let back = try LBFGS.inner(entry.change, q) * entry.ro
      try q.add_(entry.step, alpha: (factor - back).value)
    }
    state.factors = factors
    state.direction = q
    return q
  }

  private func search(
    _ closure: () throws -> Tensor, _ start: LineSearchPoint, _ size: LBFGSNumber,
    along direction: Tensor, limit: Int, _ o: Options, _ calls: inout Int
  ) throws -> LineSearchPoint {
    let before = try parameters.map { try $0.detach().clone() }
    return try withoutActuallyEscaping(closure) { closure in
      var search = StrongWolfe(
        from: start, reach: try LBFGS.greatest(direction), toleranceChange: o.toleranceChange,
        limit: limit
      ) { step in
        try self.move(step, along: direction)
        let (loss, gradient, _) = try self.evaluate(closure, o)
        for (parameter, value) in zip(self.parameters, before) { try parameter.copy_(value) }
        return LineSearchPoint(
          step: step, loss: loss, gradient: gradient,
          slope: try LBFGS.inner(gradient, direction))
      }
      let point = try search.search(from: size)
      calls = search.evaluations
      return point
    }
  }
}
