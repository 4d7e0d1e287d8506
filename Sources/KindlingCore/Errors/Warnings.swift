import CKernels
import KindlingPlatform
import Synchronization

/// The channel of all warnings (Python: the module `warnings`).
///
/// By default each warning is written to standard error once. A program can choose another action
/// for the whole process, or for the calls inside a closure:
///
/// ```swift
/// Warnings.action = .ignore
/// try Warnings.with(.error) { try train() }
/// Warnings.action = .handle { logger.warning("\($0)") }
/// ```
public enum Warnings {
  /// The handling of a warning.
  public enum Action: Sendable {
    /// Writes the warning to standard error the first time that it occurs at its source location.
    case once
    /// Writes the warning to standard error every time.
    case always
    /// Drops the warning.
    case ignore
    /// Throws the warning as the error of the call.
    case error
    /// Passes the warning to the closure; the call throws any error that the closure throws.
    case handle(@Sendable (TensorWarning) throws -> Void)
  }

  /// The handling of warnings in this process, outside ``with(_:for:_:)``.
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
  ///   - action: the action for warnings.
  ///   - kind: the kind of warning to which the action applies; nil means every kind.
  ///   - body: the closure to run.
  /// - Returns: the result of `body`.
  public static func with<R>(
    _ action: Action, for kind: TensorWarning.Kind? = nil, _ body: () throws -> R
  ) rethrows -> R {
    try inside(Scope(kind: kind, action: action, outer: scope), body)
  }

  /// Runs `body` and returns its result and the warnings of its calls, without writing them
  /// (Python: `warnings.catch_warnings(record=True)`).
  public static func recorded<R>(
    _ body: () throws -> R
  ) rethrows -> (result: R, warnings: [TensorWarning]) {
    let record = Record()
    let result = try with(.handle { warning in record.list.withLock { $0.append(warning) } }, body)
    return (result, record.list.withLock { $0 })
  }

  /// Clears the record of written warnings, so that ``Action/once`` writes them again.
  public static func reset() {
    state.withLock { $0.seen.removeAll() }
  }

  /// Emits a warning (Python: `warnings.warn`).
  ///
  /// `file` and `line` are the warning's source location. Each text is written once per location.
  /// - Throws: the warning under ``Action/error``; the error of the closure of
  ///   ``Action/handle(_:)``.
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

  /// Emits a warning from a place that cannot throw; an error that the action throws is written to
  /// standard error.
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

  /// The action of one call of `with`, linked to the enclosing scopes.
  package final class Scope: Sendable {
    private let kind: TensorWarning.Kind?
    private let action: Action
    private let outer: Scope?

    init(kind: TensorWarning.Kind?, action: Action, outer: Scope?) {
      self.kind = kind
      self.action = action
      self.outer = outer
    }

    /// Returns the action of the innermost scope that applies to `kind`.
    func action(for kind: TensorWarning.Kind) -> Action? {
      self.kind == nil || self.kind == kind ? action : outer?.action(for: kind)
    }
  }

  /// The innermost scope of this thread.
  package static var scope: Scope? {
    kk_state().pointee.warnings.map { Unmanaged<Scope>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs `body` inside a scope, which may belong to the thread that delegated the work.
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
    /// The source locations that have warned, with the texts of each.
    var seen: [String: Set<TensorWarning>] = [:]
  }

  private final class Record: Sendable {
    let list = Mutex<[TensorWarning]>([])
  }

  private static let state = Mutex(State())

  /// The number of different texts that are written and remembered per source location.
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
