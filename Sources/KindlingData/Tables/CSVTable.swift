public import KindlingCore

/// Where the names of a table's columns come from (pandas: `header` and `names` of `read_csv`).
public enum CSVHeader: Sendable, ExpressibleByArrayLiteral {
  /// The first row holds them.
  case firstRow
  /// Nowhere: every row is data, and columns are called `0`, `1` and so on.
  case none
  /// These are the names, and every row is data.
  case names([String])

  /// The names of the columns: `["file_name", "label"]`.
  public init(arrayLiteral names: String...) { self = .names(names) }
}

/// A table of texts read from comma-separated values.
///
/// ```swift
/// let labels = try CSVTable("labels.csv", header: ["file_name", "label"])
/// let files = try labels.column("file_name")
/// let classes = try labels.column("label", as: Int.self)
/// ```
///
/// Rows are split as Python's `csv.reader` splits them. Spaces around fields are trimmed, but not those
/// within quotes, and blank lines are skipped.
public struct CSVTable: Sendable {
  /// The names of the columns, from left to right.
  public let columns: [String]
  /// The fields of each row, as many as there are columns.
  public let rows: [[String]]
  /// The file the table came from; empty where it came from a text.
  public let path: String
  /// The number of each row in the file, counted from 1.
  private let numbers: [Int]
  /// The place of each column.
  private let places: [String: Int]

  /// The table in the file at `path`.
  ///
  /// - Throws: ``CSVError`` where the file cannot be read, is no UTF-8, or its rows are no table.
  public init(_ path: String, header: CSVHeader = .firstRow, delimiter: Character = ",") throws {
    let bytes = try TextFile.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CSVError(.format, path: path, "the file is not UTF-8 text")
    }
    try self.init(text, path, header, delimiter)
  }

  /// The table in `text`.
  ///
  /// - Throws: ``CSVError`` where its rows are no table.
  public init(text: String, header: CSVHeader = .firstRow, delimiter: Character = ",") throws {
    try self.init(text, "", header, delimiter)
  }

  private init(
    _ text: String, _ path: String, _ header: CSVHeader, _ delimiter: Character
  ) throws {
    // A field takes at least two bytes of text and sixteen of memory.
    try Layout.checkList(text.utf8.count, bytes: 16, "CSVTable")
    var found = try CSVParser(text, path: path, delimiter: delimiter).rows
    let columns: [String]
    switch header {
    case .firstRow:
      guard !found.isEmpty else {
        throw CSVError(.format, path: path, "the table is empty: it has no row with column names")
      }
      columns = found.removeFirst().fields
    case .none: columns = (0..<(found.first?.fields.count ?? 0)).map(String.init)
    case .names(let names): columns = names
    }
    var places: [String: Int] = [:]
    for (place, name) in columns.enumerated() where places.updateValue(place, forKey: name) != nil {
      throw CSVError(.format, path: path, "two columns are called \(name)")
    }
    self.places = places
    for (fields, number) in found where fields.count != columns.count {
      throw CSVError(
        .format, path: path, row: number,
        "has \(fields.count) fields, but the table has \(columns.count) columns: \(CSVTable.list(columns))"
      )
    }
    self.columns = columns
    rows = found.map(\.fields)
    numbers = found.map(\.number)
    self.path = path
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
  }
}

// MARK: Columns

extension CSVTable {
  /// The number of rows.
  public var count: Int { rows.count }

  /// Where row `index` stands in the file, counted from 1 and with the header.
  public func rowNumber(_ index: Int) -> Int {
    numbers.indices.contains(index) ? numbers[index] : index
  }

  /// Which column is called `name`.
  ///
  /// - Throws: ``CSVError`` `.column` where none is.
  public func index(of name: String) throws -> Int {
    guard let index = places[name] else {
      throw CSVError(
        .column, path: path, "there is no column \(name); the columns are \(CSVTable.list(columns))"
      )
    }
    return index
  }

  /// The fields of the column called `name`.
  ///
  /// - Throws: ``CSVError`` `.column` where there is none.
  public func column(_ name: String) throws -> [String] {
    let index = try index(of: name)
    return rows.map { $0[index] }
  }

  /// The numbers in the column called `name`, with `missing` for empty fields.
  ///
  /// - Throws: ``CSVError`` `.column` where there is none, `.value` where a field is no `T`, or is empty
  ///   and `missing` is nil; it names the row.
  public func column<T: LosslessStringConvertible>(
    _ name: String, as type: T.Type, missing: T? = nil
  ) throws -> [T] {
    try numbers(name, missing: missing) { T($0) }
  }

  private func numbers<T>(
    _ name: String, missing: T?, _ read: (String) -> T?
  ) throws -> [T] {
    let index = try index(of: name)
    return try rows.indices.map { row in
      let field = rows[row][index]
      if field.isEmpty, let missing { return missing }
      let isNumber = !(T.self is any BinaryFloatingPoint.Type) || CSVTable.isDecimal(field)
      guard isNumber, let value = read(field) else {
        throw CSVError(
          .value, path: path, row: rowNumber(row),
          "column \(name) should hold a number (\(T.self)), but holds \"\(field)\"")
      }
      return value
    }
  }

  /// Whether a field can be a number as tables write them: Swift also reads `0x10` and `nan(3)`.
  private static func isDecimal(_ field: String) -> Bool {
    !field.utf8.contains {
      $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") || $0 == UInt8(ascii: "(")
    }
  }

  /// The classes in the column called `name` as numbers, and the classes' names.
  ///
  /// Where all fields are whole numbers they are the classes' own, from 0 on; otherwise all are words,
  /// numbered in alphabetical order, or as in `known`, where the names are known already.
  /// - Throws: ``CSVError`` `.column` where there is no such column, `.value` where a field is empty, out
  ///   of range or none of `known`; it names the row.
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
    // Far above any number of classes; a name is made for each.
    let end = known?.count ?? 1_000_000
    if let row = numbers.firstIndex(where: { !(0..<end ~= $0) }) {
      throw wrong(row, "is out of range: classes are 0 to \(end - 1)")
    }
    return (numbers, known ?? (0..<(numbers.max() ?? -1) + 1).map(String.init))
  }

  /// A whole number; tables of floats write 3 as 3.0.
  private static func whole(_ text: String) -> Int? {
    Int(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  /// The numbers of several columns (all, where nil) as a tensor `[rows, columns]`, with `missing` for
  /// empty fields (`missing: .nan`, as pandas reads them).
  ///
  /// - Throws: ``CSVError`` `.column` where one is absent, `.value` where a field is no number, or is
  ///   empty and `missing` is nil; it names the row.
  public func tensor(
    _ names: [String]? = nil, dtype: DType? = nil, missing: Double? = nil
  ) throws -> Tensor {
    let (names, dtype) = (names ?? columns, dtype ?? .default)
    func made<Number: TensorScalar & LosslessStringConvertible>(
      _ read: (String) -> Number?
    ) throws -> Tensor {
      let filling = try missing.map { value in
        guard let number = Number(scalar: .double(value)) else {
          throw CSVError(.value, path: path, "missing: \(value) is no \(dtype)")
        }
        return number
      }
      return try Tensor(names.flatMap { try numbers($0, missing: filling, read) }, dtype: dtype)
        .reshape([names.count, count]).t().contiguous()
    }
    // An Int64 has more digits than a Double, and 300 is no UInt8; but 3.0 is 3.
    func whole<Number: TensorScalar & FixedWidthInteger>(_: Number.Type) throws -> Tensor {
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
