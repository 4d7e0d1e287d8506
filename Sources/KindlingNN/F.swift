import KindlingCore

/// The functions of `torch.nn.functional`: the computations of layers and losses, without state.
public enum F {}

/// The reduction to apply to the element-wise losses (PyTorch: `reduction=`).
public enum Reduction: String, Sendable {
  /// No reduction.
  case none
  /// The mean, weighted if there are weights.
  case mean
  /// The sum.
  case sum
  /// The sum divided by the batch size; for the Kullback-Leibler divergence.
  case batchmean

  /// Returns the reduction for the backend, which does not support `batchmean`.
  func forLoss(_ operation: String) throws -> LossReduction {
    switch self {
    case .none: .none
    case .mean: .mean
    case .sum: .sum
    case .batchmean:
      throw TensorError(
        .value, operation, "batchmean is not a valid value for reduction; use .none, .mean or .sum")
    }
  }
}
