/// A system thread.
package struct SystemThread: @unchecked Sendable {
  private let thread: pthread_t

  /// Creates a thread that runs `body`, or returns nil if the system has no thread for it.
  package init?(_ body: @escaping () -> Void) {
    let start = Unmanaged.passRetained(Start(body))
    #if canImport(Glibc)
      var made = pthread_t()
    #else
      var made: pthread_t?
    #endif
    guard pthread_create(&made, nil, { Start.run($0) }, start.toOpaque()) == 0 else {
      start.release()
      return nil
    }
    #if canImport(Glibc)
      thread = made
    #else
      guard let made else { return nil }
      thread = made
    #endif
  }

  /// Waits until `body` has returned; call it at most once.
  package func join() { pthread_join(thread, nil) }

  /// The work of the thread, in a form that C can pass on.
  private final class Start {
    private let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }
  }
}
