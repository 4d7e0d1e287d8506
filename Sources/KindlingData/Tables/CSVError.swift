public import KindlingCore

/// An error of reading a table.
public struct CSVError: KindlingError {
  /// The category of an error.
  public enum Kind: String, Sendable {
    /// The file does not exist or cannot be opened.
    case file
    /// The text is not a table: an unclosed quote, invalid UTF-8, or rows of different lengths.
    case format
    /// There is no such column.
    case column
    /// A field does not have the requested type.
    case value
  }

  /// The category of the error.
  public let kind: Kind
  /// The file; empty for a table from a string.
  public let path: String
  /// The row, counted from 1 including the header; `nil` if the error concerns no row.
  ///
  /// It is the line number in an editor if no quoted field contains a line break.
  public let row: Int?
  /// The message and its values.
  public let content: ErrorMessage

  /// Creates an error of `kind`.
  public init(_ kind: Kind, path: String = "", row: Int? = nil, _ message: ErrorMessage) {
    self.kind = kind
    self.path = path
    self.row = row
    content = message
  }

  /// The file, the row and the message.
  public var description: String {
    let place = [path.isEmpty ? nil : path, row.map { "row \($0)" }].compactMap { $0 }
    return place.isEmpty ? message : "\(place.joined(separator: ", ")): \(message)"
  }
}
