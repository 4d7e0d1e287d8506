public import KindlingCore

/// Numbers of samples, or batches of them, in some order; a new one for each pass
/// (PyTorch: `torch.utils.data.Sampler`).
///
/// Random samplers draw when the first element of a pass is asked for.
public protocol Sampler<Element>: Sequence {
  /// How many elements a pass has.
  var count: Int { get }
}

/// An array is a sampler that always gives its elements, in order.
extension Array: Sampler {}

/// All samples in order (PyTorch: `SequentialSampler`).
public struct SequentialSampler: Sampler {
  /// How many indexes one pass gives.
  public let count: Int

  /// The samples of `dataset`.
  public init(_ dataset: some SampleSource) { count = dataset.count }

  /// One pass over the indexes.
  public func makeIterator() -> AnyIterator<Int> {
    var next = 0
    return AnyIterator { [count] in
      defer { next += 1 }
      return next < count ? next : nil
    }
  }
}

/// Samples in random order, or drawn independently of each other (PyTorch: `RandomSampler`).
public struct RandomSampler: Sampler {
  /// Whether a sample may come again before all others have come.
  public let replacement: Bool
  /// How many indexes one pass gives.
  public let count: Int
  /// What draws; a new generator for each pass where nil, seeded by the default one.
  public let generator: KindlingCore.Generator?
  private let size: Int

  /// `numSamples` (all where nil) samples of `dataset`.
  ///
  /// - Throws: `TensorError` `.value` unless `numSamples` is positive and `dataset` has samples.
  public init(
    _ dataset: some SampleSource, replacement: Bool = false, numSamples: Int? = nil,
    generator: KindlingCore.Generator? = nil
  ) throws {
    size = dataset.count
    count = numSamples ?? size
    guard count > 0 else {
      throw TensorError(
        .value, "RandomSampler",
        "num_samples should be a positive integer value, but got num_samples=\(count)")
    }
    guard size > 0 else {
      throw TensorError(
        .value, "RandomSampler", "the dataset is empty: there is nothing to draw from")
    }
    if !replacement { try Layout.checkList(size, "RandomSampler") }
    self.replacement = replacement
    self.generator = generator
  }

  /// One pass over the indexes.
  public func makeIterator() -> AnyIterator<Int> {
    var source = generator
    var drawn: [Int] = [], next = 0, left = count, isFinished = false
    return AnyIterator { [size, replacement] in
      while next == drawn.count {
        if isFinished { return nil }
        let from = source ?? KindlingCore.Generator(seed: KindlingCore.Generator.default.drawSeed())
        source = from
        next = 0
        if replacement {
          // In blocks, as PyTorch draws them; the last one may be empty.
          let block = Swift.min(left, 32)
          drawn = from.integers(block, below: size)
          isFinished = left < 32
          left -= block
        } else {
          // One more permutation is drawn even where none of it is needed.
          drawn = Array(from.permutation(size).prefix(left))
          isFinished = left < size
          left -= drawn.count
        }
      }
      defer { next += 1 }
      return drawn[next]
    }
  }
}

/// Some samples in random order (PyTorch: `SubsetRandomSampler`).
public struct SubsetRandomSampler: Sampler {
  /// The samples.
  public let indices: [Int]
  /// What draws; the default generator where nil.
  public let generator: KindlingCore.Generator?

  /// Samples `indices`, in a new order each pass.
  public init(_ indices: [Int], generator: KindlingCore.Generator? = nil) {
    self.indices = indices
    self.generator = generator
  }

  /// How many indexes one pass gives.
  public var count: Int { indices.count }

  /// One pass over the indexes.
  public func makeIterator() -> AnyIterator<Int> {
    var order: IndexingIterator<[Int]>?
    return AnyIterator { [indices, generator] in
      if order == nil {
        order = (generator ?? .default).permutation(indices.count).map { indices[$0] }
          .makeIterator()
      }
      return order?.next()
    }
  }
}

/// Samples in proportion to weights (PyTorch: `WeightedRandomSampler`).
public struct WeightedRandomSampler: Sampler {
  /// The weight of each sample; they need not add up to 1.
  public let weights: [Double]
  /// How many indexes one pass gives.
  public let count: Int
  /// Whether a sample may come more than once in a pass.
  public let replacement: Bool
  /// What draws; the default generator where nil.
  public let generator: KindlingCore.Generator?

  /// `numSamples` samples.
  ///
  /// - Throws: `TensorError` `.value` where weights are negative, not finite or all zero, or are
  ///   fewer than samples drawn without replacement.
  public init(
    _ weights: [Double], numSamples: Int, replacement: Bool = true,
    generator: KindlingCore.Generator? = nil
  ) throws {
    guard numSamples > 0 else {
      throw TensorError(
        .value, "WeightedRandomSampler",
        "num_samples should be a positive integer value, but got num_samples=\(numSamples)")
    }
    if let wrong = weights.first(where: { !($0 >= 0 && $0.isFinite) }) {
      throw TensorError(
        .value, "WeightedRandomSampler",
        "weights must be finite and not negative, but one is \(wrong)")
    }
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite else {
      throw TensorError(
        .value, "WeightedRandomSampler",
        "weights must have a positive, finite sum, but it is \(sum)")
    }
    try Layout.checkList(numSamples, "WeightedRandomSampler")
    guard replacement || numSamples <= weights.count else {
      throw TensorError(
        .value, "WeightedRandomSampler",
        "cannot draw \(numSamples) samples without replacement from \(weights.count)")
    }
    self.weights = weights
    count = numSamples
    self.replacement = replacement
    self.generator = generator
  }

  /// One pass over the indexes.
  public func makeIterator() -> AnyIterator<Int> {
    var order: IndexingIterator<[Int]>?
    return AnyIterator { [weights, count, replacement, generator] in
      if order == nil {
        order = (generator ?? .default).weighted(weights, count, replacement: replacement)
          .makeIterator()
      }
      return order?.next()
    }
  }
}

/// Batches of what another sampler gives (PyTorch: `BatchSampler`).
public struct BatchSampler: Sampler {
  /// Where the samples come from.
  public let sampler: any Sampler<Int>
  /// The samples in a batch.
  public let batchSize: Int
  /// Whether a last batch that is not full is left out.
  public let dropLast: Bool

  /// Batches of `batchSize` samples.
  ///
  /// - Throws: `TensorError` `.value` unless `batchSize` is positive.
  public init(_ sampler: any Sampler<Int>, batchSize: Int, dropLast: Bool = false) throws {
    guard batchSize > 0 else {
      throw TensorError(
        .value, "BatchSampler",
        "batch_size should be a positive integer value, but got batch_size=\(batchSize)")
    }
    self.sampler = sampler
    self.batchSize = batchSize
    self.dropLast = dropLast
  }

  /// How many indexes one pass gives.
  public var count: Int {
    let full = sampler.count / batchSize
    return dropLast || sampler.count % batchSize == 0 ? full : full + 1
  }

  /// One pass over the indexes.
  public func makeIterator() -> AnyIterator<[Int]> {
    let indices = iterator(of: sampler)
    return AnyIterator { [batchSize, dropLast] in
      var batch: [Int] = []
      while batch.count < batchSize, let index = indices.next() { batch.append(index) }
      return batch.isEmpty || dropLast && batch.count < batchSize ? nil : batch
    }
  }
}

/// The iterator of a sampler of any type.
func iterator<Element>(of sampler: any Sampler<Element>) -> AnyIterator<Element> {
  func open<S: Sampler>(_ sampler: S) -> AnyIterator<S.Element> {
    AnyIterator(sampler.makeIterator())
  }
  return open(sampler)
}
