import KindlingCore
import KindlingPlatform

/// Threads that make batches.
///
/// Batch number n is always made by worker n modulo their count, so that randomness inside a
/// dataset is the same each time.
final class LoaderWorkers<Batch> {
  private let shared: Shared
  private var threads: [SystemThread] = []

  /// What the threads and their owner hand each other, under one lock.
  private final class Shared: @unchecked Sendable {
    let load: ([Int]) throws -> Batch
    let workerInit: ((Int) throws -> Void)?
    var queues: [[(number: Int, indices: [Int])]]
    var results: [Int: Result<Batch, any Error>] = [:]
    var isStopped = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(
      _ count: Int, _ workerInit: ((Int) throws -> Void)?,
      _ load: @escaping ([Int]) throws -> Batch
    ) {
      self.load = load
      self.workerInit = workerInit
      queues = Array(repeating: [], count: count)
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(changed, nil)
    }

    deinit {
      pthread_cond_destroy(changed)
      pthread_mutex_destroy(mutex)
      changed.deallocate()
      mutex.deallocate()
    }

    /// Sleeps until `body` gives a value; with no wait where it does at once.
    func wait<R>(_ body: () -> R?) -> R {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      while true {
        if let result = body() { return result }
        pthread_cond_wait(changed, mutex)
      }
    }

    /// Changes what others wait for.
    func change(_ body: () -> Void) {
      pthread_mutex_lock(mutex)
      body()
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }

    /// What one thread does until it is stopped.
    func work(_ worker: Int) {
      let start = Result { try workerInit?(worker) }
      while true {
        let task: (number: Int, indices: [Int])? = wait {
          if isStopped { return .some(nil) }
          return queues[worker].isEmpty ? nil : .some(queues[worker].removeFirst())
        }
        guard let task else { return }
        let result = start.flatMap { _ in Result { try load(task.indices) } }
        change { results[task.number] = result }
      }
    }
  }

  /// At most `count` threads; fewer where the system refuses.
  ///
  /// Worker i draws from a generator seeded with `seed` + i. Warnings go where the caller's go.
  init(
    _ count: Int, seed: Int, _ workerInit: ((Int) throws -> Void)?,
    _ load: @escaping ([Int]) throws -> Batch
  ) {
    shared = Shared(count, workerInit, load)
    let scope = Warnings.scope
    for worker in 0..<count {
      let thread = SystemThread { [shared, scope] in
        Warnings.inside(scope) {
          withDefaultGenerator(Generator(seed: seed &+ worker)) { shared.work(worker) }
        }
      }
      guard let thread else { break }
      threads.append(thread)
    }
  }

  /// How many threads work.
  var count: Int { threads.count }

  func issue(_ indices: [Int], number: Int) {
    shared.change { shared.queues[number % threads.count].append((number, indices)) }
  }

  /// Batch `number`, as soon as it is there.
  func take(number: Int) -> Result<Batch, any Error> {
    shared.wait { shared.results.removeValue(forKey: number) }
  }

  deinit {
    shared.change { shared.isStopped = true }
    for thread in threads { thread.join() }
  }
}
