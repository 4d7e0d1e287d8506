import KindlingCore

/// A parser of comma-separated values, byte by byte, with the rules of Python's `csv.reader`.
///
/// A field that begins with a quote ends at the next single quote. Within it, delimiters and line
/// breaks are text, and two quotes stand for one. Anywhere else a quote is an ordinary character.
/// Spaces around a field are trimmed, except those within quotes.
struct CSVParser {
  /// The rows that are not blank; all have the same number of fields.
  let fields: CSVFields
  /// The first row with another number of fields, at which parsing stopped.
  let misfit: (fields: Int, number: Int)?

  /// Parses UTF-8 `bytes` into rows of `columns` fields, by default as many as the first row has.
  ///
  /// - Throws: ``CSVError`` `.format` for an unclosed quote, or too many columns or bytes; `path`
  ///   is used in its message. `TensorError` `.memory` if memory runs out.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, path: String, delimiter: Character, columns: Int?
  ) throws {
    guard bytes.count < UInt32.max else {
      throw CSVError(.format, path: path, "a table of \(bytes.count) bytes is more than 4 GB")
    }
    let delimiter = Array(String(delimiter).utf8)
    var most = 1
    for byte in bytes where byte == delimiter[0] || byte == newline || byte == carriageReturn {
      most += 1
    }
    let text = try HostBuffer<UInt8>(count: bytes.count, "CSVTable")
    let ends = try HostBuffer<UInt32>(count: most, "CSVTable")
    let fields = text.withElements { text in
      ends.withElements { CSVMachine(text, $0, delimiter, columns: columns).parse(bytes) }
    }
    if let row = fields.openQuote {
      throw CSVError(.format, path: path, row: row, "a quoted field does not end")
    }
    let width = fields.columns ?? 0
    guard width <= CSVFields.mostColumns else {
      throw CSVError(
        .format, path: path,
        "a row has \(width) fields; a table has at most \(CSVFields.mostColumns) columns")
    }
    ends.truncate(to: fields.rows * width)
    self.fields = CSVFields(
      text: text, ends: ends, columns: width, count: fields.rows, jumps: fields.jumps)
    misfit = fields.misfit
  }
}

/// The fields of a table in one block of memory.
///
/// A field needs its bytes and four more; a Swift string would need at least sixteen.
struct CSVFields: Sendable {
  /// The maximum number of columns, since each has a name.
  static let mostColumns = 1_000_000

  /// The bytes of all fields.
  fileprivate let text: HostBuffer<UInt8>
  /// The end of each field in `text`.
  fileprivate let ends: HostBuffer<UInt32>
  /// The number of fields in each row.
  let columns: Int
  /// The number of rows.
  let count: Int
  /// The rows that do not directly follow the row before in the file, with their row numbers.
  fileprivate let jumps: [CSVMachine.Jump]

  /// The field in row `row` and column `column`.
  subscript(row: Int, column: Int) -> String {
    let index = row * columns + column
    let start = index == 0 ? 0 : Int(ends[index - 1])
    return text.withElements {
      String(decoding: UnsafeBufferPointer(rebasing: $0[start..<Int(ends[index])]), as: UTF8.self)
    }
  }

  /// Returns the fields of row `row`.
  func row(_ row: Int) -> [String] { (0..<columns).map { self[row, $0] } }

  /// Returns the number of row `row` in the file, counted from 1.
  func number(_ row: Int) -> Int {
    var (low, high) = (0, jumps.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(jumps[middle].row) <= row { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return row + 1 }
    return row - Int(jumps[low - 1].row) + Int(jumps[low - 1].number)
  }
}

private let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

/// The state of a parser between two bytes.
private struct CSVMachine {
  /// A row that does not directly follow the row before.
  struct Jump { let row, number: UInt32 }

  private enum State {
    case startOfField, plain, quoted, quoteInQuoted
  }

  private let text: UnsafeMutableBufferPointer<UInt8>
  private let ends: UnsafeMutableBufferPointer<UInt32>
  private let delimiter: [UInt8]
  private(set) var columns: Int?
  private var state = State.startOfField
  /// The number of bytes in `text`, and the start of the current field.
  private var length = 0, start = 0
  /// The total number of fields, and the number in completed rows.
  private var fieldCount = 0, ended = 0
  /// The position of the closing quote in `text`; `nil` for an unquoted field.
  private var quoteEnd: Int?
  /// The number of the current row.
  private var number = 1
  private var expected = 1
  private(set) var rows = 0
  private(set) var jumps: [Jump] = []
  private(set) var misfit: (fields: Int, number: Int)?
  /// The row with an unclosed quote.
  private(set) var openQuote: Int?

  init(
    _ text: UnsafeMutableBufferPointer<UInt8>, _ ends: UnsafeMutableBufferPointer<UInt32>,
    _ delimiter: [UInt8], columns: Int?
  ) {
    (self.text, self.ends, self.delimiter, self.columns) = (text, ends, delimiter, columns)
  }

  /// Returns the state after parsing all `bytes`.
  func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> CSVMachine {
    var machine = self
    machine.run(bytes)
    return machine
  }

  private mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    let quote = UInt8(ascii: "\"")
    var i = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while i < bytes.count, misfit == nil {
      let byte = bytes[i]
      if state == .quoted {
        if byte == quote { state = .quoteInQuoted } else { append(byte) }
      } else if byte == delimiter[0], isDelimiter(bytes, at: i) {
        endField()
        i += delimiter.count - 1
      } else if byte == newline || byte == carriageReturn {
        if byte == carriageReturn, i + 1 < bytes.count, bytes[i + 1] == newline { i += 1 }
        endRow()
      } else if byte == quote, state == .startOfField {
        length = start
        quoteEnd = start
        state = .quoted
      } else if byte == quote, state == .quoteInQuoted {
        append(quote)
        state = .quoted
      } else {
        if state == .quoteInQuoted { quoteEnd = length }
        append(byte)
        // Spaces before a quote are not part of the field.
        let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        if state != .startOfField || !isSpace { state = .plain }
      }
      i += 1
    }
    if misfit != nil { return }
    if state == .quoted { openQuote = number }
    if fieldCount > ended || length > start || quoteEnd != nil { endRow() }
  }

  private mutating func append(_ byte: UInt8) {
    text[length] = byte
    length += 1
  }

  private func isDelimiter(_ bytes: UnsafeBufferPointer<UInt8>, at i: Int) -> Bool {
    delimiter.count == 1
      || i + delimiter.count <= bytes.count
        && zip(bytes[i...], delimiter).allSatisfy { $0 == $1 }
  }

  private mutating func endField() {
    if let quoteEnd {
      length = trimmedEnd(after: state == .quoteInQuoted ? length : quoteEnd)
    } else {
      length = trimmedEnd(after: start)
      let first = trimmedStart()
      if first > start {
        for i in first..<length { text[start + i - first] = text[i] }
        length -= first - start
      }
    }
    ends[fieldCount] = UInt32(length)
    fieldCount += 1
    start = length
    quoteEnd = nil
    state = .startOfField
  }

  private mutating func endRow() {
    let isBare = fieldCount == ended && quoteEnd == nil, first = start
    endField()
    if isBare && length == first {
      fieldCount = ended
    } else {
      let width = fieldCount - ended
      if width != columns ?? width {
        misfit = (width, number)
        return
      }
      columns = width
      if number != expected { jumps.append(Jump(row: UInt32(rows), number: UInt32(number))) }
      expected = number + 1
      rows += 1
      ended = fieldCount
    }
    number += 1
  }

  /// Returns the end of the field without trailing spaces, but not before `floor`.
  private func trimmedEnd(after floor: Int) -> Int {
    var end = length
    while end > floor {
      var first = end - 1
      while first > floor, text[first] & 0xC0 == 0x80 { first -= 1 }
      guard isSpace(first, end) else { break }
      end = first
    }
    return end
  }

  /// Returns the start of the field without leading spaces.
  private func trimmedStart() -> Int {
    var first = start
    while first < length {
      var end = first + 1
      while end < length, text[end] & 0xC0 == 0x80 { end += 1 }
      guard isSpace(first, end) else { break }
      first = end
    }
    return first
  }

  /// Returns whether the bytes from `first` up to `end` are one Unicode space.
  private func isSpace(_ first: Int, _ end: Int) -> Bool {
    if end - first == 1 { return text[first] == 0x20 || 0x09...0x0D ~= text[first] }
    let scalars = String(
      decoding: UnsafeBufferPointer(rebasing: text[first..<end]), as: UTF8.self
    ).unicodeScalars
    return scalars.first?.properties.isWhitespace == true
  }
}
