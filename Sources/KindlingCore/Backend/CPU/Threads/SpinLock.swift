import KindlingPlatform
import Synchronization

/// A lock that guards a value for a few instructions at a time.
///
/// It is cheaper than a mutex without contention, and yields under contention.
final class SpinLock<Value>: @unchecked Sendable {
  private let taken = Atomic<Bool>(false)
  /// Guarded by `taken`; a run-time exclusivity check would only repeat that check.
  @exclusivity(unchecked) private var value: Value

  init(_ value: Value) { self.value = value }

  @inline(__always)
  func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    while taken.exchange(true, ordering: .acquiring) { sched_yield() }
    defer { taken.store(false, ordering: .releasing) }
    return try body(&value)
  }
}
