public import KindlingCore

/// Batches whose number is known before they are made, so that progress can be shown.
public protocol CountedBatches {
  /// The number of batches in a pass.
  var count: Int { get }
}

/// Batches of a dataset's samples, in PyTorch's order (PyTorch: `torch.utils.data.DataLoader`).
///
/// ```swift
/// let loader = try DataLoader(training, batchSize: 64, shuffle: true)
/// for batch in loader {
///   let (images, labels) = try batch.get()
/// }
/// ```
///
/// A loader is a plain sequence of results, a new pass over the data each time: `break`,
/// `enumerated()` and `zip` work, and an error in a dataset arrives in its batch. Samples that are
/// ``Collatable``, or tuples of up to four that are, are collated as PyTorch does; for others give
/// `collate:`. With `batchSize: nil` samples come one by one, as they are.
///
/// Every pass draws one number from `generator` (the default one where nil) when it begins, shuffled
/// or not, and what the sampler draws at its first batch.
///
/// With `workers`, that many threads make batches ahead; order and values are the same. Randomness
/// inside a dataset then comes from a default generator per worker, seeded as PyTorch seeds its own.
public final class DataLoader<D: SampleSource, Batch>: Sequence, CountedBatches {
  /// Where the samples come from.
  public let dataset: D
  /// Samples in a batch; nil where samples are not batched, or a batch sampler decides.
  public let batchSize: Int?
  /// The batches of samples, by number.
  public let batchSampler: any Sampler<[Int]>
  /// Threads that make batches ahead; 0 makes them when they are asked for.
  public let workers: Int
  /// What draws; the default generator where nil.
  public let generator: KindlingCore.Generator?
  private let load: ([Int]) throws -> Batch
  private let workerInit: ((Int) throws -> Void)?
  private weak var running: LoaderPass<Batch>?
  private var resumption: LoaderPosition?

  init(
    _ dataset: D, _ options: LoaderOptions, load: @escaping ([Int]) throws -> Batch
  ) throws {
    guard options.workers >= 0 else {
      throw TensorError(
        .value, "DataLoader",
        "num_workers option should be non-negative; use 0 to load in the calling thread, not \(options.workers)"
      )
    }
    guard options.workers <= LoaderOptions.mostWorkers else {
      throw TensorError(
        .value, "DataLoader",
        "at most \(LoaderOptions.mostWorkers) workers can load, but \(options.workers) were asked for"
      )
    }
    if options.workers > processorCount {
      try Warnings.warn(
        .user, "",
        "This DataLoader will create \(options.workers) worker processes in total. Our suggested max number of worker in current system is \(processorCount), which is smaller than what this DataLoader is going to create. Please be aware that excessive worker creation might get DataLoader running slow or even freeze, lower the worker number to avoid potential slowness/freeze if necessary."
      )
    }
    self.dataset = dataset
    batchSampler = try options.batches(of: dataset)
    batchSize = options.batchSampler == nil ? options.batchSize : nil
    workers = options.workers
    generator = options.generator
    workerInit = options.workerInit
    self.load = { indices in
      try checkIndices(indices, dataset.count, "DataLoader")
      return try load(indices)
    }
  }

  /// The number of batches in a pass, as the sampler says it (Python: `len(loader)`).
  public var count: Int { batchSampler.count }

  /// Begins a pass.
  public func makeIterator() -> LoaderPass<Batch> {
    let resumption = resumption
    self.resumption = nil
    let pass = LoaderPass(
      batchSampler, generator, ownGenerators, workers: workers, workerInit, resumption, load)
    running = pass
    return pass
  }

  /// The first batch of a new pass (Python: `next(iter(loader))`).
  ///
  /// - Throws: `TensorError` `.value` where there is none, and what making it throws.
  public func first() throws -> Batch {
    guard let batch = makeIterator().next() else {
      throw TensorError(
        .value, "DataLoader", "first() of a loader without batches: the dataset is empty")
    }
    return try batch.get()
  }

  // MARK: Position

  /// The generators that are this loader's and its sampler's own.
  private var ownGenerators: [KindlingCore.Generator] {
    var found: [KindlingCore.Generator] = []
    let sampler = (batchSampler as? BatchSampler)?.sampler
    for candidate in [generator, (sampler as? any DrawingSampler)?.generator] {
      if let candidate, !found.contains(where: { $0 === candidate }) { found.append(candidate) }
    }
    return found
  }

  /// Where the loader stands: how many batches the running pass has given, and its generators.
  ///
  /// A loader that takes this over goes on with the next batch. The default generator, from which
  /// models draw too, is yours to save beside it (`Generator.getState()`).
  public func stateDict() throws -> StateDict {
    let position =
      running?.position
      ?? LoaderPosition(batches: 0, own: ownGenerators.map(\.stateBytes), shared: [])
    return try position.stateDict()
  }

  /// Goes on from where another loader of the same data stood; its next pass is the rest of that one.
  ///
  /// - Throws: `TensorError` `.value` where `state` is not that of such a loader.
  public func loadStateDict(_ state: StateDict) throws {
    let position = try LoaderPosition(state)
    let own = ownGenerators
    guard position.own.count == own.count else {
      throw TensorError(
        .value, "loadStateDict",
        "the state is of a loader with \(position.own.count) generators of its own, but this one has \(own.count)"
      )
    }
    for (generator, bytes) in zip(own, position.own) { try generator.setState(bytes) }
    if !position.shared.isEmpty { try KindlingCore.Generator().setState(position.shared) }
    resumption = position.batches > 0 ? position : nil
  }
}

// MARK: Samples of different types

extension DataLoader {
  /// What samples are made into batches with: a dataset's own way, or `collate` on one by one.
  private static func loading(
    _ dataset: D, _ collate: @escaping ([D.Sample]) throws -> Batch
  ) -> ([Int]) throws -> Batch {
    let batched = dataset as? any BatchedDataset
    return { indices in
      if let batch = try batched?.batch(indices) as? Batch { return batch }
      return try collate(indices.map { try dataset.sample(at: $0) })
    }
  }

  /// A loader of samples that are tensors, numbers, strings, or arrays or dictionaries of these.
  ///
  /// - Parameters:
  ///   - dataset: the samples.
  ///   - batchSize: how many samples a batch has.
  ///   - shuffle: whether samples come in random order; excludes `sampler`.
  ///   - sampler: the samples of a pass, by number.
  ///   - batchSampler: the batches of a pass; excludes all that concerns single samples.
  ///   - workers: threads that make batches ahead.
  ///   - dropLast: whether a last batch that is not full is left out.
  ///   - generator: what draws; the default one where nil.
  ///   - workerInit: called with the number of each worker thread when it starts
  ///     (PyTorch: `worker_init_fn`); an error of it arrives in that worker's batches.
  /// - Throws: `TensorError` `.value` for a batch size or number of workers that cannot be, options
  ///   that exclude each other, and for shuffling an empty dataset.
  public convenience init(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample: Collatable, Batch == D.Sample.Batch {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize, shuffle, sampler, batchSampler, workers, dropLast, generator, workerInit),
      load: DataLoader.loading(dataset, D.Sample.collate))
  }

  /// A loader of pairs; a batch is a pair of batches.
  public convenience init<A: Collatable, B: Collatable>(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample == (A, B), Batch == (A.Batch, B.Batch) {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize, shuffle, sampler, batchSampler, workers, dropLast, generator, workerInit),
      load: DataLoader.loading(dataset) { (try A.collate($0.map(\.0)), try B.collate($0.map(\.1))) }
    )
  }

  /// A loader of triples; a batch is a triple of batches.
  public convenience init<A: Collatable, B: Collatable, C: Collatable>(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample == (A, B, C), Batch == (A.Batch, B.Batch, C.Batch) {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize, shuffle, sampler, batchSampler, workers, dropLast, generator, workerInit),
      load: DataLoader.loading(dataset) {
        (try A.collate($0.map(\.0)), try B.collate($0.map(\.1)), try C.collate($0.map(\.2)))
      })
  }

  /// A loader of quadruples; a batch is a quadruple of batches.
  public convenience init<A: Collatable, B: Collatable, C: Collatable, E: Collatable>(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample == (A, B, C, E), Batch == (A.Batch, B.Batch, C.Batch, E.Batch) {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize, shuffle, sampler, batchSampler, workers, dropLast, generator, workerInit),
      load: DataLoader.loading(dataset) {
        (
          try A.collate($0.map(\.0)), try B.collate($0.map(\.1)), try C.collate($0.map(\.2)),
          try E.collate($0.map(\.3))
        )
      })
  }

  /// A loader of samples of any type, of which `collate` makes batches (PyTorch: `collate_fn`).
  public convenience init(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil,
    collate: @escaping ([D.Sample]) throws -> Batch
  ) throws {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize, shuffle, sampler, batchSampler, workers, dropLast, generator, workerInit),
      load: { indices in try collate(indices.map { try dataset.sample(at: $0) }) })
  }

  /// A loader of single samples, as they are (`batchSize: nil`).
  public convenience init(
    _ dataset: D, batchSize: Never?, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    workers: Int = 0, generator: KindlingCore.Generator? = nil,
    workerInit: ((Int) throws -> Void)? = nil
  ) throws where Batch == D.Sample {
    try self.init(
      dataset, LoaderOptions(nil, shuffle, sampler, nil, workers, false, generator, workerInit),
      load: { indices in
        guard let index = indices.first else {
          throw TensorError(.index, "DataLoader", "a sampler gave no sample")
        }
        return try dataset.sample(at: index)
      })
  }
}
