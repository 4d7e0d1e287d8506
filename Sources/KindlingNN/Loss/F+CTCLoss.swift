public import KindlingCore

extension F {
  /// Computes the connectionist temporal classification loss (PyTorch: `F.ctc_loss`).
  ///
  /// It is the negative log-likelihood of the label sequences, summed over all alignments to the
  /// input.
  ///
  /// - Parameters:
  ///   - logProbs: the log-probabilities, `[T, N, C]` or `[T, C]`.
  ///   - targets: the labels, `[N, S]`, or all sequences concatenated; without the blank.
  ///   - inputLengths: the number of time steps of each sample.
  ///   - targetLengths: the number of labels of each sample.
  ///   - blank: the blank label.
  ///   - reduction: the reduction; `.mean` divides each loss by its target length first.
  ///   - zeroInfinity: whether to replace infinite losses by 0; they occur if a target is too long.
  /// - Returns: a scalar, or `[N]` without a reduction.
  /// - Throws: `TensorError` if shapes, dtypes, lengths or labels are invalid.
  /// - Source: Graves et al., *Connectionist temporal classification*, ICML 2006.
  public static func ctcLoss(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: [Int], _ targetLengths: [Int],
    blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false
  ) throws -> Tensor {
    try ctcLoss(
      logProbs, targets, Tensor(inputLengths), Tensor(targetLengths), blank: blank,
      reduction: reduction, zeroInfinity: zeroInfinity)
  }

  /// Computes ``ctcLoss(_:_:_:_:blank:reduction:zeroInfinity:)`` with lengths given as tensors.
  public static func ctcLoss(
    _ logProbs: Tensor, _ targets: Tensor, _ inputLengths: Tensor, _ targetLengths: Tensor,
    blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false
  ) throws -> Tensor {
    try logProbs.ctcLoss(
      targets, inputLengths, targetLengths, blank: blank, reduction.forLoss("ctc_loss"),
      zeroInfinity: zeroInfinity)
  }
}
