public import KindlingCore
import KindlingPlatform

/// Averaged stochastic gradient descent; the averages are the state's `ax`
/// (PyTorch: `torch.optim.ASGD`).
///
/// - Source: Polyak and Juditsky, *Acceleration of Stochastic Approximation by Averaging*, SIAM J.
///   Control Optim. 30 (1992).
open class ASGD: Optimizer {
  private struct Options {
    let lr, lambd, alpha, t0: Double
    /// The updates before and after averaging begins.
    let early, late: PointwiseUpdate
  }
  private var cache = OptionCache<Options>()

  /// Creates an optimizer of `params`.
  ///
  /// `lambd` is the decay term, `alpha` the exponent of the learning-rate update, and `t0` the step
  /// at which averaging begins.
  ///
  /// - Throws: `TensorError` `.value` for a negative number other than `t0`, and like
  ///   ``Optimizer/init(groups:defaults:)``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-2, lambd: some OptimizerOption = 1e-4,
    alpha: some OptimizerOption = 0.75, t0: some OptimizerOption = 1e6,
    weightDecay: some OptimizerOption = 0, maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, lambd: lambd, alpha: alpha, t0: t0,
      weightDecay: weightDecay, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-2, lambd: some OptimizerOption = 1e-4,
    alpha: some OptimizerOption = 0.75, t0: some OptimizerOption = 1e6,
    weightDecay: some OptimizerOption = 0, maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups,
      defaults: [
        "lr": CheckpointValue(lr), "lambd": CheckpointValue(lambd),
        "alpha": CheckpointValue(alpha), "t0": CheckpointValue(t0),
        "weight_decay": CheckpointValue(weightDecay), "foreach": nil, "maximize": .bool(maximize),
        "differentiable": false, "capturable": false,
      ])
  }

  override open func check(_ group: ParamGroup) throws {
    try group.refuseNegative("lr", "learning rate")
    try group.refuseNegative("lambd", "lambd value")
    try group.refuseNegative("alpha", "alpha value")
    try group.refuseNegative("weight_decay", "weight_decay value")
  }

  override open func stateForm(
    of name: String, for parameter: Tensor
  ) -> (shape: [Int], dtype: DType) {
    name == "ax" ? (parameter.shape, parameter.dtype) : ([], .float32)
  }

  override open func update(
    _ parameter: Tensor, _ gradient: Tensor, _ state: ParameterState, _ group: ParamGroup
  ) throws {
    let o = try cache.of(group, ASGD.options)
    // As in PyTorch, both are float32 tensors, whatever the dtype of the parameter.
    let eta = try state.number("eta", initially: o.lr), mu = try state.number("mu", initially: 1)
    let (rate, share) = (try eta.item(), try mu.item())
    try (share == 1 ? o.early : o.late)(
      [parameter, state.zeros("ax")], [gradient], numbers: [1 - o.lambd * rate, -rate, share])
    state.step += 1
    let step = Double(state.step)
    try eta.fill_(o.lr / pow(1 + o.lambd * o.lr * step, o.alpha))
    try mu.fill_(1 / max(1, step - o.t0))
  }

  /// The numbers of the updates are the factor of the parameter, the negated rate and the average's
  /// share of the new parameter.
  private static func options(_ group: ParamGroup) throws -> Options {
    let decay = try group.number("weight_decay"), maximize = try group.flag("maximize")
    func update(isEarly: Bool) -> PointwiseUpdate {
      PointwiseUpdate(changing: 2, reading: 1, numbers: 3) { t, g, n in
        let g = g[0].regularized(t[0], weightDecay: decay, maximize: maximize)
        let result = (t[0] * n[0]).add(g, alpha: n[1])
        return [result, isEarly ? result : t[1] + (result - t[1]) * n[2]]
      }
    }
    return Options(
      lr: try group.number("lr"), lambd: try group.number("lambd"),
      alpha: try group.number("alpha"), t0: try group.number("t0"), early: update(isEarly: true),
      late: update(isEarly: false))
  }
}
