import Kindling
import Testing
import _TestExpectations

@Suite struct CSVTableTests {
  @Test func readsHeadersOfEveryKind() throws {
    let text = "file_name, label\na.png, 3\n\nb.png,5\r\n"
    let named = try CSVTable(text: text)
    #expect(named.columns == ["file_name", "label"])
    #expect(named.rows == [["a.png", "3"], ["b.png", "5"]])
    #expect(named.rowNumber(0) == 2 && named.rowNumber(1) == 4)
    let bare = try CSVTable(text: text, header: .none)
    #expect(bare.columns == ["0", "1"] && bare.count == 3)
    let given = try CSVTable(text: text, header: ["file", "class"])
    #expect(given.columns == ["file", "class"] && given.rows[0] == ["file_name", "label"])
  }

  @Test(
    arguments: [
      ("a,b", [["a", "b"]]), ("a,b\n", [["a", "b"]]), ("a,\n", [["a", ""]]), ("a,", [["a", ""]]),
      (",\n", [["", ""]]), ("\"a,b\",c", [["a,b", "c"]]), ("\"a\"\"b\" , c ", [["a\"b", "c"]]),
      ("\"two\nlines\",x\ny,z", [["two\nlines", "x"], ["y", "z"]]), ("\u{FEFF}a,b", [["a", "b"]]),
      ("\"\"", [[""]]), ("", []), (" \n\n", []), (" x y ,\t z\t", [["x y", "z"]]),
      // As Python's reader: a quote within a field is text, and text may follow a closing quote.
      ("5\" pipe,2", [["5\" pipe", "2"]]), ("a\n\"b\"c\n", [["a"], ["bc"]]),
      ("\" a \",b", [[" a ", "b"]]), ("a, \"b,c\"", [["a", "b,c"]]), ("a\rb", [["a"], ["b"]]),
      (
        "e\u{301},\u{1F468}\u{200D}\u{1F469},\u{FF0C}",
        [["e\u{301}", "\u{1F468}\u{200D}\u{1F469}", "\u{FF0C}"]]
      ),
      ("a,\u{301}b", [["a", "\u{301}b"]]),
    ] as [(String, [[String]])]) func splits(text: String, rows: [[String]]) throws
  {
    #expect(try CSVTable(text: text, header: .none).rows == rows)
  }

  @Test func rowsKnowTheirNumbers() throws {
    let table = try CSVTable(text: "\n\na,b\n1,2\n\n3,4\n5,6\n\n \n7,8\n")
    #expect((0..<4).map(table.rowNumber) == [4, 6, 7, 10])
    #expect(try table.column("b") == ["2", "4", "6", "8"])
    expectRefusal("row 4: has 1 fields, but the table has 2 columns: a, b") {
      try CSVTable(text: "a,b\n1,2\n\n3\n4,5,6")
    }
  }

  @Test func spacesOfUnicodeAreTrimmed() throws {
    let text = "\u{A0}\u{3000}x \u{3000}y\u{2003}\u{A0},\"\u{A0}z\"\u{2003}\n"
    #expect(try CSVTable(text: text, header: .none).rows == [["x \u{3000}y", "\u{A0}z"]])
  }

  /// A name takes more memory than a comma.
  @Test func rowsOfCommasAreRefused() throws {
    let text = String(repeating: ",", count: 1_000_000)
    for header in [CSVHeader.firstRow, .none] {
      expectRefusal("a row has 1000001 fields; a table has at most 1000000 columns") {
        try CSVTable(text: text, header: header)
      }
    }
    expectRefusal("two columns are called a") { try CSVTable(text: "a,b,a,b\n") }
  }

  @Test func givesNumbers() throws {
    let table = try CSVTable(text: "x;n;y\n1.5;3;-2\n2.5;4;1e3", delimiter: ";")
    #expect(try table.column("n", as: Int.self) == [3, 4])
    let tensor = try table.tensor(["y", "x"])
    #expect(tensor.dtype == .float32 && tensor.isContiguous)
    #expect(try tensor.tolist(as: [[Float]].self) == [[-2, 1.5], [1000, 2.5]])
    #expect(try table.tensor(dtype: .float64).shape == [2, 3])
  }

  @Test func emptyFieldsAreFilledOnRequest() throws {
    let table = try CSVTable(text: "a,b\n1,\n,nan\n")
    let tensor = try table.tensor(missing: .nan)
    #expect(try tensor.isnan().tolist(as: [[Bool]].self) == [[false, true], [true, true]])
    #expect(try table.column("a", as: Int.self, missing: -1) == [1, -1])
    #expect(try table.column("a", as: String.self) == ["1", ""])
  }

  @Test func manyColumnsTakeLinearTime() throws {
    let names = (0..<50_000).map { "c\($0)" }.joined(separator: ",")
    let row = [String](repeating: "1", count: 50_000).joined(separator: ",")
    #expect(try CSVTable(text: "\(names)\n\(row)\n").tensor().sum().item() == 50_000)
  }

  @Test func wholeNumbersAreReadAsSuch() throws {
    let table = try CSVTable(text: "a\n9007199254740993\n-3")
    #expect(try table.tensor(dtype: .int64).toArray(as: Int.self) == [9_007_199_254_740_993, -3])
    #expect(try CSVTable(text: "a\n3.0").tensor(dtype: .uint8).item(as: Int.self) == 3)
    for (text, dtype) in [("1.5", DType.int64), ("nan", .int32), ("300", .uint8), ("-1", .uint8)] {
      #expect(throws: CSVError.self) { try CSVTable(text: "a\n\(text)").tensor(dtype: dtype) }
    }
  }

  @Test func classesOfColumns() throws {
    func classes(_ labels: [String], _ known: [String]? = nil) throws -> ([Int], [String]) {
      let found = try CSVTable(text: "x,y\n" + labels.map { "0,\($0)\n" }.joined())
        .classes(in: "y", named: known)
      return (found.numbers, found.names)
    }
    #expect(try classes(["2", "0", "1.0"]) == ([2, 0, 1], ["0", "1", "2"]))
    #expect(try classes(["cat", "ant"]) == ([1, 0], ["ant", "cat"]))
    #expect(try classes(["7", "A", "1e3"]) == ([1, 2, 0], ["1e3", "7", "A"]))
    #expect(try classes(["b", "a"], ["b", "a"]) == ([0, 1], ["b", "a"]))
    #expect(try classes(["1", "0"], ["b", "a"]) == ([1, 0], ["b", "a"]))
    let wrong: [([String], [String]?, String)] = [
      (["1", "-1"], nil, "row 3: the class \"-1\" in column y is out of range"),
      (["1", "1000000000"], nil, "row 3: the class \"1000000000\" in column y is out of range"),
      (["a", "\"\""], nil, "row 3: the class \"\" in column y is empty"),
      (["a", "c"], ["a", "b"], "row 3: the class \"c\" in column y is none of [\"a\", \"b\"]"),
      (["0", "2"], ["a", "b"], "row 3: the class \"2\" in column y is out of range"),
    ]
    for (labels, known, text) in wrong {
      expectRefusal("…\(text)…") { try classes(labels, known) }
    }
  }

  @Test func refuses() throws {
    expectRefusal("/nowhere.csv: No such file or directory") { try CSVTable("/nowhere.csv") }
    expectRefusal("/: Is a directory") { try CSVTable("/") }
    expectRefusal("row 1: a quoted field does not end") { try CSVTable(text: "a,\"b\nc,d") }
    expectRefusal("row 2: column a should hold a number (Double), but holds \"0x10\"") {
      try CSVTable(text: "a\n0x10\n").column("a", as: Double.self)
    }
    expectRefusal("…holds \"nan(3)\"") { try CSVTable(text: "a\nnan(3)\n").tensor() }
    expectRefusal("row 2: column b should hold a number (Double), but holds \"\"") {
      try CSVTable(text: "a,b\n1,\n").tensor()
    }
    expectRefusal("missing: nan is no int64") {
      try CSVTable(text: "a,b\n1,\n").tensor(dtype: .int64, missing: .nan)
    }
    expectRefusal("the table is empty…") { try CSVTable(text: "\n\n") }
    expectRefusal("two columns are called a") { try CSVTable(text: "a,a\n") }
    expectRefusal("row 3: has 1 fields, but the table has 2 columns: a, b") {
      try CSVTable(text: "a,b\n1,2\n3\n")
    }
    expectRefusal("row 1: has 2 fields…") { try CSVTable(text: "1,2\n", header: ["x"]) }
    expectRefusal("there is no column c; the columns are a, b") {
      try CSVTable(text: "a,b").column("c")
    }
    expectRefusal("row 3: column b should hold a number (Int), but holds \"x\"") {
      try CSVTable(text: "a,b\n1,2\n3,x").column("b", as: Int.self)
    }
  }

  @Test func refusesOtherEncodings() throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write([0x61, 0xFF, 0x0A], to: "\(folder)/latin.csv")
      expectRefusal("\(folder)/latin.csv: the file is not UTF-8 text") {
        try CSVTable("\(folder)/latin.csv")
      }
    }
  }
}
