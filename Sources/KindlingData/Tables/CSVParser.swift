/// Splits comma-separated values into rows of fields, byte by byte, as Python's `csv.reader` does.
///
/// A field that begins with a quote ends at the next single quote; within it delimiters and line breaks
/// are text and two quotes stand for one. Anywhere else a quote is an ordinary character. Spaces around
/// a field are trimmed, but not those within quotes.
struct CSVParser {
  /// The rows that are not blank, with their numbers counted from 1.
  private(set) var rows: [(fields: [String], number: Int)] = []

  private enum State {
    case startOfField, plain, quoted, quoteInQuoted
  }
  private let delimiter: [UInt8]
  private var state = State.startOfField
  private var fields: [String] = []
  private var field: [UInt8] = []
  /// The length of `field` up to its closing quote; nil for a field that is not quoted.
  private var quotedLength: Int?
  private var number = 1

  /// Splits `text`.
  ///
  /// - Throws: ``CSVError`` `.format` where a quoted field does not end; `path` is for its message.
  init(_ text: String, path: String, delimiter: Character) throws {
    self.delimiter = Array(String(delimiter).utf8)
    var text = text
    text.withUTF8 { parse($0) }
    if state == .quoted {
      throw CSVError(.format, path: path, row: number, "a quoted field does not end")
    }
    if !fields.isEmpty || !field.isEmpty || quotedLength != nil { endRow() }
  }

  private mutating func parse(_ bytes: UnsafeBufferPointer<UInt8>) {
    let quote = UInt8(ascii: "\"")
    var i = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while i < bytes.count {
      let byte = bytes[i]
      if state == .quoted {
        if byte == quote { state = .quoteInQuoted } else { field.append(byte) }
      } else if byte == delimiter[0], starts(bytes, at: i) {
        endField()
        i += delimiter.count - 1
      } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        if byte == UInt8(ascii: "\r"), i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "\n") {
          i += 1
        }
        endRow()
      } else if byte == quote, state == .startOfField {
        field.removeAll(keepingCapacity: true)
        quotedLength = 0
        state = .quoted
      } else if byte == quote, state == .quoteInQuoted {
        field.append(quote)
        state = .quoted
      } else {
        if state == .quoteInQuoted { quotedLength = field.count }
        field.append(byte)
        // Spaces before a quote are no part of the field.
        let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        if state != .startOfField || !isSpace { state = .plain }
      }
      i += 1
    }
  }

  private func starts(_ bytes: UnsafeBufferPointer<UInt8>, at i: Int) -> Bool {
    delimiter.count == 1
      || i + delimiter.count <= bytes.count
        && zip(bytes[i...], delimiter).allSatisfy { $0 == $1 }
  }

  private mutating func endField() {
    if let length = quotedLength {
      let kept = state == .quoteInQuoted ? field.count : length
      fields.append(
        String(decoding: field[..<kept], as: UTF8.self)
          + CSVParser.trimmingEnd(String(decoding: field[kept...], as: UTF8.self)))
    } else {
      let text = String(decoding: field, as: UTF8.self)
      fields.append(CSVParser.trimmingEnd(text.drop(while: \.isWhitespace)))
    }
    field.removeAll(keepingCapacity: true)
    quotedLength = nil
    state = .startOfField
  }

  private mutating func endRow() {
    let isBlank = fields.isEmpty && quotedLength == nil
    endField()
    if !isBlank || fields != [""] { rows.append((fields, number)) }
    fields = []
    number += 1
  }

  private static func trimmingEnd(_ text: some StringProtocol) -> String {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last])
  }
}
