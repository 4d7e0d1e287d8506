import KindlingCore

/// The functions of `torch.nn.functional`: what layers and losses compute, without their state.
public enum F {}

/// What becomes of the losses of single elements (PyTorch: `reduction=`).
public enum Reduction: String, Sendable {
  /// They are returned as they are.
  case none
  /// Their mean, weighted where there are weights.
  case mean
  /// Their sum.
  case sum
  /// Their sum over the number of samples; for the Kullback-Leibler divergence.
  case batchmean

  /// The reduction for the backend, which does not know `batchmean`.
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

extension Tensor {
  /// The losses of single elements, reduced.
  func reduced(_ reduction: LossReduction) throws -> Tensor {
    switch reduction {
    case .none: self
    case .mean: try mean()
    case .sum: try sum()
    }
  }
}
