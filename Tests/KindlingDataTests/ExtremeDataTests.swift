import Kindling
import Testing
import _TestExpectations

/// Counts and numbers that nobody means end as errors.
@Suite struct ExtremeDataTests {
  /// More samples than there is memory to number them.
  private struct Endless: Dataset {
    let count = Int.max
    subscript(index: Int) -> Int { index }
  }

  @Test func refuses() throws {
    expectRefusal("DataLoader: at most 1024 workers…") { try DataLoader([1, 2], workers: .max) }
    expectRefusal("…is larger than half of the memory…") {
      try DataLoader(Endless(), shuffle: true)
    }
    expectRefusal("…is larger than half of the memory…") { try RandomSampler(Endless()) }
    expectRefusal("WeightedRandomSampler: …is larger than half of the memory…") {
      try WeightedRandomSampler([1], numSamples: .max)
    }
    expectRefusal("…is larger than half of the memory…") { try randomSplit(Endless(), [Int.max]) }
    expectRefusal("…is larger than half of the memory…") { try randomSplit(Endless(), [1.0]) }
    expectRefusal("ConcatDataset: …have no sum") { try ConcatDataset<Int>([Endless(), Endless()]) }
    expectRefusal("/dev/zero: is a device, neither a file nor a pipe") { try CSVTable("/dev/zero") }
    expectRefusal("loadStateDict: …no number of batches…") {
      let state: StateDict = ["batches": Tensor(Int.max)]
      try DataLoader([1, 2]).loadStateDict(state)
    }
  }

  /// What is not drawn whole may be without end.
  @Test func endlessDataIsReadInOrder() throws {
    let loader = try DataLoader(Endless(), batchSize: 2)
    #expect(try loader.first().toArray(as: Int.self) == [0, 1])
    let drawn = try DataLoader(
      Endless(), batchSize: 2, sampler: RandomSampler(Endless(), replacement: true, numSamples: 4))
    #expect(drawn.map { $0 }.count == 2)
  }

  @Test func theRestOfAPassIsAnArrayToo() throws {
    let loader = try DataLoader(Array(0..<10), batchSize: 2, shuffle: true)
    let pass = loader.makeIterator()
    for _ in 0..<3 { _ = pass.next() }
    let other = try DataLoader(Array(0..<10), batchSize: 2, shuffle: true)
    try other.loadStateDict(loader.stateDict())
    #expect(Array(other).count == 2)
  }

  @Test func aSparseTableIsRefusedBeforeItIsRead() throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.writeSparse(3 << 30, to: "\(folder)/big.csv")
      expectRefusal("…more bytes than a table may…") { try CSVTable("\(folder)/big.csv") }
    }
  }
}
