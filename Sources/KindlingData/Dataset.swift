public import KindlingCore

/// A source of samples with indices: a ``Dataset``, or an array.
///
/// Everything that takes a dataset has this constraint. An array is not a `Dataset`, since its
/// subscript ends the program for an index out of range; ``sample(at:)`` throws.
public protocol SampleSource<Sample> {
  /// The type of a sample: a tensor, a number, a tuple of these, or a type of your own.
  associatedtype Sample
  /// The number of samples.
  var count: Int { get }
  /// Returns the sample at `index`.
  func sample(at index: Int) throws -> Sample
}

extension Array: SampleSource {
  /// Returns the element at `index`.
  ///
  /// - Throws: `TensorError` `.index` if the index is out of range.
  public func sample(at index: Int) throws -> Element {
    guard indices.contains(index) else {
      throw TensorError(.index, "Array", "index \(index) is out of range for \(count) samples")
    }
    return self[index]
  }
}

/// A map-style dataset: samples accessed by index (PyTorch: `torch.utils.data.Dataset`).
///
/// ```swift
/// struct Squares: Dataset {
///   let count = 100
///   subscript(index: Int) -> (Tensor, Int) {
///     get throws { (Tensor(Double(index)), index * index) }
///   }
/// }
/// ```
///
/// A ``DataLoader`` with workers calls the subscript from several threads at once.
public protocol Dataset<Sample>: SampleSource {
  /// The type of a sample, inferred from the subscript.
  associatedtype Sample
  /// The sample at `index`, from 0.
  subscript(index: Int) -> Sample { get throws }
}

extension Dataset {
  /// Returns the sample at `index`, by the subscript.
  public func sample(at index: Int) throws -> Sample { try self[index] }
}

/// A dataset that can load whole batches faster than sample by sample.
///
/// A ``DataLoader`` with default collation asks for these first.
public protocol BatchedDataset<Sample>: Dataset {
  /// The type of a batch of the default collation.
  associatedtype Batch
  /// Returns the collated samples `indices`, or `nil` if samples must be loaded one by one.
  func batch(_ indices: [Int]) throws -> Batch?
}

/// A subset of another dataset (PyTorch: `torch.utils.data.Subset`).
public struct Subset<Base: SampleSource>: Dataset {
  /// The original dataset.
  public let dataset: Base
  /// The indices of the samples in the original dataset.
  public let indices: [Int]

  /// Creates a subset of the samples `indices` of `dataset`.
  ///
  /// - Throws: `TensorError` `.index` if an index is out of range.
  public init(_ dataset: Base, _ indices: [Int]) throws {
    try checkIndices(indices, dataset.count, "Subset")
    self.dataset = dataset
    self.indices = indices
  }

  /// The number of samples.
  public var count: Int { indices.count }

  /// The sample at `index`.
  public subscript(index: Int) -> Base.Sample {
    get throws {
      try checkIndices([index], count, "Subset")
      return try dataset.sample(at: indices[index])
    }
  }
}

extension Subset: BatchedDataset where Base: BatchedDataset {
  /// Returns the batch of the samples at `indices`.
  public func batch(_ indices: [Int]) throws -> Base.Batch? {
    try checkIndices(indices, count, "Subset")
    return try dataset.batch(indices.map { self.indices[$0] })
  }
}

/// A concatenation of datasets (PyTorch: `torch.utils.data.ConcatDataset`).
public struct ConcatDataset<Sample>: Dataset {
  /// The parts, in order.
  public var datasets: [any SampleSource<Sample>] { parts.items }
  private let parts: Parts
  /// The cumulative number of samples, including each part.
  public let cumulativeSizes: [Int]

  /// Creates a concatenation of `datasets`.
  ///
  /// - Throws: `TensorError` `.value` if there are no datasets, or if the total count overflows.
  public init(_ datasets: [any SampleSource<Sample>]) throws {
    guard !datasets.isEmpty else {
      throw TensorError(.value, "ConcatDataset", "datasets should not be an empty iterable")
    }
    parts = Parts(datasets)
    var total = 0
    cumulativeSizes = try datasets.map { dataset in
      let (sum, over) = total.addingReportingOverflow(dataset.count)
      guard !over, dataset.count >= 0 else {
        throw TensorError(
          .value, "ConcatDataset", "the datasets' counts \(datasets.map(\.count)) have no sum")
      }
      total = sum
      return total
    }
  }

  /// The number of samples.
  public var count: Int { cumulativeSizes.last ?? 0 }

  /// The sample at `index`.
  public subscript(index: Int) -> Sample {
    get throws {
      var dataset = self, index = index
      // Nested concatenations are entered without recursion.
      while true {
        try checkIndices([index], dataset.count, "ConcatDataset")
        let part = dataset.cumulativeSizes.firstIndex { index < $0 } ?? 0
        if part > 0 { index -= dataset.cumulativeSizes[part - 1] }
        guard let inner = dataset.parts.items[part] as? ConcatDataset<Sample> else {
          return try dataset.parts.items[part].sample(at: index)
        }
        dataset = inner
      }
    }
  }

  /// The parts; nested concatenations are released without recursion.
  private final class Parts {
    private(set) var items: [any SampleSource<Sample>]

    init(_ items: [any SampleSource<Sample>]) { self.items = items }

    deinit {
      GraphRelease.drop { pending in
        for item in items {
          if let inner = item as? ConcatDataset<Sample> { pending.append(inner.parts) }
        }
        items = []
      }
    }
  }
}

/// A dataset that applies a function to the samples of another, each time they are accessed.
public struct MappedDataset<Base: SampleSource, Sample>: Dataset {
  /// The original dataset.
  public let dataset: Base
  private let transform: (Base.Sample) throws -> Sample

  /// Creates a dataset of the samples of `dataset`, transformed by `transform`.
  public init(_ dataset: Base, _ transform: @escaping (Base.Sample) throws -> Sample) {
    self.dataset = dataset
    self.transform = transform
  }

  /// The number of samples.
  public var count: Int { dataset.count }

  /// The sample at `index`.
  public subscript(index: Int) -> Sample {
    get throws {
      try checkIndices([index], count, "MappedDataset")
      return try transform(dataset.sample(at: index))
    }
  }
}

// MARK: Splitting

/// Splits `dataset` randomly into subsets of the given sizes (PyTorch: `random_split`).
///
/// - Throws: `TensorError` `.value` unless the sizes add up to the number of samples.
public func randomSplit<D: SampleSource>(
  _ dataset: D, _ lengths: [Int], generator: Generator? = nil
) throws -> [Subset<D>] {
  if let (i, wrong) = lengths.enumerated().first(where: { $1 < 0 }) {
    throw TensorError(
      .value, "randomSplit", "lengths must be nonnegative, got \(got: wrong) at index \(got: i)")
  }
  var total = 0, fits = true
  for length in lengths {
    let (sum, over) = total.addingReportingOverflow(length)
    total = sum
    fits = fits && !over
  }
  guard fits, total == dataset.count else {
    throw TensorError(
      .value, "randomSplit",
      "sum of input lengths does not equal the length of the input dataset: \(lengths) for \(dataset.count) samples"
    )
  }
  try Layout.checkList(total, "randomSplit")
  for (i, length) in lengths.enumerated() where length == 0 {
    try Warnings.warn(
      .user, "", "Length of split at index \(i) is 0. This might result in an empty dataset.")
  }
  var order = (generator ?? .default).permutation(total)[...]
  return try lengths.map { length in
    defer { order = order.dropFirst(length) }
    return try Subset(dataset, Array(order.prefix(length)))
  }
}

/// Splits `dataset` randomly into subsets of the given fractions (PyTorch: `random_split`).
///
/// Sizes are rounded down; the remaining samples are distributed to the subsets in turn.
///
/// - Throws: `TensorError` `.value` unless the fractions are in 0…1 and add up to 1.
public func randomSplit<D: SampleSource>(
  _ dataset: D, _ fractions: [Double], generator: Generator? = nil
) throws -> [Subset<D>] {
  if let (i, wrong) = fractions.enumerated().first(where: { !(0...1).contains($1) }) {
    throw TensorError(
      .value, "randomSplit", "fraction at index \(i) is not between 0 and 1, but \(wrong)")
  }
  let sum = fractions.reduce(0, +)
  guard (sum - 1).magnitude <= 1e-9 else {
    throw TensorError(
      .value, "randomSplit", "fractions have to add up to 1, but \(fractions) add up to \(sum)")
  }
  try Layout.checkList(dataset.count, "randomSplit")
  var lengths = fractions.map { Int((Double(dataset.count) * $0).rounded(.down)) }
  for i in 0..<max(dataset.count - lengths.reduce(0, +), 0) { lengths[i % lengths.count] += 1 }
  return try randomSplit(dataset, lengths, generator: generator)
}

extension SampleSource {
  /// Returns a dataset that applies `transform` to these samples.
  public func mapSamples<T>(
    _ transform: @escaping (Sample) throws -> T
  ) -> MappedDataset<Self, T> { MappedDataset(self, transform) }
}

/// Throws unless all `indices` are in range for `count` samples.
func checkIndices(_ indices: [Int], _ count: Int, _ what: String) throws {
  if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
    throw TensorError(.index, what, "index \(wrong) is out of range for \(count) samples")
  }
}
