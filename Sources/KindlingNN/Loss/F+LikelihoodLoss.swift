public import KindlingCore

/// Negative log-likelihood losses.
extension F {
  /// Computes the negative log-likelihood of counts under a Poisson distribution
  /// (PyTorch: `F.poisson_nll_loss`).
  ///
  /// With `logInput` the input is the logarithm of the rate. Without it, `eps` is added before the
  /// logarithm. With `full` Stirling's approximation is added for targets above 1.
  public static func poissonNLLLoss(
    _ input: Tensor, _ target: Tensor, logInput: Bool = true, full: Bool = false,
    eps: Double = 1e-8, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("poisson_nll_loss")
    var losses =
      logInput
      ? try input.exp().sub(target.mul(input))
      : try input.sub(target.mul(input.add(eps).log()))
    if full {
      let stirling = try target.mul(target.log()).sub(target)
        .add(target.mul(2 * Double.pi).log().mul(0.5))
      losses = try losses.add(stirling.maskedFill(target.le(1), 0))
    }
    return try losses.reduced(kind)
  }

  /// Computes the negative log-likelihood of targets under normal distributions
  /// (PyTorch: `F.gaussian_nll_loss`).
  ///
  /// `variance` has the shape of the input, with size 1 in the last dimension or without it.
  /// Variances smaller than `eps` are replaced by `eps`. With `full` the constant `½ log 2π` is
  /// added.
  ///
  /// - Throws: `TensorError` `.value` for a negative variance.
  public static func gaussianNLLLoss(
    _ input: Tensor, _ target: Tensor, _ variance: Tensor, full: Bool = false, eps: Double = 1e-6,
    reduction: Reduction = .mean
  ) throws -> Tensor {
    let name = "gaussian_nll_loss", kind = try reduction.forLoss(name)
    if try variance.detach().lt(0).any().item(as: Bool.self) {
      throw TensorError(.value, name, "var has negative entry/entries")
    }
    var spread = variance
    if spread.shape != input.shape {
      let pairs = zip(input.shape, spread.shape).filter { $0 != $1 }
      if Array(input.shape.dropLast()) == spread.shape {
        spread = try spread.unsqueeze(-1)
      } else if input.ndim != spread.ndim || pairs.reduce(0, { $0 + $1.1 }) != 1 {
        throw TensorError(
          .shape, name,
          "var is of incorrect size: \(spread.shape), where the input has shape \(input.shape)")
      }
    }
    // Clamped without recording: gradients still flow to clamped elements.
    spread = try spread.clone()
    try noGrad { _ = try spread.clamp_(min: eps) }
    let difference = try input.sub(target)
    var losses = try spread.log().add(difference.pow(2).div(spread)).mul(0.5)
    if full { losses = try losses.add(0.9189385332046727) }
    return try losses.reduced(kind)
  }

  /// Computes the cross entropy of `input · linearWeightᵀ + linearBias`
  /// (PyTorch: `F.linear_cross_entropy`).
  ///
  /// - Shape: `input` `[N, in]` or `[in]`; `linearWeight` `[C, *, in]`; `linearBias` `[C, *]`;
  ///   targets as for ``crossEntropy(_:_:weight:ignoreIndex:reduction:labelSmoothing:)``.
  public static func linearCrossEntropy(
    _ input: Tensor, _ linearWeight: Tensor, _ target: Tensor, linearBias: Tensor? = nil,
    weight: Tensor? = nil, reduction: Reduction = .mean, ignoreIndex: Int? = nil,
    labelSmoothing: Double = 0
  ) throws -> Tensor {
    let name = "linear_cross_entropy"
    try require(
      input.ndim == 1 || input.ndim == 2, .shape, name,
      "expected input with dimensionality 1 or 2, got \(got: input.ndim)")
    try require(
      linearWeight.ndim >= 2, .shape, name,
      "expected linear_weight with dimensionality at least 2, got \(got: linearWeight.ndim)")
    guard input.shape.last == linearWeight.shape.last, let features = input.shape.last else {
      throw TensorError(
        .shape, name,
        "expected equal input and linear_weight last dimensions (in_features), got \(got: input.shape) and \(got: linearWeight.shape), respectively"
      )
    }
    let rows = Array(linearWeight.shape.dropLast())
    if let linearBias, linearBias.shape != rows {
      throw TensorError(
        .shape, name, "expected linear_bias shape \(expected: rows), got \(got: linearBias.shape)")
    }
    try require(
      rows.count == 1 || input.ndim == 2, .shape, name,
      "K-dimensional loss defined by linear_weight shape \(expected: linearWeight.shape) requires batched input, (N, \(expected: features)), got unbatched input with shape \(got: input.shape)"
    )
    let shape = input.shape.dropLast() + rows
    try require(
      ignoreIndex == nil || target.shape != Array(shape), .value, name,
      "ignore_index cannot be specified when target contains probabilities")
    let logits = try linear(
      input, linearWeight.reshape([-1, features]), linearBias?.reshape(-1)
    ).reshape(Array(shape))
    return try crossEntropy(
      logits, target, weight: weight, ignoreIndex: ignoreIndex ?? -100, reduction: reduction,
      labelSmoothing: labelSmoothing)
  }
}
