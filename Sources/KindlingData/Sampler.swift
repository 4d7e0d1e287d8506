public import KindlingCore

/// A sequence of sample indices, or of batches of them, for each pass
/// (PyTorch: `torch.utils.data.Sampler`).
///
/// Random samplers draw when the first element of a pass is requested.
public protocol Sampler<Element>: Sequence {
  /// The number of elements in a pass.
  var count: Int { get }
}

/// An array is a sampler that yields its elements in order.
extension Array: Sampler {}

/// A sampler of all samples in order (PyTorch: `SequentialSampler`).
public struct SequentialSampler: Sampler {
  /// The number of indices in a pass.
  public let count: Int

  /// Creates a sampler of all samples of `dataset`.
  public init(_ dataset: some SampleSource) { count = dataset.count }

  /// Returns an iterator over the indices of a pass.
  public func makeIterator() -> AnyIterator<Int> {
    var next = 0
    return AnyIterator { [count] in
      defer { next += 1 }
      return next < count ? next : nil
    }
  }
}

/// A sampler in random order, with or without replacement (PyTorch: `RandomSampler`).
public struct RandomSampler: Sampler {
  /// Whether to draw with replacement.
  public let replacement: Bool
  /// The number of indices in a pass.
  public let count: Int
  /// The random generator; `nil` uses a new generator for each pass, seeded from the default one.
  public let generator: KindlingCore.Generator?
  private let size: Int

  /// Creates a sampler of `numSamples` samples of `dataset`; `nil` means all.
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
        "num_samples should be a positive integer value, but got num_samples=\(got: count)")
    }
    guard size > 0 else {
      throw TensorError(
        .value, "RandomSampler", "the dataset is empty: there is nothing to draw from")
    }
    if !replacement { try Layout.checkList(size, "RandomSampler") }
    self.replacement = replacement
    self.generator = generator
  }

  /// Returns an iterator over the indices of a pass.
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
          // Drawn in blocks, as in PyTorch; the last one may be empty.
          let block = Swift.min(left, 32)
          drawn = from.integers(block, below: size)
          isFinished = left < 32
          left -= block
        } else {
          // One more permutation is drawn, even if none of it is needed.
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

/// A sampler of given indices in random order (PyTorch: `SubsetRandomSampler`).
public struct SubsetRandomSampler: Sampler {
  /// The indices of the samples.
  public let indices: [Int]
  /// The random generator; `nil` uses the default generator.
  public let generator: KindlingCore.Generator?

  /// Creates a sampler of `indices`, in a new order for each pass.
  public init(_ indices: [Int], generator: KindlingCore.Generator? = nil) {
    self.indices = indices
    self.generator = generator
  }

  /// The number of indices in a pass.
  public var count: Int { indices.count }

  /// Returns an iterator over the indices of a pass.
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

/// A sampler that draws in proportion to weights (PyTorch: `WeightedRandomSampler`).
public struct WeightedRandomSampler: Sampler {
  /// The weight of each sample; the sum need not be 1.
  public let weights: [Double]
  /// The number of indices in a pass.
  public let count: Int
  /// Whether to draw with replacement.
  public let replacement: Bool
  /// The random generator; `nil` uses the default generator.
  public let generator: KindlingCore.Generator?

  /// Creates a sampler of `numSamples` samples.
  ///
  /// - Throws: `TensorError` `.value` if weights are negative, not finite or all zero, or fewer
  ///   than the samples to draw without replacement.
  public init(
    _ weights: [Double], numSamples: Int, replacement: Bool = true,
    generator: KindlingCore.Generator? = nil
  ) throws {
    guard numSamples > 0 else {
      throw TensorError(
        .value, "WeightedRandomSampler",
        "num_samples should be a positive integer value, but got num_samples=\(got: numSamples)")
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

  /// Returns an iterator over the indices of a pass.
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

/// A sampler of batches of another sampler's indices (PyTorch: `BatchSampler`).
public struct BatchSampler: Sampler {
  /// The sampler of single indices.
  public let sampler: any Sampler<Int>
  /// The number of samples in a batch.
  public let batchSize: Int
  /// Whether to drop an incomplete last batch.
  public let dropLast: Bool

  /// Creates a sampler of batches of `batchSize` samples.
  ///
  /// - Throws: `TensorError` `.value` unless `batchSize` is positive.
  public init(_ sampler: any Sampler<Int>, batchSize: Int, dropLast: Bool = false) throws {
    guard batchSize > 0 else {
      throw TensorError(
        .value, "BatchSampler",
        "batch_size should be a positive integer value, but got batch_size=\(got: batchSize)")
    }
    self.sampler = sampler
    self.batchSize = batchSize
    self.dropLast = dropLast
  }

  /// The number of batches in a pass.
  public var count: Int {
    let full = sampler.count / batchSize
    return dropLast || sampler.count % batchSize == 0 ? full : full + 1
  }

  /// Returns an iterator over the batches of a pass.
  public func makeIterator() -> AnyIterator<[Int]> {
    let indices = iterator(of: sampler)
    return AnyIterator { [batchSize, dropLast] in
      var batch: [Int] = []
      while batch.count < batchSize, let index = indices.next() { batch.append(index) }
      return batch.isEmpty || dropLast && batch.count < batchSize ? nil : batch
    }
  }
}

/// Returns the iterator of a sampler of any type.
func iterator<Element>(of sampler: any Sampler<Element>) -> AnyIterator<Element> {
  func open<S: Sampler>(_ sampler: S) -> AnyIterator<S.Element> {
    AnyIterator(sampler.makeIterator())
  }
  return open(sampler)
}
