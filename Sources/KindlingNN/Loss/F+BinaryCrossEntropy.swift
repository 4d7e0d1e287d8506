public import KindlingCore

extension F {
  /// Computes the binary cross entropy of probabilities and targets in [0, 1]
  /// (PyTorch: `F.binary_cross_entropy`).
  ///
  /// Logarithms are clamped to −100 or more, so that probabilities of 0 and 1 have finite losses.
  /// `weight` broadcasts to `input`.
  ///
  /// - Throws: `TensorError` `.value` if an element of `input` or `target` is NaN or outside [0,
  ///   1], `.shape` and `.dtype` if `target` does not match `input`.
  public static func binaryCrossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("binary_cross_entropy")
    return try input.binaryCrossEntropy(target, weight: weight, kind)
  }

  /// Computes the binary cross entropy of logits and targets in [0, 1]
  /// (PyTorch: `F.binary_cross_entropy_with_logits`).
  ///
  /// It is numerically stable for logits of any magnitude. `weight` (per element) and `posWeight`
  /// (of positive targets, per class) broadcast.
  ///
  /// - Throws: `TensorError` if the shapes of `target` and `input` differ, or for integers.
  public static func binaryCrossEntropyWithLogits(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean,
    posWeight: Tensor? = nil
  ) throws -> Tensor {
    let kind = try reduction.forLoss("binary_cross_entropy_with_logits")
    return try input.binaryCrossEntropyWithLogits(
      target, weight: weight, posWeight: posWeight, kind)
  }

  /// Computes the Kullback-Leibler divergence of a target distribution from log-probabilities
  /// (PyTorch: `F.kl_div`).
  ///
  /// With `logTarget` the target holds log-probabilities too. `.batchmean` is the mathematical
  /// definition: the sum divided by the batch size.
  public static func klDiv(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, logTarget: Bool = false
  ) throws -> Tensor {
    for part in [input, target] where !part.dtype.isFloatingPoint {
      throw TensorError(
        .dtype, "kl_div",
        "kl_div: Integral inputs not supported, but got \(got: part.dtype.scalarName); convert it with to(.float32)"
      )
    }
    let losses =
      logTarget
      ? try target.exp().mul(target.sub(input))
      : try target.xlogy(target).sub(target.mul(input))
    if reduction == .batchmean {
      // A scalar is one sample.
      return try input.shape.first.map { try losses.sum().div($0) } ?? losses.sum()
    }
    if reduction == .mean {
      try Warnings.warn(
        .deprecated, "",
        "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release."
      )
    }
    return try losses.reduced(reduction.forLoss("kl_div"))
  }
}
