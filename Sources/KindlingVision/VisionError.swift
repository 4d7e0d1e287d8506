/// Why a data set could not be found, read or fetched, as data and as a sentence.
public struct VisionError: Error, Sendable, CustomStringConvertible {
  /// What kind of mistake was made.
  public enum Kind: String, Sendable {
    /// A file or folder that is not there.
    case notFound
    /// A file that is not what its name promises: truncated, of another format, inconsistent.
    case corrupt
    /// A download that failed on every mirror, or whose checksum is wrong.
    case download
    /// A file that cannot be read or written.
    case system
    /// An argument outside its domain.
    case value
  }

  /// What kind of mistake was made.
  public let kind: Kind
  /// The full sentence.
  public let message: String

  /// An error of `kind`.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// Runs `body`, whose errors of this type then name `file`.
  static func naming<R>(_ file: String, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as VisionError {
      throw VisionError(error.kind, "\(file): \(error.message)")
    }
  }
}
