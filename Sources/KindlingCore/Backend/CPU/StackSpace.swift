import CKernels

/// The room that is left on the stack of this thread.
package enum StackSpace {
  /// Whether calls that need `bytes` fit; true where the system does not tell.
  package static func holds(_ bytes: Int) -> Bool { kk_stack_holds(bytes) }
}
