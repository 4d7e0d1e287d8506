import Kindling
import Testing
import _TestSupport

/// Counts and numbers that nobody means end as errors.
@Suite struct ExtremeDataTests {
  /// More samples than there is memory to number them.
  private struct Endless: Dataset {
    let count = Int.max
    subscript(index: Int) -> Int { index }
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "no error"
  }

  @Test func refuses() throws {
    let cases: [(String, () throws -> Void)] = [
      ("at most 1024 workers", { _ = try DataLoader([1, 2], workers: .max) }),
      ("is larger than half of the memory", { _ = try DataLoader(Endless(), shuffle: true) }),
      ("is larger than half of the memory", { _ = try RandomSampler(Endless()) }),
      (
        "is larger than half of the memory",
        { _ = try WeightedRandomSampler([1], numSamples: .max) }
      ),
      ("is larger than half of the memory", { _ = try randomSplit(Endless(), [Int.max]) }),
      ("is larger than half of the memory", { _ = try randomSplit(Endless(), [1.0]) }),
      ("have no sum", { _ = try ConcatDataset<Int>([Endless(), Endless()]) }),
      ("is a device", { _ = try CSVTable("/dev/zero") }),
      (
        "no number of batches",
        {
          let state: StateDict = ["batches": Tensor(Int.max)]
          try DataLoader([1, 2]).loadStateDict(state)
        }
      ),
    ]
    for (fragment, body) in cases {
      let text = refusal(body)
      #expect(text.contains(fragment), "\(fragment): \(text)")
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
      let text = refusal { _ = try CSVTable("\(folder)/big.csv") }
      #expect(text.contains("more bytes than a table may"), "\(text)")
    }
  }
}
