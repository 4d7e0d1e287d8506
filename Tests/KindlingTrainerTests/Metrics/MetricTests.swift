import Kindling
import KindlingTrainer
import Testing
import _TestExpectations

/// Metrics of fixed predictions, in one batch and in uneven ones.
///
/// Expected values are scikit-learn's (`precision_score` and so on, with `average=`).
struct MetricTests {
  /// True and predicted classes of 12 samples.
  static let expected = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2]
  static let predicted = [0, 0, 1, 2, 1, 1, 0, 2, 2, 2, 1, 0]

  private static func scores() throws -> Tensor {
    try Tensor(predicted.map { p in (0..<3).map { $0 == p ? 2.0 : Double($0) * 0.1 } })
  }

  struct Case: CustomTestStringConvertible {
    let name: String
    let make: @Sendable () -> any Metric
    let value: Double
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "accuracy", make: { Accuracy() }, value: 7.0 / 12),
    Case(name: "top 2", make: { TopKAccuracy(2) }, value: 9.0 / 12),
    Case(name: "top 3", make: { TopKAccuracy(3) }, value: 1),
    Case(name: "matrix", make: { ConfusionMatrix() }, value: 7.0 / 12),
    Case(name: "precision macro", make: { Precision() }, value: 0.5833333333333334),
    Case(name: "precision micro", make: { Precision(.micro) }, value: 7.0 / 12),
    Case(name: "precision weighted", make: { Precision(.weighted) }, value: 0.6041666666666666),
    Case(name: "precision binary", make: { Precision(.binary(positive: 2)) }, value: 0.75),
    Case(name: "recall macro", make: { Recall() }, value: 0.5888888888888889),
    Case(name: "recall weighted", make: { Recall(.weighted) }, value: 7.0 / 12),
    Case(name: "F1 macro", make: { F1Score() }, value: 0.5793650793650794),
    Case(name: "F1 weighted", make: { F1Score(.weighted) }, value: 0.5873015873015873),
  ]

  @Test(arguments: cases) func overUnevenBatches(_ item: Case) throws {
    let scores = try Self.scores(), labels = Tensor(Self.expected)
    for sizes in [[12], [5, 5, 2], [1, 11], [7, 0, 5]] {
      let metric = item.make()
      var start = 0
      for size in sizes {
        try metric.update(scores.narrow(0, start, size), labels.narrow(0, start, size))
        start += size
      }
      let result = try metric.result()
      expectClose(result, item.value, rtol: 1e-12, "over \(sizes)")
      let other = item.make()
      try other.loadState(metric.state)
      #expect(try other.result() == result)
      metric.reset()
      #expect(try metric.result().isNaN)
    }
  }

  @Test func confusionMatrixHasTrueRows() throws {
    let matrix = ConfusionMatrix(classes: 4)
    try matrix.update(Self.scores(), Tensor(Self.expected))
    #expect(matrix.counts == [[2, 1, 1, 0], [1, 2, 0, 0], [1, 1, 3, 0], [0, 0, 0, 0]])
    #expect(try matrix.matrix().shape == [4, 4])
    #expect(matrix.total == 12)
  }

  @Test func probabilitiesAndOneHotTargetsAreClasses() throws {
    let accuracy = Accuracy()
    try accuracy.update(Tensor([0.2, 0.7, 0.5, 0.9]), Tensor([0, 1, 1, 0]))
    #expect(try accuracy.result() == 0.5)
    accuracy.reset()
    try accuracy.update(Tensor([[0.2], [0.7]]), Tensor([[0.0], [1.0]]))
    #expect(try accuracy.result() == 1)
    accuracy.reset()
    try accuracy.update(
      Self.scores().narrow(0, 0, 3), Tensor([[1.0, 0, 0], [1, 0, 0], [1, 0, 0]]))
    try expectClose(accuracy.result(), 2.0 / 3, rtol: 1e-12)
    let images = Accuracy()
    try images.update(Tensor.zeros(2, 3, 4, 4), Tensor.zeros(2, 4, 4, dtype: .int64))
    #expect(try images.result() == 1)
  }

  @Test func regressionMetricsWeighElements() throws {
    let (mse, mae) = (MeanSquaredError(), MeanAbsoluteError())
    for metric in [mse, mae] as [any Metric] {
      try metric.update(Tensor([[1.0, 2]]), Tensor([[0.0, 4]]))
      try metric.update(Tensor([[0.0, 0], [3, -1]]), Tensor([[0.0, 1], [0, 0]]))
    }
    #expect(try mse.result() == 16.0 / 6)
    #expect(try mae.result() == 8.0 / 6)
  }

  @Test func refusals() throws {
    expectRefusal("accuracy: Target 3 is out of bounds for 3 classes") {
      try Accuracy().update(Self.scores().narrow(0, 0, 1), Tensor([3]))
    }
    expectRefusal("accuracy: expected scores [N, C] with targets [N] or [N, C]…") {
      try Accuracy().update(Self.scores(), Tensor([0, 1]))
    }
    expectRefusal("accuracy: expected scores [N, C] with targets…") {
      try Accuracy().update(Tensor([0.5, 0.5]), Tensor([1]))
    }
    expectRefusal("…predictions of shape [2, 1] and targets of shape [2] have to have one shape…") {
      try MeanSquaredError().update(Tensor.zeros(2, 1), Tensor.zeros(2))
    }
    expectRefusal("top_0_accuracy: k has to be positive, but is 0") {
      try TopKAccuracy(0).update(Self.scores(), Tensor(Self.expected))
    }
    expectRefusal("top_1_accuracy: expected scores [N, C], but got [2]") {
      try TopKAccuracy(1).update(Tensor([1.0, 2]), Tensor([1, 0]))
    }
    let precision = Precision(.binary(positive: 7))
    try precision.update(Self.scores(), Tensor(Self.expected))
    expectRefusal("precision: there is no class 7 among 3") { try precision.result() }
    expectRefusal("the saved state of accuracy is none…") { try Accuracy().loadState(["sum": 1]) }
    expectRefusal("the saved state of f1 is none") {
      try F1Score().loadState(["counts": [[1, 2]]])
    }
  }
}
