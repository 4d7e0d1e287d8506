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
        let done = Mutex([Int](repeating: 0, count: 200))
        pool.run(200) { task in done.withLock { $0[task] += 1 } }
        #expect(done.withLock { $0.allSatisfy { $0 == 1 } })
      }
      #expect(asked.load(ordering: .relaxed) >= 3)
    }
  }
}
