import CKernels

/// Counts that other targets keep in the state of the thread.
package enum ThreadModes {
  /// Counts a call of a module that begins; returns how many this thread is inside of.
  @inline(__always)
  package static func enterCall() -> Int32 {
    kk_state().pointee.call_depth += 1
    return kk_state().pointee.call_depth
  }

  /// Counts a call of a module that ends.
  @inline(__always)
  package static func leaveCall() { kk_state().pointee.call_depth -= 1 }
}
