import KindlingCore
import Synchronization
import Testing

/// Threads that the system does not give.
@Suite struct ThreadPoolFaultTests {
  @Test(arguments: 0...4) func fewerThreadsDoAllTheWork(available: Int) {
    let mayGrow = Atomic<Bool>(false)
    let asked = Atomic<Int>(0)
    withExtendedLifetime(mayGrow) {
      let pool = ThreadPool { worker in
        asked.wrappingAdd(1, ordering: .relaxed)
        return worker <= available || mayGrow.load(ordering: .relaxed)
      }
      pool.threadCount = 4
      for round in 0..<20 {
        // Later there are threads again.
        if round == 10 { mayGrow.store(true, ordering: .relaxed) }
        let done = (0..<200).map { _ in Count() }
        pool.run(200) { task in done[task].value.wrappingAdd(1, ordering: .relaxed) }
        #expect(done.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
      }
      #expect(asked.load(ordering: .relaxed) >= 3)
    }
  }

  private final class Count: Sendable {
    let value = Atomic<Int>(0)
  }
}
