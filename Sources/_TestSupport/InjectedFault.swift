import Kindling
import KindlingPlatform
import Synchronization

/// Injection of failures into system calls, for tests.
package enum InjectedFault {
  /// Runs `body` with its `number`-th call of kind `call` failing; returns `nil` if there are fewer
  /// calls.
  package static func result<R>(
    _ call: FileSystem.Call, _ number: Int, _ code: Int32, _ body: () throws -> R
  ) -> Result<R, any Error>? {
    let count = Mutex(0)
    let result = Result {
      try FileSystem.withFault(
        { made in
          guard made == call else { return nil }
          return count.withLock {
            $0 += 1
            return $0 == number
          } ? code : nil
        }, body)
    }
    return count.withLock { $0 } < number ? nil : result
  }
}
