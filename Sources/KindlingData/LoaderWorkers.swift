import KindlingCore
import KindlingPlatform

/// Worker threads that load batches.
///
/// Batch number n is always loaded by worker n modulo their count, so that random numbers inside a
/// dataset are reproducible.
final class LoaderWorkers<Batch> {
  private let shared: Shared
  private var threads: [SystemThread] = []

  /// The state shared by the workers and their owner, under one lock.
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

    /// Waits until `body` returns a value; returns at once if it does so immediately.
    func wait<R>(_ body: () -> R?) -> R {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      while true {
        if let result = body() { return result }
        pthread_cond_wait(changed, mutex)
      }
    }

    /// Changes the shared state and wakes the waiting threads.
    func change(_ body: () -> Void) {
      pthread_mutex_lock(mutex)
      body()
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }

    /// Runs the loop of one worker until it is stopped.
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

  /// Starts at most `count` workers; fewer if the system refuses.
  ///
  /// Worker i draws from a generator seeded with `seed` + i. Warnings go to the caller's handler.
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

  /// The number of workers.
  var count: Int { threads.count }

  func issue(_ indices: [Int], number: Int) {
    shared.change { shared.queues[number % threads.count].append((number, indices)) }
  }

  /// Returns batch `number`; waits until it is loaded.
  func take(number: Int) -> Result<Batch, any Error> {
    shared.wait { shared.results.removeValue(forKey: number) }
  }

  deinit {
    shared.change { shared.isStopped = true }
    for thread in threads { thread.join() }
  }
}
