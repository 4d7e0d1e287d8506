public import KindlingCore

extension F {
  /// Computes the negative log-likelihood loss of class indices (PyTorch: `F.nll_loss`).
  ///
  /// `weight` is the weight of each class, `[C]`; the mean divides by the sum of the weights used.
  /// Targets equal to `ignoreIndex` are ignored.
  ///
  /// - Shape: `input` (log-probabilities) `[C]`, `[N, C]` or `[N, C, *]`; `target` `[]`, `[N]` or
  ///   `[N, *]`, int64 or uint8.
  /// - Throws: `TensorError` `.index` if a target is not a valid class, `.shape` and `.dtype` if
  ///   the tensors do not match.
  public static func nllLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100,
    reduction: Reduction = .mean
  ) throws -> Tensor {
    let kind = try reduction.forLoss("nll_loss")
    return try input.nllLoss(target, weight: weight, ignoreIndex: ignoreIndex, kind)
  }
}
