public import KindlingCore

extension F {
  /// The mean, or sum, of squared differences (PyTorch: `F.mse_loss`).
  ///
  /// `weight`, of each element, is shaped like `input`.
  ///
  /// - Throws: `TensorError` where the shapes do not broadcast, or for integers.
  public static func mseLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("mse_loss")
    try warnOfBroadcast(input, target)
    if let weight {
      return try weighted(input.sub(target).pow(2), weight, input, kind, "mse_loss")
    }
    try requireFloat(input, target, "mse_loss")
    let difference = try noGrad { try input.sub(target) }
    let y = try noGrad { try difference.mul(difference).reduced(kind) }
    let scale = kind == .mean ? 2 / Double(difference.numel) : 2
    return y.recorded(
      "MseLossBackward0",
      Input(input, saving: input, target) { g, s in try s[0].sub(s[1]).mul(scale).mul(g) },
      Input(target, saving: input, target) { g, s in try s[1].sub(s[0]).mul(scale).mul(g) })
  }

  /// The mean, or sum, of absolute differences (PyTorch: `F.l1_loss`).
  ///
  /// `weight`, of each element, is shaped like `input`.
  public static func l1Loss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("l1_loss")
    try warnOfBroadcast(input, target)
    let errors = try input.sub(target).abs()
    return try weight.map { try weighted(errors, $0, input, kind, "l1_loss") }
      ?? errors.reduced(kind)
  }

  /// Squared below `beta`, straight above: `d² / 2β` and `|d| − β/2` (PyTorch: `F.smooth_l1_loss`).
  public static func smoothL1Loss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, beta: Double = 1
  ) throws -> Tensor {
    guard beta >= 0 else {
      throw TensorError(
        .value, "smooth_l1_loss",
        "smooth_l1_loss does not support negative values for beta, but got \(beta)")
    }
    if beta == 0 { return try l1Loss(input, target, reduction: reduction) }
    return try bentLoss(
      "SmoothL1LossBackward0", input, target, reduction, "smooth_l1_loss", bend: beta, slope: 1)
  }

  /// Squared below `delta`, straight above: `d² / 2` and `δ(|d| − δ/2)` (PyTorch: `F.huber_loss`).
  public static func huberLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, delta: Double = 1
  ) throws -> Tensor {
    guard delta > 0 else {
      throw TensorError(
        .value, "huber_loss",
        "huber_loss does not support non-positive values for delta, but got \(delta)")
    }
    return try bentLoss(
      "HuberLossBackward0", input, target, reduction, "huber_loss", bend: delta, slope: delta)
  }

  /// Quadratic where the difference is less than `bend`, beyond it a line of the given `slope`.
  private static func bentLoss(
    _ node: String, _ input: Tensor, _ target: Tensor, _ reduction: Reduction, _ name: String,
    bend: Double, slope: Double
  ) throws -> Tensor {
    let kind = try reduction.forLoss(name)
    try warnOfBroadcast(input, target)
    try requireFloat(input, target, name)
    let steepness = slope / bend
    let type = Tensor.resultType(input, target)
    let losses = try noGrad {
      // 16-bit floats are computed in float32 and rounded once.
      let wide = try input.to(type.computeType)
      let distance = try wide.sub(target.to(type.computeType)).abs()
      let curved = try distance.mul(distance).mul(0.5 * steepness)
      return try Tensor.where(distance.lt(bend), curved, distance.sub(0.5 * bend).mul(slope))
        .to(type)
    }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    return try noGrad { try losses.reduced(kind) }.recorded(
      node,
      Input(input, saving: input, target) { g, s in
        try s[0].sub(s[1]).mul(steepness).clamp(min: -slope, max: slope).mul(scale).mul(g)
      },
      Input(target, saving: input, target) { g, s in
        try s[1].sub(s[0]).mul(steepness).clamp(min: -slope, max: slope).mul(scale).mul(g)
      })
  }

  /// Warns where `target` is not shaped like `input`: broadcast, every element would be compared
  /// with several others.
  private static func warnOfBroadcast(_ input: Tensor, _ target: Tensor) throws {
    guard input.shape != target.shape else { return }
    try Warnings.warn(
      .broadcast, "",
      "Using a target size (torch.Size(\(target.shape))) that is different to the input size (torch.Size(\(input.shape))). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size."
    )
  }

  private static func weighted(
    _ losses: Tensor, _ weight: Tensor, _ input: Tensor, _ kind: LossReduction, _ name: String
  ) throws -> Tensor {
    guard weight.shape == input.shape else {
      throw TensorError(
        .shape, name,
        "Weights and input must have the same size, but got \(weight.shape) and \(input.shape)")
    }
    let products = try losses.mul(weight)
    return kind == .mean ? try products.sum().div(weight.sum()) : try products.reduced(kind)
  }

  private static func requireFloat(_ a: Tensor, _ b: Tensor, _ name: String) throws {
    if a.dtype.isFloatingPoint || b.dtype.isFloatingPoint { return }
    throw TensorError(
      .dtype, name,
      "\"\(name)\" not implemented for '\(a.dtype.scalarName)'; convert the input with to(.float32)"
    )
  }
}
