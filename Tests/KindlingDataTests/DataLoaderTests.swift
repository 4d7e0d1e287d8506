import Kindling
import Testing
import _TestExpectations

@Suite struct DataLoaderTests {
  @Test func datasetsInsideOthersWithoutEnd() throws {
    var data = try ConcatDataset<Tensor>([TensorDataset(Tensor.arange(4.0))])
    for _ in 0..<100_000 { data = try ConcatDataset([data]) }
    #expect(try data[2].item() == 2)
    data = try ConcatDataset([TensorDataset(Tensor.arange(1.0))])
  }

  @Test func manyWorkersAndEmptySplitsWarn() throws {
    let data = try TensorDataset(Tensor.arange(4.0))
    let workers = try Warnings.recorded { try DataLoader(data, workers: 1000) }.warnings
    #expect(
      workers.first?.message.hasPrefix(
        "This DataLoader will create 1000 worker processes in total. Our suggested max number of worker in current system is "
      ) == true)
    #expect(try Warnings.recorded { try DataLoader(data, workers: 1) }.warnings.isEmpty)
    let split = try Warnings.recorded { try randomSplit(data, [4, 0]) }.warnings
    #expect(
      split.map(\.message) == [
        "Length of split at index 1 is 0. This might result in an empty dataset."
      ])
  }

  /// Pairs of a tensor and a number, with one sample that fails.
  final class Pairs: Dataset, @unchecked Sendable {
    struct Broken: Error, Equatable { let index: Int }
    let count = 10
    let broken: Int?
    init(broken: Int? = nil) { self.broken = broken }
    subscript(index: Int) -> (Tensor, Int) {
      get throws {
        if index == broken { throw Broken(index: index) }
        return (try Tensor.full([2], Double(index)), index * index)
      }
    }
  }

  struct Reading { let value: Double, name: String }

  @Test(arguments: [0, 1, 4]) func pairsBecomeTensors(workers: Int) throws {
    let loader = try DataLoader(Pairs(), batchSize: 4, workers: workers)
    #expect(loader.count == 3)
    #expect(loader.dataset.count == 10)
    var squares: [Int] = []
    for (i, batch) in loader.enumerated() {
      let (x, y) = try batch.get()
      #expect(x.shape == [i == 2 ? 2 : 4, 2] && x.dtype == .float32)
      #expect(y.dtype == .int64)
      squares += try y.toArray(as: Int.self)
    }
    #expect(squares == (0..<10).map { $0 * $0 })
  }

  @Test(arguments: [0, 2]) func errorsArriveInTheirBatch(workers: Int) throws {
    let loader = try DataLoader(Pairs(broken: 5), batchSize: 2, workers: workers)
    let outcomes = loader.map { batch in (try? batch.get()) != nil }
    #expect(outcomes == [true, true, false, true, true])
    for (i, batch) in loader.enumerated() where i == 2 {
      #expect(throws: Pairs.Broken(index: 5)) { try batch.get() }
    }
  }

  @Test func leavingEarlyEndsTheWorkers() throws {
    weak var released: Pairs?
    do {
      let pairs = Pairs()
      released = pairs
      let loader = try DataLoader(pairs, batchSize: 1, workers: 3)
      for batch in loader {
        _ = try batch.get()
        break
      }
      _ = try loader.first()
    }
    #expect(released == nil)
  }

  @Test func defaultCollation() throws {
    #expect(try DataLoader([1.5, 2.5], batchSize: 2).first().dtype == .float64)
    #expect(try DataLoader([Float(1)], batchSize: 2).first().dtype == .float32)
    #expect(try DataLoader([true, false], batchSize: 2).first().dtype == .bool)
    #expect(try DataLoader(["a", "b", "c"], batchSize: 2).first() == ["a", "b"])
    let lists = try DataLoader([[1, 2, 3], [4, 5, 6]], batchSize: 2).first()
    #expect(try lists.map { try $0.toArray(as: Int.self) } == [[1, 4], [2, 5], [3, 6]])
    let named = try DataLoader([["a": 1, "b": 2], ["a": 3, "b": 4]], batchSize: 2).first()
    #expect(try named["b"]?.toArray(as: Int.self) == [2, 4])
    let three = try DataLoader([(1, 2.0, "x"), (3, 4.0, "y")], batchSize: 2).first()
    #expect(three.2 == ["x", "y"] && three.1.dtype == .float64)
    let readings = [Reading(value: 1, name: "p"), Reading(value: 2, name: "q")]
    let own = try DataLoader(readings, batchSize: 2) { $0.map(\.name).joined() }
    #expect(try own.first() == "pq")
    let single = try DataLoader(readings, batchSize: nil)
    #expect(try single.map { try $0.get().value } == [1, 2])
  }

  @Test(arguments: [0, 2]) func tensorDatasets(workers: Int) throws {
    let x = try Tensor.arange(12).reshape([6, 2]), y = try Tensor.arange(6)
    let data = try TensorDataset(x, y)
    let some = try Subset(data, [5, 0, 1, 2])
    let batches = try DataLoader(some, batchSize: 3, workers: workers).map { try $0.get() }
    #expect(try batches[0].0.toArray(as: Int.self) == [10, 11, 0, 1, 2, 3])
    #expect(try batches[1].1.toArray(as: Int.self) == [2])
    // The batch made in one go is the one collated from samples.
    let slow = try DataLoader(some.mapSamples { $0 }, batchSize: 3).first()
    #expect(try slow.0.equal(batches[0].0) && slow.1.equal(batches[0].1))
    // Rows of a tensor that is not contiguous, and 0-dimensional ones.
    let turned = try TensorDataset(x.transpose(0, 1)).batch([1, 0])
    #expect(try turned?.toArray(as: Int.self) == [1, 3, 5, 7, 9, 11, 0, 2, 4, 6, 8, 10])
  }

  @Test func concatenation() throws {
    let both = try ConcatDataset<Int>([[1, 2, 3], try Subset([7, 8, 9], [2, 0])])
    #expect(both.cumulativeSizes == [3, 5])
    #expect(try (0..<5).map { try both[$0] } == [1, 2, 3, 9, 7])
  }

  /// Invalid calls and the texts of their errors.
  @Test func refusals() throws {
    let d = Array(0..<5), none: [Int] = []
    expectRefusal("DataLoader: …positive integer value, but got batch_size=0") {
      try DataLoader(d, batchSize: 0)
    }
    expectRefusal("…num_workers option should be non-negative…") { try DataLoader(d, workers: -1) }
    expectRefusal("DataLoader: sampler option is mutually exclusive with shuffle") {
      try DataLoader(d, shuffle: true, sampler: [1])
    }
    expectRefusal("DataLoader: batch_sampler option is mutually…") {
      try DataLoader(d, batchSize: 2, batchSampler: [[1]])
    }
    expectRefusal("DataLoader: …mutually exclusive with batch_size…") {
      try DataLoader(d, batchSampler: [[1]], dropLast: true)
    }
    expectRefusal("RandomSampler: …but got num_samples=0") { try DataLoader(none, shuffle: true) }
    expectRefusal("…the dataset is empty…") { try DataLoader(none).first() }
    expectRefusal("DataLoader: index 7 is out of range for 5 samples") {
      try DataLoader(d, sampler: [7]).first()
    }
    expectRefusal("collate: …should be of equal size…") {
      try DataLoader([[1], [2, 3]], batchSize: 2).first()
    }
    expectRefusal("collate: a sample has no a, which the first one has") {
      try DataLoader([["a": 1], ["b": 2]], batchSize: 2).first()
    }
    expectRefusal("RandomSampler: …but got num_samples=-2") { try RandomSampler(d, numSamples: -2) }
    expectRefusal("BatchSampler: …but got batch_size=-1") { try BatchSampler(d, batchSize: -1) }
    expectRefusal("WeightedRandomSampler: …not negative, but one is -1.0") {
      try WeightedRandomSampler([1, -1], numSamples: 1)
    }
    expectRefusal("…positive, finite sum…") { try WeightedRandomSampler([0, 0], numSamples: 1) }
    expectRefusal("WeightedRandomSampler: cannot draw 2 samples without replacement from 1") {
      try WeightedRandomSampler([1], numSamples: 2, replacement: false)
    }
    expectRefusal("…got num_samples=0") { try WeightedRandomSampler([1], numSamples: 0) }
    expectRefusal("Subset: index 5 is out of range for 5 samples") { try Subset(d, [1, 5]) }
    expectRefusal("Subset: index 1 is out of range for 1 samples") { try Subset(d, [1])[1] }
    expectRefusal("ConcatDataset: …should not be an empty iterable") { try ConcatDataset<Int>([]) }
    expectRefusal("ConcatDataset: index -1 is out of range…") { try ConcatDataset<Int>([d])[-1] }
    expectRefusal("…does not equal the length of the input dataset…") {
      try randomSplit(d, [2, 2])
    }
    expectRefusal("…lengths must be nonnegative, got -1 at index 0") {
      try randomSplit(d, [-1, 6])
    }
    expectRefusal("…fraction at index 1 is not between 0 and 1…") {
      try randomSplit(d, [0.5, 1.5])
    }
    expectRefusal("randomSplit: …have to add up to 1…") { try randomSplit(d, [0.5, 0.4]) }
    expectRefusal("TensorDataset: size mismatch between tensors: the first dimensions are [2, 1]") {
      try TensorDataset(Tensor([1, 2]), Tensor([1]))
    }
    expectRefusal("TensorDataset: …one is 0-dimensional") { try TensorDataset(Tensor(1)) }
    expectRefusal("…index 3 is out of range for 1 samples") { try TensorDataset(Tensor([1]))[3] }
    expectRefusal("…no number of batches…") { try DataLoader(d).loadStateDict(["x": Tensor(1)]) }
    expectRefusal("loadStateDict: the state lacks default_generator") {
      try DataLoader(d).loadStateDict(["batches": Tensor(1)])
    }
  }

  /// A pass goes on where another loader stopped, whatever the model has drawn meanwhile.
  @Test(arguments: [0, 2], [false, true]) func resuming(workers: Int, own: Bool) throws {
    try withDefaultGenerator(Generator(seed: 5)) {
      let data = Array(0..<20)
      func made(_ seed: Int) throws -> DataLoader<[Int], Tensor> {
        try DataLoader(
          data, batchSize: 3, shuffle: true, workers: workers,
          generator: own ? Generator(seed: seed) : nil)
      }
      let loader = try made(1)
      var state = StateDict(), rest: [Int] = [], random = Tensor(0)
      for (i, batch) in loader.enumerated() {
        let numbers = try batch.get().toArray(as: Int.self)
        _ = try Tensor.rand(3)
        if i == 2 {
          state = try loader.stateDict()
          random = try Generator.default.getState()
        }
        if i > 2 { rest += numbers }
      }
      let next = try loader.flatMap { try $0.get().toArray(as: Int.self) }
      let other = try made(2)
      try Generator.default.setState(random)
      try other.loadStateDict(state)
      var again: [Int] = []
      for batch in other {
        again += try batch.get().toArray(as: Int.self)
        _ = try Tensor.rand(3)
      }
      #expect(again == rest)
      #expect(try other.flatMap { try $0.get().toArray(as: Int.self) } == next)
    }
  }

  /// Random transforms in workers are as reproducible as anything else.
  @Test func randomnessInWorkers() throws {
    let noisy = Array(0..<8).mapSamples { try Tensor.rand(2).add(Double($0)) }
    func all() throws -> [Double] {
      try withDefaultGenerator(Generator(seed: 3)) {
        try DataLoader(noisy, batchSize: 2, workers: 3).flatMap {
          try $0.get().toArray(as: Double.self)
        }
      }
    }
    #expect(try all() == all())
  }
}
