import KindlingCore
import KindlingPlatform

/// Why a checkpoint could not be read or written.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: String, Sendable {
    /// There is no such file or folder, or it may not be opened.
    case file
    /// The file is of another kind, or of one that is not read.
    case format
    /// The file is damaged or cut short, or contradicts itself.
    case corrupt
    /// The file asks for something that plain data never needs, such as calling a function.
    case unsafe
    /// The file is sound and holds something Kindling does not have.
    case unsupported
    /// The values are not of the expected form.
    case content
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// The file.
  public internal(set) var path = ""
  /// The full sentence.
  public let message: String

  init(_ kind: Kind, path: String = "", _ message: String) {
    self.kind = kind
    self.path = path
    self.message = message
  }

  /// The file and the message.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }

  static func corrupt(_ message: String) -> CheckpointError { CheckpointError(.corrupt, message) }

  /// Runs `body`, whose errors then name the file.
  static func naming<R>(_ path: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch var error as CheckpointError {
      if error.path.isEmpty { error.path = path }
      throw error
    } catch let error as FileError {
      throw CheckpointError(.file, path: path, error.message)
    }
  }
}
