import KindlingCore

/// The predicted and true classes of a model's outputs and a dataset's targets.
///
/// - `[N, C, …]` scores with `[N, …]` class numbers, or with one-hot targets in the shape of the
///   scores: the class with the largest score;
/// - `[N]` or `[N, 1]` probabilities with as many targets: class 1 above the threshold.
struct ClassLabels {
  let predicted: [Int]
  let expected: [Int]
  let classes: Int

  init(_ prediction: Tensor, _ target: Tensor, threshold: Double, _ name: String) throws {
    let isBinary = prediction.ndim <= 1 || prediction.ndim == 2 && prediction.shape[1] == 1
    if isBinary {
      guard Self.flat(prediction.shape) == Self.flat(target.shape) else {
        throw ClassLabels.unfit(prediction, target, name)
      }
      classes = 2
      predicted = try (prediction .> threshold).toArray(as: Bool.self).map { $0 ? 1 : 0 }
    } else {
      classes = prediction.shape[1]
      predicted = classes == 0 ? [] : try prediction.argmax(dim: 1).toArray(as: Int.self)
    }
    var labels = target
    if !isBinary && target.shape == prediction.shape && classes > 0 {
      labels = try target.argmax(dim: 1)
    } else if !isBinary {
      var shape = prediction.shape
      shape.remove(at: 1)
      guard Self.flat(target.shape) == Self.flat(shape) else {
        throw ClassLabels.unfit(prediction, target, name)
      }
    }
    expected = try labels.toArray(as: Int.self)
    if let wrong = expected.first(where: { !(0..<classes).contains($0) }) {
      throw TensorError(
        .value, name, "Target \(wrong) is out of bounds for \(classes) classes")
    }
  }

  /// Returns a shape without trailing ones: a column is equivalent to a row.
  private static func flat(_ shape: [Int]) -> [Int] {
    var shape = shape
    while shape.last == 1 { shape.removeLast() }
    return shape
  }

  private static func unfit(_ prediction: Tensor, _ target: Tensor, _ name: String) -> TensorError {
    TensorError(
      .shape, name,
      "expected scores [N, C] with targets [N] or [N, C], or probabilities [N] with targets [N], but got \(got: prediction.shape) and \(got: target.shape)"
    )
  }
}
