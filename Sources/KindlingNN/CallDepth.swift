import KindlingCore

/// The bound on calls of modules within calls.
///
/// A module that holds itself, or a hook that calls its own module, would call on until the stack
/// overflows.
enum CallDepth {
  /// The bytes of stack that operations inside the innermost call may need.
  private static let reserve = 128 << 10

  /// Runs `body`, the call of `module`, where the stack has room for it.
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
