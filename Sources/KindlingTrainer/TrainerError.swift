public import KindlingCore

/// An error that prevents a training from starting or continuing.
public struct TrainerError: KindlingError {
  /// The category of an error.
  public enum Kind: String, Sendable {
    /// The loss is NaN or infinite; it has not updated anything.
    case loss
    /// A name is missing or duplicated.
    case name
    /// An argument is outside its domain.
    case value
    /// A file cannot be written.
    case file
    /// A checkpoint belongs to another training.
    case checkpoint
  }

  /// The category of the error.
  public let kind: Kind
  /// The message and its values.
  public let content: ErrorMessage

  init(_ kind: Kind, _ message: ErrorMessage) {
    self.kind = kind
    content = message
  }
}
