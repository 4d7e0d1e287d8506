public import KindlingCore

/// The fraction of samples whose class is predicted correctly.
///
/// Predictions are scores `[N, C, …]` with class numbers `[N, …]` or one-hot targets, or
/// probabilities `[N]` of class 1.
public final class Accuracy: MeanMetric {
  private let threshold: Double

  /// Creates the metric; a probability above `threshold` predicts class 1.
  public init(threshold: Double = 0.5, name: String = "accuracy") {
    self.threshold = threshold
    super.init(name: name)
  }

  public override func measure(_ prediction: Tensor, _ target: Tensor) throws -> (
    sum: Double, count: Int
  ) {
    let labels = try ClassLabels(prediction, target, threshold: threshold, name)
    let right = zip(labels.predicted, labels.expected).reduce(0) { $1.0 == $1.1 ? $0 + 1 : $0 }
    return (Double(right), labels.expected.count)
  }
}

/// The fraction of samples whose class is among the `k` largest scores.
///
/// A tie with the k-th score counts.
public final class TopKAccuracy: MeanMetric {
  private let k: Int

  /// Creates the metric for the `k` largest of the scores `[N, C]`.
  public init(_ k: Int = 5, name: String? = nil) {
    self.k = k
    super.init(name: name ?? "top_\(k)_accuracy")
  }

  public override func measure(_ prediction: Tensor, _ target: Tensor) throws -> (
    sum: Double, count: Int
  ) {
    guard k > 0 else { throw TensorError(.value, name, "k has to be positive, but is \(k)") }
    guard prediction.ndim == 2, prediction.shape[1] > 0 else {
      throw TensorError(.shape, name, "expected scores [N, C], but got \(got: prediction.shape)")
    }
    let labels = try ClassLabels(prediction, target, threshold: 0.5, name)
    let expected = try Tensor(labels.expected).to(prediction.device).unsqueeze(1)
    let scores = try prediction.gather(1, expected)
    // A NaN score compares as neither larger nor smaller.
    let before = try (prediction .> scores).sum(dim: 1).toArray(as: Int.self)
    let isNumber = try scores.isnan().logicalNot().toArray(as: Bool.self)
    let right = zip(before, isNumber).reduce(0) { $1.0 < k && $1.1 ? $0 + 1 : $0 }
    return (Double(right), labels.expected.count)
  }
}
