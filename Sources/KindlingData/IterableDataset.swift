public import KindlingCore

/// A dataset that is read in sequence, such as lines of a log or records of a stream
/// (PyTorch: `torch.utils.data.IterableDataset`).
///
/// ```swift
/// struct Countdown: IterableDataset {
///   func begin() -> () throws -> Int? {
///     var next = 3
///     return {
///       next -= 1
///       return next < 0 ? nil : next
///     }
///   }
/// }
/// for batch in try IterableDataLoader(Countdown(), batchSize: 2) { print(try batch.get()) }
/// ```
public protocol IterableDataset<Sample> {
  /// The type of a sample.
  associatedtype Sample
  /// Starts a pass over the samples.
  ///
  /// - Returns: a function that returns the next sample, and `nil` after the last one.
  func begin() throws -> () throws -> Sample?
}

/// An iterable dataset of the elements of a sequence.
public struct SequenceDataset<Base: Sequence>: IterableDataset {
  /// The elements.
  public let base: Base

  /// Creates a dataset of the elements of `base`, which is iterated again in every pass.
  public init(_ base: Base) { self.base = base }

  /// Starts a pass over the elements.
  public func begin() -> () throws -> Base.Element? {
    var iterator = base.makeIterator()
    return { iterator.next() }
  }
}

/// A chain of iterable datasets (PyTorch: `torch.utils.data.ChainDataset`).
public struct ChainDataset<Sample>: IterableDataset {
  /// The parts, in order.
  public var datasets: [any IterableDataset<Sample>] { parts.items }
  private let parts: Parts

  /// Creates a chain of `datasets`.
  public init(_ datasets: [any IterableDataset<Sample>]) { parts = Parts(datasets) }

  /// Starts a pass; each part starts when the one before it has ended.
  public func begin() -> () throws -> Sample? {
    // The remaining parts, the next one last; nested chains are entered without recursion.
    var waiting = Array(datasets.reversed())
    var current: (() throws -> Sample?)?
    return {
      while true {
        if let sample = try current?() { return sample }
        current = nil
        guard let next = waiting.popLast() else { return nil }
        if let chain = next as? ChainDataset<Sample> {
          waiting += chain.datasets.reversed()
        } else {
          current = try next.begin()
        }
      }
    }
  }

  /// The parts; nested chains are released without recursion.
  private final class Parts {
    private(set) var items: [any IterableDataset<Sample>]

    init(_ items: [any IterableDataset<Sample>]) { self.items = items }

    deinit {
      GraphRelease.drop { pending in
        for item in items {
          if let inner = item as? ChainDataset<Sample> { pending.append(inner.parts) }
        }
        items = []
      }
    }
  }
}

/// A sequence of batches of an iterable dataset (PyTorch: `torch.utils.data.DataLoader` of an
/// `IterableDataset`).
///
/// Like ``DataLoader``, it is a sequence of results, with a new pass for each iteration. An error
/// ends the pass with the batch in which it occurred. Samples are read in the dataset's order, in
/// the calling thread.
public struct IterableDataLoader<D: IterableDataset, Batch>: Sequence {
  /// The dataset.
  public let dataset: D
  /// The number of samples in a batch.
  public let batchSize: Int
  /// Whether to drop an incomplete last batch.
  public let dropLast: Bool
  /// The random generator; `nil` uses the default generator.
  public let generator: KindlingCore.Generator?
  private let collate: ([D.Sample]) throws -> Batch

  /// Creates a loader with a `collate` function (PyTorch: `collate_fn`).
  ///
  /// - Throws: `TensorError` `.value` for a batch size below 1.
  public init(
    _ dataset: D, batchSize: Int = 1, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, collate: @escaping ([D.Sample]) throws -> Batch
  ) throws {
    guard batchSize > 0 else {
      throw TensorError(
        .value, "IterableDataLoader",
        "batch_size should be a positive integer value, but got batch_size=\(got: batchSize)")
    }
    self.dataset = dataset
    self.batchSize = batchSize
    self.dropLast = dropLast
    self.generator = generator
    self.collate = collate
  }

  /// Creates a loader of samples that are ``Collatable``.
  ///
  /// - Throws: `TensorError` `.value` for a batch size below 1.
  public init(
    _ dataset: D, batchSize: Int = 1, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil
  ) throws where D.Sample: Collatable, Batch == D.Sample.Batch {
    try self.init(
      dataset, batchSize: batchSize, dropLast: dropLast, generator: generator,
      collate: D.Sample.collate)
  }

  /// Creates a loader of pairs; a batch is a pair of batches.
  ///
  /// - Throws: `TensorError` `.value` for a batch size below 1.
  public init<A: Collatable, B: Collatable>(
    _ dataset: D, batchSize: Int = 1, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil
  ) throws where D.Sample == (A, B), Batch == (A.Batch, B.Batch) {
    try self.init(dataset, batchSize: batchSize, dropLast: dropLast, generator: generator) {
      (try A.collate($0.map(\.0)), try B.collate($0.map(\.1)))
    }
  }

  /// Starts a pass, which draws one number from the generator, as in PyTorch.
  public func makeIterator() -> AnyIterator<Result<Batch, any Error>> {
    _ = (generator ?? .default).drawSeed()
    var next: (() throws -> D.Sample?)?
    var isFinished = false
    return AnyIterator { () -> Result<Batch, any Error>? in
      if isFinished { return nil }
      do {
        let draw = try next ?? dataset.begin()
        next = draw
        var samples: [D.Sample] = []
        while samples.count < batchSize, let sample = try draw() { samples.append(sample) }
        isFinished = samples.count < batchSize
        if samples.isEmpty || isFinished && dropLast { return nil }
        return .success(try collate(samples))
      } catch {
        isFinished = true
        return .failure(error)
      }
    }
  }
}
