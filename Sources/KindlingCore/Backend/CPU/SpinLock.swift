import KindlingPlatform
import Synchronization

/// Guards a value for a few instructions at a time: cheaper than a mutex where nobody else is
/// there, and polite (it yields) where somebody is.
final class SpinLock<Value>: @unchecked Sendable {
  private let taken = Atomic<Bool>(false)
  /// Guarded by `taken`; a run-time check of exclusive access would only check that again.
  @exclusivity(unchecked) private var value: Value

  init(_ value: Value) { self.value = value }

  @inline(__always)
  func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    while taken.exchange(true, ordering: .acquiring) { sched_yield() }
    defer { taken.store(false, ordering: .releasing) }
    return try body(&value)
  }
}
