public import KindlingCore
import KindlingPlatform

/// The reason that a checkpoint could not be read or written.
public struct CheckpointError: KindlingError {
  /// The kind of the error.
  public enum Kind: String, Sendable {
    /// The file or folder does not exist, or may not be opened.
    case file
    /// The file is of another or an unsupported kind.
    case format
    /// The file is damaged, truncated or inconsistent.
    case corrupt
    /// The file asks for something that plain data never needs, such as calling a function.
    case unsafe
    /// The file is valid, but contains something that Kindling does not support.
    case unsupported
    /// The values do not have the expected form.
    case content
  }

  /// The kind of the error.
  public let kind: Kind
  /// The file.
  public internal(set) var path = ""
  /// The message and its values.
  public let content: ErrorMessage

  init(_ kind: Kind, path: String = "", _ message: ErrorMessage) {
    self.kind = kind
    self.path = path
    content = message
  }

  /// The file and the message.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }

  static func corrupt(_ message: ErrorMessage) -> CheckpointError {
    CheckpointError(.corrupt, message)
  }

  /// Runs `body`, and adds the path to its errors.
  static func naming<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch var error as CheckpointError {
      if error.path.isEmpty { error.path = path }
      throw error
    } catch let error as FileError {
      throw CheckpointError(.file, path: path, "\(error.message)")
    }
  }
}

/// Throws a ``CheckpointError`` unless `condition` holds.
func require(
  _ condition: Bool, _ kind: CheckpointError.Kind, _ message: @autoclosure () -> ErrorMessage
) throws {
  if !condition { throw CheckpointError(kind, message()) }
}

/// Returns the value, or throws a ``CheckpointError`` if there is none.
func require<Value>(
  _ value: Value?, _ kind: CheckpointError.Kind, _ message: @autoclosure () -> ErrorMessage
) throws -> Value {
  if let value { return value }
  throw CheckpointError(kind, message())
}
