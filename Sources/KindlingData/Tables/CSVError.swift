/// Why a table could not be read, as data and as a sentence.
public struct CSVError: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: String, Sendable {
    /// There is no such file, or it may not be opened.
    case file
    /// The text is no table: quotes that do not close, bytes that are no UTF-8, rows of other lengths.
    case format
    /// There is no such column.
    case column
    /// A field that is not what it is asked to be.
    case value
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// The file; empty where the table came from a text.
  public let path: String
  /// The row, counted from 1 and with the header; nil where none is meant.
  ///
  /// An editor counts the same where no quoted field holds a line break.
  public let row: Int?
  /// What is wrong there.
  public let message: String

  /// An error of `kind`.
  public init(_ kind: Kind, path: String = "", row: Int? = nil, _ message: String) {
    self.kind = kind
    self.path = path
    self.row = row
    self.message = message
  }

  /// File, row and message.
  public var description: String {
    let place = [path.isEmpty ? nil : path, row.map { "row \($0)" }].compactMap { $0 }
    return place.isEmpty ? message : "\(place.joined(separator: ", ")): \(message)"
  }
}
