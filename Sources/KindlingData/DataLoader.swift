public import KindlingCore

/// A source of batches whose number is known in advance, so that progress can be shown.
public protocol CountedBatches {
  /// The number of batches in a pass.
  var count: Int { get }
}

/// An iterable over batches of a dataset, in PyTorch's order
/// (PyTorch: `torch.utils.data.DataLoader`).
///
/// ```swift
/// let loader = try DataLoader(training, batchSize: 64, shuffle: true)
/// for batch in loader {
///   let (images, labels) = try batch.get()
/// }
/// ```
///
/// A loader is a sequence of results, and each iteration is a new pass over the data. `break`,
/// `enumerated()` and `zip` work, and an error of the dataset is the result of its batch. Samples
/// that are ``Collatable``, and tuples of up to four of them, are collated as in PyTorch; for other
/// samples pass `collate:`. With `batchSize: nil` the loader yields single samples.
///
/// At its start every pass draws one number from `generator` (or from the default generator),
/// shuffled or not. The sampler draws its numbers with the first batch.
///
/// With `workers`, that many threads load batches in advance; order and values are the same. Random
/// numbers inside a dataset then come from one default generator per worker, seeded as in PyTorch.
public final class DataLoader<D: SampleSource, Batch>: Sequence, CountedBatches {
  /// The dataset from which samples are loaded.
  public let dataset: D
  /// The number of samples in a batch; `nil` without batching or with a batch sampler.
  public let batchSize: Int?
  /// The sampler of batches of indices.
  public let batchSampler: any Sampler<[Int]>
  /// The number of worker threads; 0 loads batches in the calling thread.
  public let workers: Int
  /// The random generator; `nil` uses the default generator.
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

  /// The number of batches in a pass, according to the sampler (Python: `len(loader)`).
  public var count: Int { batchSampler.count }

  /// Starts a pass.
  public func makeIterator() -> LoaderPass<Batch> {
    let resumption = resumption
    self.resumption = nil
    let pass = LoaderPass(
      batchSampler, generator, own: ownGenerators, workers: workers, workerInit, from: resumption,
      load)
    running = pass
    return pass
  }

  /// Returns the first batch of a new pass (Python: `next(iter(loader))`).
  ///
  /// - Throws: `TensorError` `.value` if there is no batch, and any error of loading it.
  public func first() throws -> Batch {
    guard let batch = makeIterator().next() else {
      throw TensorError(
        .value, "DataLoader", "first() of a loader without batches: the dataset is empty")
    }
    return try batch.get()
  }

  // MARK: Position

  /// The random generators that belong to this loader and its sampler.
  private var ownGenerators: [KindlingCore.Generator] {
    var found: [KindlingCore.Generator] = []
    let sampler = (batchSampler as? BatchSampler)?.sampler
    for candidate in [generator, (sampler as? any DrawingSampler)?.generator] {
      if let candidate, !found.contains(where: { $0 === candidate }) { found.append(candidate) }
    }
    return found
  }

  /// Returns the position of the loader in its pass: the number of batches yielded, and its
  /// generators.
  ///
  /// A loader that loads this state resumes with the next batch. It does not include the default
  /// generator, from which models draw too: save `Generator.getState()` as well.
  public func stateDict() throws -> StateDict {
    let position =
      running?.position
      ?? LoaderPosition(batches: 0, own: ownGenerators.map(\.stateBytes), shared: [])
    return try position.stateDict()
  }

  /// Restores the position of another loader of the same data; the next pass is the rest of the
  /// saved one.
  ///
  /// - Throws: `TensorError` `.value` if `state` is not that of such a loader.
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
  /// Returns the function that loads a batch: the dataset's own, or `collate` on single samples.
  private static func loading(
    _ dataset: D, _ collate: @escaping ([D.Sample]) throws -> Batch
  ) -> ([Int]) throws -> Batch {
    let batched = dataset as? any BatchedDataset
    return { indices in
      if let batch = try batched?.batch(indices) as? Batch { return batch }
      return try collate(indices.map { try dataset.sample(at: $0) })
    }
  }

  /// Creates a loader of samples that are tensors, numbers, strings, or arrays or dictionaries of
  /// these.
  ///
  /// - Parameters:
  ///   - dataset: the dataset.
  ///   - batchSize: the number of samples in a batch.
  ///   - shuffle: whether to load samples in random order; excludes `sampler`.
  ///   - sampler: the indices of the samples of a pass.
  ///   - batchSampler: the batches of indices of a pass; excludes all options for single samples.
  ///   - workers: the number of threads that load batches in advance.
  ///   - dropLast: whether to drop an incomplete last batch.
  ///   - generator: the random generator; `nil` uses the default generator.
  ///   - workerInit: a function called with its number when a worker starts
  ///     (PyTorch: `worker_init_fn`); its error is the result of that worker's batches.
  /// - Throws: `TensorError` `.value` for an invalid batch size or number of workers, for options
  ///   that exclude each other, and for shuffling an empty dataset.
  public convenience init(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample: Collatable, Batch == D.Sample.Batch {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize: batchSize, shuffle: shuffle, sampler: sampler, batchSampler: batchSampler,
        workers: workers, dropLast: dropLast, generator: generator, workerInit: workerInit),
      load: DataLoader.loading(dataset, D.Sample.collate))
  }

  /// Creates a loader of pairs; a batch is a pair of batches.
  public convenience init<A: Collatable, B: Collatable>(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample == (A, B), Batch == (A.Batch, B.Batch) {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize: batchSize, shuffle: shuffle, sampler: sampler, batchSampler: batchSampler,
        workers: workers, dropLast: dropLast, generator: generator, workerInit: workerInit),
      load: DataLoader.loading(dataset) { (try A.collate($0.map(\.0)), try B.collate($0.map(\.1))) }
    )
  }

  /// Creates a loader of triples; a batch is a triple of batches.
  public convenience init<A: Collatable, B: Collatable, C: Collatable>(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample == (A, B, C), Batch == (A.Batch, B.Batch, C.Batch) {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize: batchSize, shuffle: shuffle, sampler: sampler, batchSampler: batchSampler,
        workers: workers, dropLast: dropLast, generator: generator, workerInit: workerInit),
      load: DataLoader.loading(dataset) {
        (try A.collate($0.map(\.0)), try B.collate($0.map(\.1)), try C.collate($0.map(\.2)))
      })
  }

  /// Creates a loader of quadruples; a batch is a quadruple of batches.
  public convenience init<A: Collatable, B: Collatable, C: Collatable, E: Collatable>(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil
  ) throws where D.Sample == (A, B, C, E), Batch == (A.Batch, B.Batch, C.Batch, E.Batch) {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize: batchSize, shuffle: shuffle, sampler: sampler, batchSampler: batchSampler,
        workers: workers, dropLast: dropLast, generator: generator, workerInit: workerInit),
      load: DataLoader.loading(dataset) {
        (
          try A.collate($0.map(\.0)), try B.collate($0.map(\.1)), try C.collate($0.map(\.2)),
          try E.collate($0.map(\.3))
        )
      })
  }

  /// Creates a loader of samples of any type, collated by `collate` (PyTorch: `collate_fn`).
  public convenience init(
    _ dataset: D, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, workers: Int = 0, dropLast: Bool = false,
    generator: KindlingCore.Generator? = nil, workerInit: ((Int) throws -> Void)? = nil,
    collate: @escaping ([D.Sample]) throws -> Batch
  ) throws {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize: batchSize, shuffle: shuffle, sampler: sampler, batchSampler: batchSampler,
        workers: workers, dropLast: dropLast, generator: generator, workerInit: workerInit),
      load: { indices in try collate(indices.map { try dataset.sample(at: $0) }) })
  }

  /// Creates a loader of single samples without batching (`batchSize: nil`).
  public convenience init(
    _ dataset: D, batchSize: Never?, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    workers: Int = 0, generator: KindlingCore.Generator? = nil,
    workerInit: ((Int) throws -> Void)? = nil
  ) throws where Batch == D.Sample {
    try self.init(
      dataset,
      LoaderOptions(
        batchSize: nil, shuffle: shuffle, sampler: sampler, batchSampler: nil, workers: workers,
        dropLast: false, generator: generator, workerInit: workerInit),
      load: { indices in
        guard let index = indices.first else {
          throw TensorError(.index, "DataLoader", "a sampler gave no sample")
        }
        return try dataset.sample(at: index)
      })
  }
}
