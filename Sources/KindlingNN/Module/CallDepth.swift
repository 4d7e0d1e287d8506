import KindlingCore

/// The limit on nested calls of modules.
///
/// Without it, a module that contains itself, or a hook that calls its own module, would recurse
/// until the stack overflows.
enum CallDepth {
  /// The number of stack bytes reserved for the operations of the innermost call.
  private static let reserve = 128 << 10

  /// Runs `body`, the call of `module`, if enough stack space is left.
  @inline(__always)
  static func bounded<R>(_ module: Module, _ body: () throws -> R) throws -> R {
    guard StackSpace.holds(reserve) else { throw tooDeep(module) }
    return try body()
  }

  private static func tooDeep(_ module: Module) -> TensorError {
    TensorError(
      .value, "",
      "calls of modules are nested too deep for this thread's stack, the last one of \(module.typeName): does a module hold itself, or a hook call its own module?"
    )
  }
}
