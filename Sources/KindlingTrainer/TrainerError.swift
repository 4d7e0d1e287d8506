/// Why a training cannot begin or go on.
public struct TrainerError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: String, Sendable {
    /// The loss is NaN or infinite; nothing was updated from it.
    case loss
    /// A name that is not there, or is there twice.
    case name
    /// An argument outside its domain.
    case value
    /// A file that cannot be written.
    case file
    /// A checkpoint of another training.
    case checkpoint
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// The full sentence.
  public let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
