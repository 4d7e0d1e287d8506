import KindlingCore

/// A sampler of one process's share of a dataset (PyTorch: `torch.utils.data.DistributedSampler`).
///
/// Every process computes the same order from `seed` and the epoch, and takes every
/// `numReplicas`-th index, starting at `rank`. Call ``setEpoch(_:)`` before each epoch; otherwise
/// every epoch has the same order:
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
  /// The rank of this process, from 0.
  public let rank: Int
  /// Whether the order is shuffled.
  public let shuffle: Bool
  /// The seed of the order; the same in all processes.
  public let seed: Int
  /// Whether to drop the tail of the dataset to make it divisible; otherwise some samples repeat.
  public let dropLast: Bool
  /// The number of indices in a pass of this process.
  public let count: Int
  /// The epoch, which is added to the seed.
  public private(set) var epoch = 0
  private let size: Int

  /// Creates the sampler of process `rank` of `numReplicas`.
  ///
  /// - Throws: `TensorError` `.value` unless `rank` is in `0..<numReplicas`, and for a dataset with
  ///   too many indices for an array.
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

  /// Sets the epoch, which changes the order of the next pass (PyTorch: `set_epoch`).
  public func setEpoch(_ epoch: Int) { self.epoch = epoch }

  /// Returns an iterator over the indices of a pass.
  public func makeIterator() -> AnyIterator<Int> {
    let order =
      shuffle ? KindlingCore.Generator(seed: seed &+ epoch).permutation(size) : Array(0..<size)
    var next = 0
    return AnyIterator { [count, numReplicas, rank] in
      guard next < count else { return nil }
      defer { next += 1 }
      // Past the end the order repeats; the position itself may overflow an integer.
      let last = order.count
      return order[(next * numReplicas % last + rank % last) % last]
    }
  }
}
