import CKernels
import KindlingPlatform
import Synchronization

/// The channel of all warnings (Python: the module `warnings`).
///
/// By default each warning is written to standard error, once. A program chooses something else for
/// the whole process, or for the calls inside a closure:
///
/// ```swift
/// Warnings.action = .ignore
/// try Warnings.with(.error) { try train() }
/// Warnings.action = .handle { logger.warning("\($0)") }
/// ```
public enum Warnings {
  /// The handling of a warning.
  public enum Action: Sendable {
    /// The warning is written to standard error the first time that it comes from its place.
    case once
    /// The warning is written to standard error every time.
    case always
    /// The warning is dropped.
    case ignore
    /// The warning is thrown as the error of the call.
    case error
    /// The closure gets the warning; what it throws is thrown by the call.
    case handle(@Sendable (TensorWarning) throws -> Void)
  }

  /// The handling of warnings in this process, outside ``with(_:_:)``.
  public static var action: Action {
    get { state.withLock { $0.action } }
    set { state.withLock { $0.action = newValue } }
  }

  /// Runs `body` with `action` for the warnings of its calls (Python: `warnings.catch_warnings`).
  ///
  /// The action holds for the calls of the thread that runs `body`, and for the workers of a loader
  /// whose pass starts inside it. Tasks started inside it keep the action of the process.
  ///
  /// - Parameters:
  ///   - action: what becomes of warnings.
  ///   - kind: the kind that the action is for; nil is every kind.
  ///   - body: what is run.
  /// - Returns: the result of `body`.
  public static func with<R>(
    _ action: Action, for kind: TensorWarning.Kind? = nil, _ body: () throws -> R
  ) rethrows -> R {
    try inside(Scope(kind: kind, action: action, outer: scope), body)
  }

  /// The result of `body` and the warnings of its calls, none of which is written
  /// (Python: `warnings.catch_warnings(record=True)`).
  public static func recorded<R>(
    _ body: () throws -> R
  ) rethrows -> (result: R, warnings: [TensorWarning]) {
    let record = Record()
    let result = try with(.handle { warning in record.list.withLock { $0.append(warning) } }, body)
    return (result, record.list.withLock { $0 })
  }

  /// Forgets which warnings were written, so that ``Action/once`` writes them again.
  public static func reset() {
    state.withLock { $0.seen.removeAll() }
  }

  /// Emits a warning (Python: `warnings.warn`).
  ///
  /// `file` and `line` are the warning's place: one text from one place is written once.
  /// - Throws: the warning under ``Action/error``; what the closure of ``Action/handle(_:)`` throws.
  public static func warn(
    _ kind: TensorWarning.Kind = .user, _ operation: String = "", _ message: String,
    file: StaticString = #fileID, line: UInt = #line
  ) throws {
    let warning = TensorWarning(kind, operation, message)
    switch scope?.action(for: kind) ?? action {
    case .once: if isFirst(warning, "\(file):\(line)") { write(warning) }
    case .always: write(warning)
    case .ignore: break
    case .error: throw warning
    case .handle(let body): try body(warning)
    }
  }

  /// Emits a warning from a place that cannot throw: an error that the action makes of it is written
  /// to standard error.
  public static func note(
    _ kind: TensorWarning.Kind = .user, _ operation: String = "", _ message: String,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    do {
      try warn(kind, operation, message, file: file, line: line)
    } catch {
      write(TensorWarning(.user, "", "\(error)"))
    }
  }

  // MARK: Scopes

  /// The action of one call of `with`, and of those around it.
  package final class Scope: Sendable {
    private let kind: TensorWarning.Kind?
    private let action: Action
    private let outer: Scope?

    init(kind: TensorWarning.Kind?, action: Action, outer: Scope?) {
      self.kind = kind
      self.action = action
      self.outer = outer
    }

    /// The action of the innermost scope that is for `kind`.
    func action(for kind: TensorWarning.Kind) -> Action? {
      self.kind == nil || self.kind == kind ? action : outer?.action(for: kind)
    }
  }

  /// The innermost scope of this thread.
  package static var scope: Scope? {
    kk_state().pointee.warnings.map { Unmanaged<Scope>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs `body` inside a scope, which may be that of the thread for which this one works.
  package static func inside<R>(_ scope: Scope?, _ body: () throws -> R) rethrows -> R {
    let before = kk_state().pointee.warnings
    kk_state().pointee.warnings = scope.map { Unmanaged.passUnretained($0).toOpaque() }
    defer {
      kk_state().pointee.warnings = before
      withExtendedLifetime(scope) {}
    }
    return try body()
  }

  // MARK: State

  private struct State {
    var action = Action.once
    /// The places that have warned, and the texts of each.
    var seen: [String: Set<TensorWarning>] = [:]
  }

  private final class Record: Sendable {
    let list = Mutex<[TensorWarning]>([])
  }

  private static let state = Mutex(State())

  /// How many different texts of one place are written, and remembered.
  private static let textsPerPlace = 100

  private static func isFirst(_ warning: TensorWarning, _ place: String) -> Bool {
    state.withLock {
      guard $0.seen[place, default: []].count < textsPerPlace else { return false }
      return $0.seen[place, default: []].insert(warning).inserted
    }
  }

  /// Writes one line to standard error.
  private static func write(_ warning: TensorWarning) {
    StandardStream.error.write("Warning: \(warning)\n")
  }
}
