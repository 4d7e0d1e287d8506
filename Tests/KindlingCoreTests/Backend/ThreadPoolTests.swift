import Kindling
import Synchronization
import Testing

@Suite(.serialized) struct ThreadPoolTests {
  /// Runs `body` with one thread and with four and returns both results.
  static func withThreads<R>(_ body: () throws -> R) throws -> (R, R) {
    let before = threadCount
    try setThreadCount(1)
    let one = try body()
    try setThreadCount(4)
    let four = try body()
    try setThreadCount(before)
    return (one, four)
  }

  @Test func everyTaskRunsOnce() throws {
    try setThreadCount(4)
    for count in [0, 1, 2, 3, 100, 5_000] {
      let ran = (0..<max(count, 1)).map { _ in Counter() }
      ThreadPool.shared.run(count) { ran[$0].value.wrappingAdd(1, ordering: .relaxed) }
      #expect(ran.prefix(count).allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    }
  }

  @Test func nestedRunsStayOnTheirThread() {
    let total = Counter()
    ThreadPool.shared.run(8) { _ in
      ThreadPool.shared.run(8) { _ in total.value.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(total.value.load(ordering: .relaxed) == 64)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    for (m, n, k) in [(64, 512, 784), (300, 300, 500), (1, 900, 4000), (4000, 1, 900)] {
      let a = try MatmulKernelTests.tensor(
        MatmulKernelTests.values(m * k, 1), m, k, .rows, .float32)
      let b = try MatmulKernelTests.tensor(
        MatmulKernelTests.values(k * n, 2), k, n, .columns, .float32)
      let (one, four) = try Self.withThreads { try a.mm(b).toArray(as: Float.self) }
      #expect(one == four)
    }
  }

  @Test(arguments: [0, -1, 1025])
  func countsOutOfRangeAreErrors(_ count: Int) {
    #expect {
      try setThreadCount(count)
    } throws: { "\($0)".contains("from 1 to 1024, but got \(count)") }
  }

  private final class Counter: Sendable { let value = Atomic<Int>(0) }
}
