import KindlingCore

/// The number of calls of modules that this thread is inside of.
///
/// A module that holds itself, or a hook that calls its own module, would call on until the stack
/// overflows. The limit leaves a stack of 512 KiB, which threads have on some systems, a kilobyte for
/// each call.
enum CallDepth {
  @inline(__always)
  static func counted<R>(_ module: Module, _ body: () throws -> R) throws -> R {
    let depth = ThreadModes.enterCall()
    defer { ThreadModes.leaveCall() }
    if depth > Int32(Module.deepestNesting) { throw tooDeep(module) }
    return try body()
  }

  private static func tooDeep(_ module: Module) -> TensorError {
    TensorError(
      .value, "",
      "calls of modules are nested more than \(Module.deepestNesting) levels deep, the last one of \(module.typeName): does a module hold itself, or a hook call its own module?"
    )
  }
}
