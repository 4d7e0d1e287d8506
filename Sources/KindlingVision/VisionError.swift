public import KindlingCore

/// An error of finding, reading or downloading a dataset.
public struct VisionError: KindlingError {
  /// The category of an error.
  public enum Kind: String, Sendable {
    /// A file or folder does not exist.
    case notFound
    /// A file does not have its expected content: it is truncated, inconsistent or of another
    /// format.
    case corrupt
    /// A download failed on every mirror, or its checksum is wrong.
    case download
    /// A file cannot be read or written.
    case system
    /// An argument is outside its domain.
    case value
  }

  /// The category of the error.
  public let kind: Kind
  /// The message and its values.
  public let content: ErrorMessage

  /// Creates an error of `kind`.
  public init(_ kind: Kind, _ message: ErrorMessage) {
    self.kind = kind
    content = message
  }

  /// Runs `body` and adds `file` to its errors of this type.
  static func naming<R>(_ file: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as VisionError {
      throw VisionError(error.kind, "\(file): \(error.message)")
    }
  }
}
