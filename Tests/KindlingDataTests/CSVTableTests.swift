import Kindling
import Testing
import _TestSupport

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
      ("\"\"", []), ("", []), (" x y ,\t z\t", [["x y", "z"]]),
    ] as [(String, [[String]])]) func splits(text: String, rows: [[String]]) throws
  {
    #expect(try CSVTable(text: text, header: .none).rows == rows)
  }

  @Test func givesNumbers() throws {
    let table = try CSVTable(text: "x;n;y\n1.5;3;-2\n2.5;4;1e3", delimiter: ";")
    #expect(try table.column("n", as: Int.self) == [3, 4])
    let tensor = try table.tensor(["y", "x"])
    #expect(tensor.dtype == .float32 && tensor.isContiguous)
    #expect(try tensor.tolist(as: [[Float]].self) == [[-2, 1.5], [1000, 2.5]])
    #expect(try table.tensor(dtype: .float64).shape == [2, 3])
  }

  @Test func refuses() throws {
    let cases: [(String, () throws -> Void)] = [
      ("/nowhere.csv: No such file", { _ = try CSVTable("/nowhere.csv") }),
      ("/: Is a directory", { _ = try CSVTable("/") }),
      ("a quoted field does not end", { _ = try CSVTable(text: "a,\"b\nc,d") }),
      (
        "row 2: cannot be read: Can't have non-quote here",
        { _ = try CSVTable(text: "a\n\"b\"c\n") }
      ),
      ("the table is empty", { _ = try CSVTable(text: "\n\n") }),
      ("two columns are called a", { _ = try CSVTable(text: "a,a\n") }),
      (
        "row 3: has 1 fields, but the table has 2 columns: a, b",
        { _ = try CSVTable(text: "a,b\n1,2\n3\n") }
      ),
      ("row 1: has 2 fields", { _ = try CSVTable(text: "1,2\n", header: ["x"]) }),
      ("there is no column c; the columns are a, b", { _ = try CSVTable(text: "a,b").column("c") }),
      (
        "row 3: column b should hold a number (Int), but holds \"x\"",
        { _ = try CSVTable(text: "a,b\n1,2\n3,x").column("b", as: Int.self) }
      ),
    ]
    for (reason, body) in cases {
      let error = #expect(throws: CSVError.self, "\(reason)") { try body() }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }

  @Test func refusesOtherEncodings() throws {
    try FileBytes.withTemporaryFolder { folder in
      try FileBytes.write([0x61, 0xFF, 0x0A], to: "\(folder)/latin.csv")
      let error = #expect(throws: CSVError.self) { try CSVTable("\(folder)/latin.csv") }
      #expect(error?.description == "\(folder)/latin.csv: the file is not UTF-8 text")
    }
  }
}
