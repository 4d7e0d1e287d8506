public import KindlingCore

/// The source of a table's column names (pandas: `header` and `names` of `read_csv`).
public enum CSVHeader: Sendable, ExpressibleByArrayLiteral {
  /// The first row.
  case firstRow
  /// None: every row is data, and columns are called `0`, `1` and so on.
  case none
  /// The given names; every row is data.
  case names([String])

  /// Creates a header of column names: `["file_name", "label"]`.
  public init(arrayLiteral names: String...) { self = .names(names) }
}

/// A table of strings read from comma-separated values.
///
/// ```swift
/// let labels = try CSVTable("labels.csv", header: ["file_name", "label"])
/// let files = try labels.column("file_name")
/// let classes = try labels.column("label", as: Int.self)
/// ```
///
/// Rows follow the rules of Python's `csv.reader`. Spaces around fields are trimmed, except those
/// within quotes, and blank lines are skipped.
public struct CSVTable: Sendable {
  /// The names of the columns, from left to right.
  public let columns: [String]
  /// The file of the table; empty for a table from a string.
  public let path: String
  private let fields: CSVFields
  /// The number of parsed rows before the first row of data.
  private let skipped: Int
  /// The column indices, sorted by name.
  private let byName: [Int32]

  /// Creates a table from the file at `path`.
  ///
  /// - Throws: ``CSVError`` if the file cannot be read, is not UTF-8, or does not contain a table;
  ///   `TensorError` `.memory` if memory runs out.
  public init(_ path: String, header: CSVHeader = .firstRow, delimiter: Character = ",") throws {
    let bytes = try TextFile.read(path)
    self = try bytes.withUnsafeBufferPointer { try CSVTable($0, path, header, delimiter) }
  }

  /// Creates a table from `text`.
  ///
  /// - Throws: ``CSVError`` if the text is not a table; `TensorError` `.memory` if memory runs out.
  public init(text: String, header: CSVHeader = .firstRow, delimiter: Character = ",") throws {
    var text = text
    self = try text.withUTF8 { try CSVTable($0, "", header, delimiter) }
  }

  private init(
    _ bytes: UnsafeBufferPointer<UInt8>, _ path: String, _ header: CSVHeader,
    _ delimiter: Character
  ) throws {
    try Layout.checkList(bytes.count, bytes: 2, "CSVTable")
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw CSVError(.format, path: path, "the file is not UTF-8 text")
    }
    var given: [String]?
    if case .names(let names) = header { given = names }
    let found = try CSVParser(bytes, path: path, delimiter: delimiter, columns: given?.count)
    fields = found.fields
    self.path = path
    switch header {
    case .firstRow:
      guard found.fields.count > 0 else {
        throw CSVError(.format, path: path, "the table is empty: it has no row with column names")
      }
      columns = found.fields.row(0)
      skipped = 1
    case .none:
      columns = (0..<found.fields.columns).map(String.init)
      skipped = 0
    case .names(let names):
      columns = names
      skipped = 0
    }
    let names = columns
    byName = names.indices.map { Int32($0) }.sorted { (names[Int($0)], $0) < (names[Int($1)], $1) }
    let again = zip(byName, byName.dropFirst()).filter { names[Int($0)] == names[Int($1)] }
    if let first = again.map(\.1).min() {
      throw CSVError(.format, path: path, "two columns are called \(names[Int(first)])")
    }
    if let misfit = found.misfit {
      throw CSVError(
        .format, path: path, row: misfit.number,
        "has \(misfit.fields) fields, but the table has \(columns.count) columns: \(CSVTable.list(columns))"
      )
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
  }
}

// MARK: Columns

extension CSVTable {
  /// The number of rows.
  public var count: Int { fields.count - skipped }

  /// The fields of each row, computed on each access.
  public var rows: [[String]] { (skipped..<fields.count).map { fields.row($0) } }

  /// Returns the number of row `index` in the file, counted from 1 including the header.
  public func rowNumber(_ index: Int) -> Int {
    (0..<count).contains(index) ? fields.number(index + skipped) : index
  }

  /// Returns the index of the column called `name`.
  ///
  /// - Throws: ``CSVError`` `.column` if there is no such column.
  public func index(of name: String) throws -> Int {
    var (low, high) = (0, byName.count)
    while low < high {
      let middle = (low + high) / 2
      if columns[Int(byName[middle])] < name { low = middle + 1 } else { high = middle }
    }
    guard low < byName.count, columns[Int(byName[low])] == name else {
      throw CSVError(
        .column, path: path, "there is no column \(name); the columns are \(CSVTable.list(columns))"
      )
    }
    return Int(byName[low])
  }

  /// Returns the fields of the column called `name`.
  ///
  /// - Throws: ``CSVError`` `.column` if there is no such column.
  public func column(_ name: String) throws -> [String] {
    let index = try index(of: name)
    try Layout.checkList(count, bytes: MemoryLayout<String>.stride, "CSVTable.column")
    return (skipped..<fields.count).map { fields[$0, index] }
  }

  /// Returns the numbers in the column called `name`, with `missing` for empty fields.
  ///
  /// - Throws: ``CSVError`` `.column` if there is no such column, and `.value`, with the row, if a
  ///   field is not a `T`, or is empty and `missing` is `nil`.
  public func column<T: LosslessStringConvertible>(
    _ name: String, as type: T.Type, missing: T? = nil
  ) throws -> [T] {
    try Layout.checkList(count, bytes: MemoryLayout<T>.stride, "CSVTable.column")
    var result: [T] = []
    result.reserveCapacity(count)
    try numbers(name, missing: missing, { T($0) }) { _, value in result.append(value) }
    return result
  }

  /// Calls `put` with the index and the value of each row in the column called `name`.
  private func numbers<T>(
    _ name: String, missing: T?, _ read: (String) -> T?, _ put: (Int, T) -> Void
  ) throws {
    let index = try index(of: name)
    for row in 0..<count {
      let field = fields[row + skipped, index]
      if field.isEmpty, let missing {
        put(row, missing)
        continue
      }
      let isNumber = !(T.self is any BinaryFloatingPoint.Type) || CSVTable.isDecimal(field)
      guard isNumber, let value = read(field) else {
        throw CSVError(
          .value, path: path, row: rowNumber(row),
          "column \(name) should hold a number (\(T.self)), but holds \"\(field.prefix(200))\"")
      }
      put(row, value)
    }
  }

  /// Returns whether a field can be a decimal number: Swift would also parse `0x10` and `nan(3)`.
  private static func isDecimal(_ field: String) -> Bool {
    !field.utf8.contains {
      $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") || $0 == UInt8(ascii: "(")
    }
  }

  /// Returns the classes in the column called `name` as numbers, and the class names.
  ///
  /// If all fields are integers, they are the class numbers, from 0 on. Otherwise the fields are
  /// class names, numbered in alphabetical order or as in `known`.
  /// - Throws: ``CSVError`` `.column` if there is no such column, and `.value`, with the row, if a
  ///   field is empty, out of range or not in `known`.
  package func classes(
    in name: String, named known: [String]? = nil
  ) throws -> (numbers: [Int], names: [String]) {
    let labels = try column(name)
    func wrong(_ row: Int, _ what: String) -> CSVError {
      CSVError(
        .value, path: path, row: rowNumber(row),
        "the class \"\(labels[row])\" in column \(name) \(what)")
    }
    if let row = labels.firstIndex(of: "") { throw wrong(row, "is empty") }
    let names = known ?? Set(labels).sorted()
    let byName = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    let isNamed = known != nil && labels.allSatisfy { byName[$0] != nil }
    let numbers = labels.compactMap(CSVTable.whole)
    guard !isNamed, numbers.count == labels.count else {
      if let row = labels.firstIndex(where: { byName[$0] == nil }) {
        throw wrong(row, "is none of \(Array(names.prefix(20)))")
      }
      return (labels.map { byName[$0] ?? 0 }, names)
    }
    // Far above any real number of classes; each gets a name.
    let end = known?.count ?? 1_000_000
    if let row = numbers.firstIndex(where: { !(0..<end ~= $0) }) {
      throw wrong(row, "is out of range: classes are 0 to \(end - 1)")
    }
    return (numbers, known ?? (0..<(numbers.max() ?? -1) + 1).map(String.init))
  }

  /// Returns an integer; tables of floats write 3 as 3.0.
  private static func whole(_ text: String) -> Int? {
    Int(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  /// Returns the numbers of several columns as a tensor `[rows, columns]`, with `missing` for empty
  /// fields.
  ///
  /// `names` defaults to all columns. `missing: .nan` is pandas' behavior.
  ///
  /// - Throws: ``CSVError`` `.column` if a column is missing, and `.value`, with the row, if a
  ///   field is not a number, or is empty and `missing` is `nil`.
  public func tensor(
    _ names: [String]? = nil, dtype: DType? = nil, missing: Double? = nil
  ) throws -> Tensor {
    let (names, dtype) = (names ?? columns, dtype ?? .default)
    func made<Number: TensorScalar & BitwiseCopyable & LosslessStringConvertible>(
      _ read: (String) -> Number?
    ) throws -> Tensor {
      let filling = try missing.map { value in
        guard let number = Number(scalar: .double(value)) else {
          throw CSVError(.value, path: path, "missing: \(value) is no \(dtype)")
        }
        return number
      }
      let numel = try Layout.checkedCount([count, names.count], Number.dtype, "CSVTable.tensor")
      let elements = try HostBuffer<Number>(count: numel, "CSVTable.tensor")
      try elements.withElements { elements in
        for (place, name) in names.enumerated() {
          try numbers(name, missing: filling, read) { elements[$0 * names.count + place] = $1 }
        }
      }
      return try elements.tensor(shape: [count, names.count]).to(dtype)
    }
    // An Int64 has more digits than a Double, and 300 is not a UInt8; but 3.0 is 3.
    func whole<Number: TensorScalar & BitwiseCopyable & FixedWidthInteger>(_: Number.Type) throws
      -> Tensor
    {
      try made { Number($0) ?? Double($0).flatMap { Number(exactly: $0) } }
    }
    return switch dtype {
    case .int64: try whole(Int64.self)
    case .int32: try whole(Int32.self)
    case .int16: try whole(Int16.self)
    case .int8: try whole(Int8.self)
    case .uint8: try whole(UInt8.self)
    default: try made { Double($0) }
    }
  }
}
