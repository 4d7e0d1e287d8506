import KindlingCore

/// A pass over a loader's batches, which ends its worker threads when it is released.
///
/// Use a pass from one thread at a time: threads that share one need a lock around ``next()``.
public final class LoaderPass<Batch>: IteratorProtocol {
  private let batches: AnyIterator<[Int]>
  private let load: ([Int]) throws -> Batch
  private let workers: LoaderWorkers<Batch>?
  private let start: LoaderPosition
  /// The number of batches handed to workers, and the number yielded.
  private var issued = 0, taken = 0
  private var isFinished = false
  /// A generator that replaces the default generator in a resumed pass.
  private let stand: Generator?

  init(
    _ sampler: any Sampler<[Int]>, _ generator: Generator?, own: [Generator], workers count: Int,
    _ workerInit: ((Int) throws -> Void)?, from resumption: LoaderPosition?,
    _ load: @escaping ([Int]) throws -> Batch
  ) {
    var start = LoaderPosition(
      batches: 0, own: own.map(\.stateBytes), shared: Generator.default.stateBytes)
    var stand: Generator?
    if let resumption {
      start.shared = resumption.shared
      let generator = Generator()
      // The bytes were checked when the position was restored.
      if (try? generator.setState(resumption.shared)) != nil { stand = generator }
    }
    self.stand = stand
    self.start = start
    self.load = load
    let batches = iterator(of: sampler)
    self.batches = batches
    func begin() -> Int {
      let seed = (generator ?? .default).drawSeed()
      for _ in 0..<(resumption?.batches ?? 0) where batches.next() == nil { break }
      return seed
    }
    let seed = stand.map { withDefaultGenerator($0, begin) } ?? begin()
    taken = resumption?.batches ?? 0
    issued = taken
    workers = count > 0 ? LoaderWorkers(count, seed: seed, workerInit, load) : nil
  }

  /// Returns the next batch or the error of loading it; `nil` after the last one.
  public func next() -> Result<Batch, any Error>? {
    guard let workers, workers.count > 0 else {
      guard let indices = nextIndices() else { return nil }
      taken += 1
      return Result { try load(indices) }
    }
    while issued - taken < 2 * workers.count, let indices = nextIndices() {
      workers.issue(indices, number: issued)
      issued += 1
    }
    if taken == issued { return nil }
    defer { taken += 1 }
    return workers.take(number: taken)
  }

  private func nextIndices() -> [Int]? {
    if isFinished { return nil }
    let next = stand.map { withDefaultGenerator($0) { batches.next() } } ?? batches.next()
    isFinished = next == nil
    return next
  }

  /// The position in the pass; `nil` after its end.
  var position: LoaderPosition? {
    if isFinished && (workers == nil || taken == issued) { return nil }
    var position = start
    position.batches = taken
    return position
  }
}
