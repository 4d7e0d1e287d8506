import Kindling
import Synchronization
import Testing
import _TestExpectations

@Suite struct IterableDatasetTests {
  private struct Failing: IterableDataset {
    func begin() -> () throws -> Int? {
      var next = 0
      return {
        next += 1
        if next == 4 { throw TensorError(.value, "Failing", "record 4 is torn") }
        return next
      }
    }
  }

  @Test func batchesComeInOrder() throws {
    let loader = try IterableDataLoader(SequenceDataset(1...5), batchSize: 2)
    let batches = try loader.map { try $0.get().toArray(as: Int.self) }
    #expect(batches == [[1, 2], [3, 4], [5]])
    let full = try IterableDataLoader(SequenceDataset(1...5), batchSize: 2, dropLast: true)
    #expect(try full.map { try $0.get().numel } == [2, 2])
    let pairs = try IterableDataLoader(SequenceDataset([(1, 0.5), (2, 1.5)]), batchSize: 2)
    for batch in pairs {
      let (a, b) = try batch.get()
      #expect(a.dtype == .int64 && b.dtype == .float64)
    }
  }

  @Test func partsAreChained() throws {
    let chain = ChainDataset<Int>([
      SequenceDataset([1, 2]), SequenceDataset([]), SequenceDataset([3]),
    ])
    let batches = try IterableDataLoader(chain, batchSize: 3).map {
      try $0.get().toArray(as: Int.self)
    }
    #expect(batches == [[1, 2, 3]])
  }

  @Test func anErrorEndsThePass() throws {
    let results = try Array(IterableDataLoader(Failing(), batchSize: 2))
    #expect(results.count == 2)
    expectRefusal("Failing: record 4 is torn") { try results[1].get() }
    expectRefusal("…batch_size should be a positive integer value, but got batch_size=0") {
      try IterableDataLoader(SequenceDataset([1]), batchSize: 0)
    }
  }

  @Test func datasetsAreStacked() throws {
    let stack = try StackDataset([1, 2, 3], ["a", "b", "c"])
    #expect(stack.count == 3)
    let (number, text) = try stack[1]
    #expect(number == 2 && text == "b")
    for batch in try DataLoader(stack, batchSize: 3) {
      let (numbers, texts) = try batch.get()
      #expect(try numbers.toArray(as: Int.self) == [1, 2, 3] && texts == ["a", "b", "c"])
    }
    expectRefusal("…Size mismatch between datasets: [1, 2]") { try StackDataset([1], [1, 2]) }
    #expect(throws: TensorError.self) { _ = try stack[3] }
  }

  @Test func chainsInsideOthersWithoutEnd() throws {
    var chain = ChainDataset<Int>([SequenceDataset([1, 2]), SequenceDataset([3])])
    for _ in 0..<100_000 { chain = ChainDataset([chain]) }
    let next = chain.begin()
    #expect(try [next(), next(), next(), next()] == [1, 2, 3, nil])
    chain = ChainDataset([])
  }

  /// Each without its type, since a concrete array has a subscript of its own.
  @Test func samplesOutOfRangeAreRefused() throws {
    let numbers = [1.0, 2]
    let datasets: [any Dataset] = [
      numbers.mapSamples { $0 }, try Subset(numbers, [1, 0]), try ConcatDataset([numbers]),
      try StackDataset(numbers, numbers), try TensorDataset(Tensor(numbers)),
      try randomSplit(numbers, [2])[0],
    ]
    let sources: [any SampleSource] = datasets + [numbers, numbers[...].map { $0 }]
    for source in sources {
      _ = try source.sample(at: 1)
      for index in [2, 5, -1, .max, .min] {
        expectRefusal("…index \(index) is out of range for 2 samples…") {
          try source.sample(at: index)
        }
        if let dataset = source as? any Dataset {
          #expect(throws: TensorError.self) { _ = try dataset[index] }
        }
      }
    }
  }

  @Test func arraysAreTakenWhereDatasetsAre() throws {
    func total(_ source: some SampleSource<Int>) throws -> Int {
      try (0..<source.count).reduce(0) { try $0 + source.sample(at: $1) }
    }
    #expect(try total([1, 2, 3]) == 6)
    #expect(try total(Subset([1, 2, 3], [2, 1])) == 5)
    #expect(try total([1, 2].mapSamples { $0 * 10 }) == 30)
    #expect(try total(ConcatDataset([[1], [2, 3]])) == 6)
    #expect(try RandomSampler([1, 2, 3]).count == 3)
    #expect(SequentialSampler([1, 2, 3]).count == 3)
  }

  @Test func workersAreSetUp() throws {
    let begun = Mutex<Set<Int>>([])
    let loader = try DataLoader(
      Array(0..<8), batchSize: 2, workers: 2,
      workerInit: { worker in begun.withLock { _ = $0.insert(worker) } })
    #expect(try loader.map { try $0.get().numel } == [2, 2, 2, 2])
    #expect(begun.withLock { $0 } == [0, 1])
    let failing = try DataLoader(
      Array(0..<4), batchSize: 2, workers: 1,
      workerInit: { _ in throw TensorError(.value, "setUp", "no such device") })
    expectRefusal("setUp: no such device") { for batch in failing { _ = try batch.get() } }
  }
}
