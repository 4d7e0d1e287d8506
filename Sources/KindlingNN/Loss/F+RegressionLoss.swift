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
    return try input.mseLoss(target, kind)
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
    try require(
      beta >= 0, .value, "smooth_l1_loss",
      "smooth_l1_loss does not support negative values for beta, but got \(got: beta)")
    if beta == 0 { return try l1Loss(input, target, reduction: reduction) }
    let kind = try reduction.forLoss("smooth_l1_loss")
    try warnOfBroadcast(input, target)
    return try input.bentLoss(
      "smooth_l1_loss", "SmoothL1LossBackward0", target, kind, bend: beta, slope: 1)
  }

  /// Computes `d² / 2` below `delta` and `δ(|d| − δ/2)` above (PyTorch: `F.huber_loss`).
  public static func huberLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, delta: Double = 1
  ) throws -> Tensor {
    try require(
      delta > 0, .value, "huber_loss",
      "huber_loss does not support non-positive values for delta, but got \(got: delta)")
    let kind = try reduction.forLoss("huber_loss")
    try warnOfBroadcast(input, target)
    return try input.bentLoss(
      "huber_loss", "HuberLossBackward0", target, kind, bend: delta, slope: delta)
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
    try require(
      weight.shape == input.shape, .shape, name,
      "Weights and input must have the same size, but got \(got: weight.shape) and \(got: input.shape)"
    )
    let products = try losses.mul(weight)
    return kind == .mean ? try products.sum().div(weight.sum()) : try products.reduced(kind)
  }
}
