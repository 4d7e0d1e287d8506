import Kindling
import KindlingTrainer
import KindlingVision

/// The predictions of a trained network on the test data, for `kindling train --report`.
struct ReportData {
  private(set) var confusion = ConfusionMatrix()
  private var samples: [TrainingReport.Sample] = []
  /// The wrong predictions, with their confidence.
  private var wrong: [(index: Int, predicted: Int, expected: Int, confidence: Double)] = []
  private let classes: [String]

  /// The number of images in a gallery.
  private static let shown = 18

  /// Applies `network` to all of `test`.
  init<Source: Dataset, Label: Collatable>(
    _ network: any Layer, _ test: Source, classes: [String]
  ) throws where Source.Sample == (Tensor, Label), Label.Batch == Tensor {
    self.classes = classes
    confusion = ConfusionMatrix(classes: classes.count)
    var start = 0
    try network.inMode(training: false) {
      try noGrad {
        for batch in try DataLoader(test, batchSize: 256) {
          let (x, y) = try batch.get()
          let scores = try network(x)
          try confusion.update(scores, y)
          let best = try scores.softmax(dim: 1).max(dim: 1)
          let sure = try best.values.toArray(as: Double.self)
          let predicted = try best.indices.toArray(as: Int.self),
            expected = try y.toArray(as: Int.self)
          for i in predicted.indices {
            let found = (start + i, predicted[i], expected[i], sure[i])
            if start + i < Self.shown { samples.append(try sample(test, found)) }
            if predicted[i] != expected[i] { wrong.append(found) }
          }
          start += predicted.count
        }
      }
    }
    wrong.sort { $0.confidence > $1.confidence }
    wrong.removeLast(max(0, wrong.count - Self.shown))
    mistakes = try wrong.map { try sample(test, $0) }
  }

  private var mistakes: [TrainingReport.Sample] = []

  private func name(_ label: Int) -> String {
    classes.indices.contains(label) ? classes[label] : "\(label)"
  }

  private func sample<Source: Dataset, Label>(
    _ test: Source, _ found: (index: Int, predicted: Int, expected: Int, confidence: Double)
  ) throws -> TrainingReport.Sample where Source.Sample == (Tensor, Label) {
    let x = try test[found.index].0
    return TrainingReport.Sample(
      png: try ReportData.png(x), text: try ReportData.words(x), expected: name(found.expected),
      predicted: name(found.predicted), confidence: found.confidence)
  }

  /// Returns the image in `x`, or an 8×8 image of 64 numbers.
  private static func png(_ x: Tensor) throws -> [UInt8]? {
    var image = x
    if x.shape == [64] { image = try x.reshape(1, 8, 8) }
    guard image.ndim == 3, [1, 3].contains(image.shape[0]), image.shape[1] > 1, image.shape[2] > 1
    else { return nil }
    if image.dtype != .uint8 { image = try image.clamp(min: 0, max: 1).mul(255).round().to(.uint8) }
    return try encodePNG(image)
  }

  /// Returns the first numbers of `x` as text.
  private static func words(_ x: Tensor) throws -> String {
    let values = try x.reshape(-1).toArray(as: Double.self)
    return values.prefix(8).map { PrintedNumber.fixed($0, 2) }.joined(separator: ", ")
      + (values.count > 8 ? ", …" : "")
  }

  /// Returns the report.
  func report(
    title: String, _ history: History, configuration: [(name: String, value: String)]
  ) -> TrainingReport {
    var report = TrainingReport(
      title: title, configuration: configuration, history: history, confusion: confusion,
      classes: classes)
    report.samples = samples
    report.mistakes = mistakes
    return report
  }
}
