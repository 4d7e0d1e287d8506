import KindlingCore

/// The share of a dataset that one of several processes loads
/// (PyTorch: `torch.utils.data.DistributedSampler`).
///
/// Every process builds the same order from `seed` and the epoch, and takes every `numReplicas`-th index
/// of it, starting at `rank`. Call ``setEpoch(_:)`` before each epoch; without it every epoch has the same
/// order:
///
/// ```swift
/// let sampler = try DistributedSampler(training, numReplicas: 4, rank: 1)
/// let loader = try DataLoader(training, batchSize: 64, sampler: sampler)
/// for epoch in 0..<epochs {
///   sampler.setEpoch(epoch)
///   for batch in loader { … }
/// }
/// ```
public final class DistributedSampler: Sampler {
  /// The number of processes that share the dataset.
  public let numReplicas: Int
  /// The number of this process, from 0.
  public let rank: Int
  /// Whether the order is shuffled.
  public let shuffle: Bool
  /// The seed of the order; the same in all processes.
  public let seed: Int
  /// Whether the tail of the dataset is dropped to make it divisible; otherwise some samples repeat.
  public let dropLast: Bool
  /// The number of indices in one pass of this process.
  public let count: Int
  /// The epoch, which is added to the seed.
  public private(set) var epoch = 0
  private let size: Int

  /// Creates the sampler of process `rank` of `numReplicas`.
  ///
  /// - Throws: `TensorError` `.value` unless `rank` lies in `0..<numReplicas`, and for a dataset whose
  ///   order has too many indices for a list.
  public init(
    _ dataset: some SampleSource, numReplicas: Int = 1, rank: Int = 0, shuffle: Bool = true,
    seed: Int = 0, dropLast: Bool = false
  ) throws {
    guard rank >= 0, rank < numReplicas else {
      throw TensorError(
        .value, "DistributedSampler",
        "invalid rank \(rank), rank should be in the interval [0, \(numReplicas &- 1)]")
    }
    size = dataset.count
    try Layout.checkList(size, "DistributedSampler")
    self.numReplicas = numReplicas
    self.rank = rank
    self.shuffle = shuffle
    self.seed = seed
    self.dropLast = dropLast
    let whole = size / numReplicas
    count = dropLast || size % numReplicas == 0 ? whole : whole + 1
  }

  /// Sets the epoch, so that the next pass has another order (PyTorch: `set_epoch`).
  public func setEpoch(_ epoch: Int) { self.epoch = epoch }

  /// The indices of one pass.
  public func makeIterator() -> AnyIterator<Int> {
    let order =
      shuffle ? KindlingCore.Generator(seed: seed &+ epoch).permutation(size) : Array(0..<size)
    var next = 0
    return AnyIterator { [count, numReplicas, rank] in
      guard next < count else { return nil }
      defer { next += 1 }
      // Past the end the order starts again; the position itself may not fit an integer.
      let last = order.count
      return order[(next * numReplicas % last + rank % last) % last]
    }
  }
}
