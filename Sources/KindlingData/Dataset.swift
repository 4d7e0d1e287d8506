public import KindlingCore

/// A source of numbered samples: a ``Dataset``, or an array.
///
/// This is the constraint of everything that takes a dataset. An array is no `Dataset` itself, since
/// its own subscript ends the program for an index out of range; ``sample(at:)`` throws.
public protocol SampleSource<Sample> {
  /// The type of a sample: a tensor, a number, a tuple of these, or a type of your own.
  associatedtype Sample
  /// The number of samples.
  var count: Int { get }
  /// Returns sample number `index`, from 0.
  func sample(at index: Int) throws -> Sample
}

extension Array: SampleSource {
  /// Returns the element at `index`.
  ///
  /// - Throws: `TensorError` `.index` where the array has no such element.
  public func sample(at index: Int) throws -> Element {
    guard indices.contains(index) else {
      throw TensorError(.index, "Array", "index \(index) is out of range for \(count) samples")
    }
    return self[index]
  }
}

/// Samples by number (PyTorch: `torch.utils.data.Dataset`).
///
/// ```swift
/// struct Squares: Dataset {
///   let count = 100
///   subscript(index: Int) -> (Tensor, Int) { get throws { (Tensor(Double(index)), index * index) } }
/// }
/// ```
///
/// A ``DataLoader`` with workers calls the subscript from several threads at once.
public protocol Dataset<Sample>: SampleSource {
  /// The type of a sample, inferred from the subscript.
  associatedtype Sample
  /// Sample number `index`, from 0.
  subscript(index: Int) -> Sample { get throws }
}

extension Dataset {
  /// Returns sample number `index`: what the subscript gives.
  public func sample(at index: Int) throws -> Sample { try self[index] }
}

/// A dataset that can make whole batches faster than sample by sample.
///
/// A ``DataLoader`` that collates in the default way asks for these first.
public protocol BatchedDataset<Sample>: Dataset {
  /// What the default collation makes of samples.
  associatedtype Batch
  /// What collating the samples `indices` would give, or nil where samples have to be made one by one.
  func batch(_ indices: [Int]) throws -> Batch?
}

/// Some samples of another dataset (PyTorch: `torch.utils.data.Subset`).
public struct Subset<Base: SampleSource>: Dataset {
  /// The dataset the samples come from.
  public let dataset: Base
  /// The number there of each sample here.
  public let indices: [Int]

  /// Samples `indices` of `dataset`.
  ///
  /// - Throws: `TensorError` `.index` where `dataset` has no such sample.
  public init(_ dataset: Base, _ indices: [Int]) throws {
    try checkIndices(indices, dataset.count, "Subset")
    self.dataset = dataset
    self.indices = indices
  }

  /// How many samples there are.
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
  /// The samples at `indices`, collected at once.
  public func batch(_ indices: [Int]) throws -> Base.Batch? {
    try checkIndices(indices, count, "Subset")
    return try dataset.batch(indices.map { self.indices[$0] })
  }
}

/// Several datasets one after another (PyTorch: `torch.utils.data.ConcatDataset`).
public struct ConcatDataset<Sample>: Dataset {
  /// The parts, in order.
  public var datasets: [any SampleSource<Sample>] { parts.items }
  private let parts: Parts
  /// The number of samples up to and with each part.
  public let cumulativeSizes: [Int]

  /// The samples of `datasets`.
  ///
  /// - Throws: `TensorError` `.value` where there are none, or too many samples to be counted.
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

  /// How many samples there are.
  public var count: Int { cumulativeSizes.last ?? 0 }

  /// The sample at `index`.
  public subscript(index: Int) -> Sample {
    get throws {
      var dataset = self, index = index
      // Those inside others are entered without recursion.
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

  /// The parts, released without recursion where they are such datasets themselves.
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

/// A dataset whose samples go through a function, each time they are asked for.
public struct MappedDataset<Base: SampleSource, Sample>: Dataset {
  /// The dataset the samples come from.
  public let dataset: Base
  private let transform: (Base.Sample) throws -> Sample

  /// The samples of `dataset`, each seen through `transform`.
  public init(_ dataset: Base, _ transform: @escaping (Base.Sample) throws -> Sample) {
    self.dataset = dataset
    self.transform = transform
  }

  /// How many samples there are.
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

/// Parts of `dataset` of the sizes `lengths`, chosen at random (PyTorch: `random_split`).
///
/// - Throws: `TensorError` `.value` unless the sizes add up to the number of samples.
public func randomSplit<D: SampleSource>(
  _ dataset: D, _ lengths: [Int], generator: Generator? = nil
) throws -> [Subset<D>] {
  if let (i, wrong) = lengths.enumerated().first(where: { $1 < 0 }) {
    throw TensorError(
      .value, "randomSplit", "lengths must be nonnegative, got \(wrong) at index \(i)")
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

/// Parts of `dataset`, each a fraction of it, chosen at random; what rounding down leaves over goes to
/// the parts in turn (PyTorch: `random_split`).
///
/// - Throws: `TensorError` `.value` unless the fractions lie in 0…1 and add up to 1.
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
  /// These samples as a dataset whose samples go through `transform`.
  public func mapSamples<T>(
    _ transform: @escaping (Sample) throws -> T
  ) -> MappedDataset<Self, T> { MappedDataset(self, transform) }
}

/// Throws unless all of `indices` are of `count` samples.
func checkIndices(_ indices: [Int], _ count: Int, _ what: String) throws {
  if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
    throw TensorError(.index, what, "index \(wrong) is out of range for \(count) samples")
  }
}
