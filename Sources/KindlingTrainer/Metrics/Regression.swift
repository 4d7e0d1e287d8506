public import KindlingCore

/// The mean squared error over all elements (Keras: `MeanSquaredError`).
public final class MeanSquaredError: MeanMetric {
  /// Creates the metric; `name` is used in logs.
  public override init(name: String = "mean_squared_error") { super.init(name: name) }

  public override func measure(_ prediction: Tensor, _ target: Tensor) throws -> (
    sum: Double, count: Int
  ) {
    let difference = try difference(prediction, target)
    return (try (difference * difference).sum().item(), difference.numel)
  }
}

/// The mean absolute error over all elements (Keras: `MeanAbsoluteError`).
public final class MeanAbsoluteError: MeanMetric {
  /// Creates the metric; `name` is used in logs.
  public override init(name: String = "mean_absolute_error") { super.init(name: name) }

  public override func measure(_ prediction: Tensor, _ target: Tensor) throws -> (
    sum: Double, count: Int
  ) {
    let difference = try difference(prediction, target)
    return (try difference.abs().sum().item(), difference.numel)
  }
}

extension MeanMetric {
  /// Returns the differences in float64.
  ///
  /// Shapes must be equal: `[N, 1]` minus `[N]` would be `[N, N]`.
  fileprivate func difference(_ prediction: Tensor, _ target: Tensor) throws -> Tensor {
    guard prediction.shape == target.shape else {
      throw TensorError(
        .shape, name,
        "predictions of shape \(prediction.shape) and targets of shape \(target.shape) have to have one shape; reshape one of them"
      )
    }
    return try prediction.to(.float64) - target.to(.float64)
  }
}
