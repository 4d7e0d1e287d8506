public import KindlingCore

/// The Adam optimizer with decoupled weight decay (PyTorch: `torch.optim.AdamW`).
///
/// - Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, arXiv:1711.05101.
open class AdamW: Adam {
  /// Creates an optimizer of `params`.
  ///
  /// - Throws: the errors of ``Adam``.
  public convenience init(
    _ params: [Tensor], lr: some OptimizerOption = 1e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 1e-2,
    amsgrad: Bool = false,
    maximize: Bool = false
  ) throws {
    try self.init(
      groups: [ParamGroup(params)], lr: lr, betas: betas, eps: eps, weightDecay: weightDecay,
      amsgrad: amsgrad, maximize: maximize)
  }

  /// Creates an optimizer of `groups`, each with its own options.
  public init(
    groups: [ParamGroup], lr: some OptimizerOption = 1e-3,
    betas: (some OptimizerOption, some OptimizerOption) = (0.9, 0.999),
    eps: some OptimizerOption = 1e-8, weightDecay: some OptimizerOption = 1e-2,
    amsgrad: Bool = false,
    maximize: Bool = false
  ) throws {
    try super.init(
      groups: groups, lr: lr, betas: betas, eps: eps, weightDecay: weightDecay, amsgrad: amsgrad,
      maximize: maximize, decoupledWeightDecay: true)
  }
}
