public import KindlingCore
import KindlingData

/// Batches of inputs and targets, such as a loader of pairs.
public typealias LabelledBatches = any Sequence<Result<(Tensor, Tensor), any Error>>

/// Batches of inputs, targets and sample weights `[N]`, such as a loader of triples.
public typealias WeightedBatches = any Sequence<Result<(Tensor, Tensor, Tensor), any Error>>

/// A batch of inputs, targets and optional sample weights.
struct TrainingBatch {
  let inputs: Tensor
  let targets: Tensor
  var weights: Tensor?

  func to(_ device: Device) throws -> TrainingBatch {
    TrainingBatch(
      inputs: try inputs.to(device), targets: try targets.to(device),
      weights: try weights?.to(device))
  }
}

/// Batches with or without weights in a common form.
struct TrainingBatches: Sequence {
  let count: Int
  private let iterator: () -> AnyIterator<Result<TrainingBatch, any Error>>

  init(_ batches: LabelledBatches) {
    self.init(batches) { TrainingBatch(inputs: $0.0, targets: $0.1) }
  }

  init(_ batches: WeightedBatches) {
    self.init(batches) { TrainingBatch(inputs: $0.0, targets: $0.1, weights: $0.2) }
  }

  private init<Parts>(
    _ batches: any Sequence<Result<Parts, any Error>>,
    _ pack: @escaping (Parts) -> TrainingBatch
  ) {
    count = (batches as? any CountedBatches)?.count ?? batches.underestimatedCount
    iterator = { Self.iterate(batches, pack) }
  }

  private static func iterate<Parts>(
    _ batches: some Sequence<Result<Parts, any Error>>,
    _ pack: @escaping (Parts) -> TrainingBatch
  ) -> AnyIterator<Result<TrainingBatch, any Error>> {
    AnyIterator(batches.lazy.map { $0.map(pack) }.makeIterator())
  }

  func makeIterator() -> AnyIterator<Result<TrainingBatch, any Error>> { iterator() }
}

/// The weight of each class, by default 1.
struct ClassWeights {
  private let weights: [Int: Double]

  init(_ weights: [Int: Double]) throws {
    for (label, weight) in weights.sorted(by: { $0.key < $1.key }) {
      guard label >= 0 else {
        throw TrainerError(.value, "fit: classWeight names the class \(label), which is negative")
      }
      guard weight >= 0 && weight.isFinite else {
        throw TrainerError(
          .value,
          "fit: classWeight must be finite and not negative, but class \(label) has \(PrintedNumber.shortest(weight))"
        )
      }
    }
    self.weights = weights
  }

  /// Returns the weights of samples whose targets are class numbers `[N, …]` or one-hot rows
  /// `[N, C]`.
  func callAsFunction(_ targets: Tensor) throws -> Tensor {
    let isOneHot = targets.ndim == 2 && targets.shape[1] > 1 && targets.dtype.isFloatingPoint
    let labels = try isOneHot ? targets.argmax(dim: 1) : targets
    return try Tensor(
      labels.toArray(as: Double.self).map { label in
        Int(exactly: label).flatMap { weights[$0] } ?? 1
      }
    ).view(labels.shape)
  }
}
