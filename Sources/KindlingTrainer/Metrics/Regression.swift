public import KindlingCore

/// The mean of the squared differences of all elements (Keras: `MeanSquaredError`).
public final class MeanSquaredError: MeanMetric {
  /// The metric; `name` is what logs call it.
  public override init(name: String = "mean_squared_error") { super.init(name: name) }

  public override func measure(_ prediction: Tensor, _ target: Tensor) throws -> (
    sum: Double, count: Int
  ) {
    let difference = try difference(prediction, target)
    return (try (difference * difference).sum().item(), difference.numel)
  }
}

/// The mean of the differences' sizes, over all elements (Keras: `MeanAbsoluteError`).
public final class MeanAbsoluteError: MeanMetric {
  /// The metric; `name` is what logs call it.
  public override init(name: String = "mean_absolute_error") { super.init(name: name) }

  public override func measure(_ prediction: Tensor, _ target: Tensor) throws -> (
    sum: Double, count: Int
  ) {
    let difference = try difference(prediction, target)
    return (try difference.abs().sum().item(), difference.numel)
  }
}

extension MeanMetric {
  /// The differences in float64.
  ///
  /// Shapes have to be equal: `[N, 1]` less `[N]` would be `[N, N]`.
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
