import CKernels
import KindlingPlatform
import Synchronization

/// The maximum number of threads per operation, including the caller
/// (PyTorch: `torch.get_num_threads`).
///
/// Results do not depend on it, bit for bit.
public var threadCount: Int { ThreadPool.shared.threadCount }

/// Sets the maximum number of threads per operation (PyTorch: `torch.set_num_threads`).
///
/// The initial value is `KINDLING_THREADS`, or the number of processors.
///
/// - Throws: ``TensorError`` `.value` if `count` is not in 1…1024.
public func setThreadCount(_ count: Int) throws {
  try require(
    (1...1024).contains(count), .value, "setThreadCount",
    "expects a number of threads from 1 to 1024, but got \(got: count)")
  ThreadPool.shared.threadCount = count
}

/// The number of processors that are online.
package var processorCount: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }

/// A pool of threads that live as long as the process and share the tasks of one operation at a
/// time.
///
/// The caller takes part. Work that arrives while the pool is busy (from a task, or from another
/// thread) runs only on its own thread: it is never queued and cannot deadlock. Tasks must not
/// depend on the thread that runs them, nor on the number of threads.
package final class ThreadPool: @unchecked Sendable {
  package static let shared = ThreadPool()

  /// The number of times that a worker checks for a job before it sleeps: about 30 µs, the cost of
  /// a wake-up.
  private static let spins = 1_000

  // A job: its tasks are numbered, and each free thread takes the next number.
  private var body: ((Int) -> Void)?
  private var tasks = 0
  private let next = Atomic<Int>(0)
  /// The number of the job above the low 16 bits, which count the workers that joined it, or are
  /// `closed`.
  ///
  /// It is a single word, so that a late worker cannot touch the next job.
  private let gate = Atomic<UInt64>(closed)
  private static let closed: UInt64 = 1 << 15
  private let left = Atomic<Int>(0)

  private let busy = Atomic<Bool>(false)
  private let sleeping = Atomic<Int>(0)
  private let limit: Atomic<Int>
  private var started = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A function that returns whether the system can provide a thread for a worker; tests return
  /// false.
  private let mayStart: @Sendable (_ worker: Int) -> Bool

  package init(mayStart: @escaping @Sendable (_ worker: Int) -> Bool = { _ in true }) {
    self.mayStart = mayStart
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    var count = processorCount
    if let text = getenv("KINDLING_THREADS"), let wish = Int(String(cString: text)) { count = wish }
    limit = Atomic(min(max(count, 1), 1024))
  }

  package var threadCount: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(newValue, ordering: .relaxed) }
  }

  /// Runs `body(0)` to `body(tasks - 1)`, each once, in any order and on any of the threads.
  package func run(_ tasks: Int, _ body: (Int) -> Void) {
    let threads = min(threadCount, tasks)
    if threads <= 1 || busy.exchange(true, ordering: .acquiring) {
      for task in 0..<max(tasks, 0) { body(task) }
      return
    }
    // If no thread can be started, the existing ones do the work, and the next job tries again.
    while started < threads - 1, startWorker() {}
    withoutActuallyEscaping(body) { body in
      self.body = body
      self.tasks = tasks
      next.store(0, ordering: .relaxed)
      left.store(0, ordering: .relaxed)
      // Opens the gate of the next job. It is sequentially consistent with `sleeping` below, so
      // that a worker that goes to sleep either sees the job or is seen asleep.
      let job = (gate.load(ordering: .relaxed) >> 16 &+ 1) << 16
      gate.store(job, ordering: .sequentiallyConsistent)
      if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
      }
      work()
      let joined = gate.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue & 0x7fff
      var rounds = 0
      while left.load(ordering: .acquiring) < joined {
        kk_pause()
        rounds += 1
        if rounds & 0x3ff == 0 { sched_yield() }
      }
      self.body = nil
    }
    busy.store(false, ordering: .releasing)
  }

  /// Runs `body` over 0..<`count` in pieces of size `piece`, which must not depend on the threads.
  func forEachPiece(of count: Int, _ piece: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    if count <= piece { return body(0, count) }
    run((count + piece - 1) / piece) { i in body(i * piece, min(piece, count - i * piece)) }
  }

  private func work() {
    guard let body else { return }
    let tasks = tasks
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= tasks { return }
      body(task)
    }
  }

  // MARK: Workers

  /// Starts one more worker; returns false if the system has no thread for it.
  private func startWorker() -> Bool {
    let index = started + 1
    guard mayStart(index) else { return false }
    guard SystemThread({ self.serve(index) }) != nil else { return false }
    started = index
    return true
  }

  private func serve(_ index: Int) -> Never {
    var seen: UInt64 = 0
    while true {
      var rounds = 0
      while !join(index, &seen) {
        rounds += 1
        if rounds < Self.spins {
          kk_pause()
          continue
        }
        sleep(seen)
        rounds = 0
      }
      work()
      left.wrappingAdd(1, ordering: .releasing)
    }
  }

  /// Joins the job at the gate, if it is open and new to this worker.
  private func join(_ index: Int, _ seen: inout UInt64) -> Bool {
    var now = gate.load(ordering: .acquiring)
    while now >> 16 != seen && now & Self.closed == 0 {
      if index >= threadCount {
        seen = now >> 16
        return false
      }
      let (exchanged, original) = gate.compareExchange(
        expected: now, desired: now &+ 1, ordering: .acquiringAndReleasing)
      if exchanged {
        seen = now >> 16
        return true
      }
      now = original
    }
    return false
  }

  /// Sleeps until the gate has a job that this worker has not seen.
  private func sleep(_ seen: UInt64) {
    pthread_mutex_lock(mutex)
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while true {
      let now = gate.load(ordering: .sequentiallyConsistent)
      if now >> 16 != seen && now & Self.closed == 0 { break }
      pthread_cond_wait(condition, mutex)
    }
    sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }
}
