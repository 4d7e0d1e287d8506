import CKernels

/// The remaining stack space of this thread.
package enum StackSpace {
  /// Whether calls that need `bytes` fit; true where the system does not tell.
  package static func holds(_ bytes: Int) -> Bool { kk_stack_holds(bytes) }
}
