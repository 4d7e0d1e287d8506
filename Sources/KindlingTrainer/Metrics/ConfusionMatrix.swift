public import KindlingCore

/// A confusion matrix: rows are true classes, columns predicted ones.
///
/// Its value as a metric is the accuracy; ``Precision``, ``Recall`` and ``F1Score`` are derived
/// from it.
public class ConfusionMatrix: Metric {
  /// The name of the value in logs.
  public let name: String
  private let threshold: Double
  /// The counts as `counts[true][predicted]`, for the largest number of classes seen.
  public private(set) final var counts: [[Int]]
  private let minimum: Int
  /// The maximum number of classes.
  package static let most = 1 << 13

  /// Creates a matrix of at least `classes` and at most 8192 classes; a probability above
  /// `threshold` predicts class 1.
  public init(classes: Int = 0, threshold: Double = 0.5, name: String = "confusion_matrix") {
    self.name = name
    self.threshold = threshold
    minimum = min(max(0, classes), Self.most)
    counts = []
    grow(to: minimum)
  }

  private final func grow(to classes: Int) {
    guard classes > counts.count else { return }
    for i in counts.indices { counts[i] += Array(repeating: 0, count: classes - counts[i].count) }
    while counts.count < classes { counts.append(Array(repeating: 0, count: classes)) }
  }

  /// Removes all samples.
  public final func reset() {
    counts = []
    grow(to: minimum)
  }

  /// Adds the samples of a batch.
  public final func update(_ prediction: Tensor, _ target: Tensor) throws {
    let labels = try ClassLabels(prediction.detach(), target.detach(), threshold: threshold, name)
    guard labels.classes <= Self.most else {
      throw TensorError(
        .value, name,
        "a matrix of \(labels.classes) classes would be too large; at most \(Self.most)")
    }
    grow(to: labels.classes)
    for (predicted, expected) in zip(labels.predicted, labels.expected) {
      counts[expected][predicted] += 1
    }
  }

  /// The number of samples.
  public final var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// Returns the counts as an int64 tensor `[C, C]`.
  public final func matrix() throws -> Tensor {
    try Tensor(counts.flatMap { $0 }).reshape(counts.count, counts.count)
  }

  /// Returns the accuracy; NaN without samples.
  public func result() throws -> Double {
    let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    return total == 0 ? .nan : Double(right) / Double(total)
  }

  /// The counts as plain data.
  public final var state: CheckpointValue {
    ["counts": .list(counts.map { .list($0.map { .int($0) }) })]
  }

  /// Restores the counts from ``state``.
  public final func loadState(_ state: CheckpointValue) throws {
    guard let rows = state["counts"]?.elements, rows.count <= Self.most,
      rows.allSatisfy({ $0.elements?.count == rows.count })
    else { throw TensorError(.value, "", "the saved state of \(name) is none") }
    let numbers = rows.map { $0.elements?.compactMap(\.intValue) ?? [] }
    // At most 2²⁶ cells with values below 2³⁷ have a sum below 2⁶³.
    guard numbers.allSatisfy({ $0.count == rows.count && $0.allSatisfy { 0..<1 << 37 ~= $0 } })
    else { throw TensorError(.value, "", "the saved state of \(name) is none") }
    counts = numbers
  }

  // MARK: Classes

  /// Returns the true positives of class `c`, and the numbers of samples predicted and expected to
  /// be in it.
  final func share(_ c: Int) -> (right: Int, predicted: Int, expected: Int) {
    (counts[c][c], counts.reduce(0) { $0 + $1[c] }, counts[c].reduce(0, +))
  }
}

/// The averaging of values over classes (scikit-learn: `average`).
public enum ClassAverage: Sendable {
  /// The value of one class.
  case binary(positive: Int = 1)
  /// The mean over classes.
  case macro
  /// The mean over classes, weighted by their numbers of samples.
  case weighted
  /// The value for all samples together, which equals the accuracy for each of the metrics.
  case micro
}

/// The base class of metrics computed from correct, predicted and expected samples per class.
public class ClassMetric: ConfusionMatrix {
  private let average: ClassAverage

  fileprivate init(_ average: ClassAverage, classes: Int, threshold: Double, name: String) {
    self.average = average
    super.init(classes: classes, threshold: threshold, name: name)
  }

  fileprivate func number(_ right: Double, _ predicted: Double, _ expected: Double) -> Double {
    .nan
  }

  /// Returns the value for class `c`; 0 for 0 / 0.
  public final func result(forClass c: Int) -> Double {
    guard counts.indices.contains(c) else { return .nan }
    let share = share(c)
    return number(Double(share.right), Double(share.predicted), Double(share.expected))
  }

  public override func result() throws -> Double {
    if total == 0 { return .nan }
    switch average {
    case .binary(let positive):
      guard counts.indices.contains(positive) else {
        throw TensorError(.value, name, "there is no class \(positive) among \(counts.count)")
      }
      return result(forClass: positive)
    case .macro:
      // Classes that neither occur nor are predicted are ignored.
      let present = counts.indices.filter { share($0).predicted + share($0).expected > 0 }
      return present.reduce(0) { $0 + result(forClass: $1) } / Double(present.count)
    case .weighted:
      return counts.indices.reduce(0) { $0 + Double(share($1).expected) * result(forClass: $1) }
        / Double(total)
    case .micro:
      let right = Double(counts.indices.reduce(0) { $0 + counts[$1][$1] })
      return number(right, Double(total), Double(total))
    }
  }
}

/// The precision: the fraction of the samples predicted to be in a class that are in it.
public final class Precision: ClassMetric {
  /// Creates the metric; for two classes `.binary()` matches Keras.
  public override init(
    _ average: ClassAverage = .macro, classes: Int = 0, threshold: Double = 0.5,
    name: String = "precision"
  ) { super.init(average, classes: classes, threshold: threshold, name: name) }

  override func number(_ right: Double, _ predicted: Double, _ expected: Double) -> Double {
    predicted == 0 ? 0 : right / predicted
  }
}

/// The recall: the fraction of the samples of a class that are predicted to be in it.
public final class Recall: ClassMetric {
  /// Creates the metric; for two classes `.binary()` matches Keras.
  public override init(
    _ average: ClassAverage = .macro, classes: Int = 0, threshold: Double = 0.5,
    name: String = "recall"
  ) { super.init(average, classes: classes, threshold: threshold, name: name) }

  override func number(_ right: Double, _ predicted: Double, _ expected: Double) -> Double {
    expected == 0 ? 0 : right / expected
  }
}

/// The harmonic mean of precision and recall.
public final class F1Score: ClassMetric {
  /// Creates the metric.
  public override init(
    _ average: ClassAverage = .macro, classes: Int = 0, threshold: Double = 0.5,
    name: String = "f1"
  ) { super.init(average, classes: classes, threshold: threshold, name: name) }

  override func number(_ right: Double, _ predicted: Double, _ expected: Double) -> Double {
    predicted + expected == 0 ? 0 : 2 * right / (predicted + expected)
  }
}
