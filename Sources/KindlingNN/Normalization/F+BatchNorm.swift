public import KindlingCore

extension F {
  /// Normalizes each channel by the mean and variance of the batch, or by running statistics
  /// (PyTorch: `F.batch_norm`).
  ///
  /// If `training` is true, the batch's statistics are used, and the running statistics move
  /// towards them by `momentum`. The running variance is the unbiased one.
  /// - Shape: `x` `[N, C, *]`, all others `[C]`.
  /// - Throws: `TensorError` `.value` for a single value per channel in training, `.shape` and
  ///   `.dtype` if the tensors do not match.
  public static func batchNorm(
    _ x: Tensor, _ runningMean: Tensor?, _ runningVar: Tensor?, weight: Tensor? = nil,
    bias: Tensor? = nil, training: Bool = false, momentum: Double = 0.1, eps: Double = 1e-5
  ) throws -> Tensor {
    try require(
      (training ? eps > 0 : eps >= 0), .value, "batch_norm",
      "eps must be \(training ? "positive during training" : "non-negative"), but got \(got: PrintedNumber.shortest(eps))"
    )
    // An empty input of any rank is returned without normalization, as in PyTorch.
    if x.numel == 0, x.dtype.isFloatingPoint {
      var y = try x.clone()
      if let weight, weight.numel > 0 { y = try y.mul(weight.reshape(-1).select(0, 0)) }
      if let bias, bias.numel > 0 { y = try y.add(bias.reshape(-1).select(0, 0)) }
      return y
    }
    if training, x.ndim >= 2 {
      let values = x.shape.enumerated().reduce(1) { $1.offset == 1 ? $0 : $0 &* $1.element }
      try require(
        values != 1, .value, "batch_norm",
        "Expected more than 1 value per channel when training, got input size \(got: x.shape)")
    }
    try require(
      !training || eps > 0, .value, "batch_norm",
      "batch_norm eps must be positive during training, but got \(got: eps)")
    return try x.nativeBatchNorm(
      weight, bias, runningMean, runningVar, training: training, momentum: momentum, eps: eps
    ).output
  }

  /// Normalizes each channel of each sample (PyTorch: `F.instance_norm`).
  ///
  /// Without `useInputStats` the running statistics replace those of the sample.
  ///
  /// - Shape: `x` `[N, C, *]`, all others `[C]`.
  public static func instanceNorm(
    _ x: Tensor, runningMean: Tensor? = nil, runningVar: Tensor? = nil, weight: Tensor? = nil,
    bias: Tensor? = nil, useInputStats: Bool = true, momentum: Double = 0.1, eps: Double = 1e-5
  ) throws -> Tensor {
    let name = "instance_norm"
    try require(
      x.ndim >= 2, .shape, name,
      "expected at least 2D input [N, C, *], but got shape \(got: x.shape)")
    let places = x.shape.dropFirst(2).reduce(1, &*)
    try require(
      !useInputStats || places != 1, .value, name,
      "Expected more than 1 spatial element when training, got input size \(got: x.shape)")
    try require(
      useInputStats || runningMean != nil && runningVar != nil, .value, name,
      "Expected running_mean and running_var to be defined when use_input_stats is false")
    let (samples, channels) = (x.shape[0], x.shape[1])
    for (part, tensor) in [
      ("weight", weight), ("bias", bias), ("running_mean", runningMean),
      ("running_var", runningVar),
    ] {
      guard let tensor, tensor.shape != [channels] else { continue }
      throw TensorError(
        .shape, name, "\(part) should contain \(channels) elements not \(tensor.numel)")
    }
    try require(
      samples > 0 || weight == nil && bias == nil, .shape, name,
      "expected at least one sample where there is a weight or a bias, but got shape \(got: x.shape)"
    )
    // One sample with the channels of all samples.
    func spread(_ t: Tensor?) throws -> Tensor? {
      guard let t else { return nil }
      return samples == 1 ? t : try t.repeat([samples])
    }
    let means = try noGrad { try spread(runningMean)?.clone() }
    let variances = try noGrad { try spread(runningVar)?.clone() }
    let joined = try x.contiguous().view([1, samples * channels] + x.shape.dropFirst(2))
    let y = try joined.nativeBatchNorm(
      spread(weight), spread(bias), means, variances, training: useInputStats, momentum: momentum,
      eps: eps
    ).output
    if useInputStats {
      try noGrad {
        try copyMean(means, over: samples, to: runningMean)
        try copyMean(variances, over: samples, to: runningVar)
      }
    }
    return try y.view(x.shape)
  }

  private static func copyMean(_ all: Tensor?, over samples: Int, to running: Tensor?) throws {
    guard let all, let running else { return }
    // The mean of no samples is NaN, as in PyTorch.
    try running.copy_(all.view(samples, running.numel).mean(dim: 0))
  }
}
