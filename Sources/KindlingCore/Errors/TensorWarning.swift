/// A message about a call that works, but that is likely to be a mistake (Python: `UserWarning`).
///
/// ``Warnings`` decides whether it is printed, dropped, thrown or passed to a closure.
public struct TensorWarning: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of a warning.
  public enum Kind: String, Sendable {
    /// A likely mistake.
    case user
    /// Sizes that differ where equal ones are expected, and that broadcast.
    case broadcast
    /// Behavior or an argument that a future version changes or removes (Python: `FutureWarning`).
    case deprecated
  }

  /// The kind of the warning.
  public let kind: Kind
  /// The operation that warns, for example `mse_loss`; empty if the warning belongs to none.
  public let operation: String
  /// The full sentence, in PyTorch's words.
  public let message: String

  /// Creates a warning.
  public init(_ kind: Kind = .user, _ operation: String = "", _ message: String) {
    self.kind = kind
    self.operation = operation
    self.message = message
  }

  /// The operation, if there is one, and the message.
  public var description: String { operation.isEmpty ? message : "\(operation): \(message)" }
}
