import KindlingCore

/// The options by which a loader selects its batches.
struct LoaderOptions {
  /// The maximum number of workers.
  static let mostWorkers = 1024

  let batchSize: Int?
  let shuffle: Bool
  let sampler: (any Sampler<Int>)?
  let batchSampler: (any Sampler<[Int]>)?
  let workers: Int
  let dropLast: Bool
  let generator: Generator?
  let workerInit: ((Int) throws -> Void)?

  /// Returns the sampler of batches; throws for invalid options and options that exclude each
  /// other.
  func batches(of dataset: some SampleSource) throws -> any Sampler<[Int]> {
    func exclusive(_ message: ErrorMessage) -> TensorError {
      TensorError(.value, "DataLoader", message)
    }
    if sampler != nil && shuffle {
      throw exclusive("sampler option is mutually exclusive with shuffle")
    }
    if let batchSampler {
      if batchSize != 1 || shuffle || sampler != nil || dropLast {
        throw exclusive(
          "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
        )
      }
      return batchSampler
    }
    if let batchSize, batchSize <= 0 {
      throw exclusive(
        "batch_size should be a positive integer value, but got batch_size=\(got: batchSize)")
    }
    let samples: any Sampler<Int> =
      try sampler
      ?? (shuffle
        ? RandomSampler(dataset, generator: generator) : SequentialSampler(dataset))
    return try BatchSampler(samples, batchSize: batchSize ?? 1, dropLast: dropLast)
  }
}

/// A sampler whose generator is part of a loader's position.
protocol DrawingSampler { var generator: Generator? { get } }
extension RandomSampler: DrawingSampler {}
extension SubsetRandomSampler: DrawingSampler {}
extension WeightedRandomSampler: DrawingSampler {}

/// The position of a loader within an epoch.
struct LoaderPosition {
  /// The number of batches yielded in the current pass; 0 between passes.
  var batches: Int
  /// The states of the loader's and its sampler's own generators at the start of the pass.
  var own: [[UInt8]]
  /// The state of the default generator at the start of the pass; empty between passes.
  var shared: [UInt8]

  init(batches: Int, own: [[UInt8]], shared: [UInt8]) {
    self.batches = batches
    self.own = own
    self.shared = shared
  }

  func stateDict() throws -> StateDict {
    var state: StateDict = ["batches": Tensor(batches)]
    if !shared.isEmpty { state["default_generator"] = Tensor(shared) }
    for (i, bytes) in own.enumerated() { state["generators.\(i)"] = Tensor(bytes) }
    return state
  }

  init(_ state: StateDict) throws {
    guard let batches = try state["batches"]?.item(as: Int.self), 0..<1 << 48 ~= batches else {
      throw TensorError(
        .value, "loadStateDict", "no loader's state: it has no number of batches, but \(state.keys)"
      )
    }
    self.batches = batches
    shared = try state["default_generator"]?.toArray(as: UInt8.self) ?? []
    own = []
    while let next = state["generators.\(own.count)"] {
      own.append(try next.toArray(as: UInt8.self))
    }
    if batches > 0 && shared.isEmpty {
      throw TensorError(.value, "loadStateDict", "the state lacks default_generator")
    }
  }
}
