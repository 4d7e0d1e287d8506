public import KindlingCore

extension F {
  /// Computes the mean squared error (PyTorch: `F.mse_loss`).
  ///
  /// `weight` has one number for each element of `input`.
  ///
  /// - Throws: `TensorError` if the shapes do not broadcast, or for integers.
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
    return try y.recorded(
      "MseLossBackward0",
      Input(input, saving: input, target) { g, s in try s[0].sub(s[1]).mul(scale).mul(g) },
      Input(target, saving: input, target) { g, s in try s[1].sub(s[0]).mul(scale).mul(g) })
  }

  /// Computes the mean absolute error (PyTorch: `F.l1_loss`).
  ///
  /// `weight` has one number for each element of `input`.
  public static func l1Loss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("l1_loss")
    try warnOfBroadcast(input, target)
    let errors = try input.sub(target).abs()
    return try weight.map { try weighted(errors, $0, input, kind, "l1_loss") }
      ?? errors.reduced(kind)
  }

  /// Computes `d² / 2β` below `beta` and `|d| − β/2` above (PyTorch: `F.smooth_l1_loss`).
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

  /// Computes `d² / 2` below `delta` and `δ(|d| − δ/2)` above (PyTorch: `F.huber_loss`).
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

  /// Computes a loss that is quadratic for differences below `bend` and linear, with `slope`,
  /// above.
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

  /// Warns if the shapes of `target` and `input` differ.
  ///
  /// With broadcasting, an element would be compared with several others.
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
