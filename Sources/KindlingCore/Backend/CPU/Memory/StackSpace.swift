import CKernels

/// The remaining stack space of this thread.
package enum StackSpace {
  /// Whether calls that need `bytes` fit; true if the limit is unknown.
  package static func holds(_ bytes: Int) -> Bool { kk_stack_holds(bytes) }
}
