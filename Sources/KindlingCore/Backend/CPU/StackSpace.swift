import CKernels

/// The room that is left on the stack of this thread.
package enum StackSpace {
  /// The bytes below the caller's frame; `Int.max` where the system does not tell.
  package static var left: Int {
    guard let end = kk_stack_end() else { return .max }
    var mark = 0
    return withUnsafePointer(to: &mark) {
      Int(clamping: UInt(bitPattern: $0) &- UInt(bitPattern: end))
    }
  }
}
