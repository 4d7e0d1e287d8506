/// Compares what a ported program printed with what the Python program printed.
///
/// Words must agree after spellings that only Python has are removed; white space is folded, since
/// exact printing has tests of its own; numbers agree within 2e-4 of their size or one unit of the
/// last printed digit.
enum PrintedWords {
  /// The first difference, or nil.
  static func difference(_ printed: String, _ expected: String) -> String? {
    let (found, wanted) = (words(printed), words(expected))
    for (index, (a, b)) in zip(found, wanted).enumerated() where !same(a, b) {
      let before = wanted[max(0, index - 6)..<index].joined(separator: " ")
      return "word \(index): got \(a), expected \(b), after \(before)"
    }
    return found.count == wanted.count ? nil : "\(found.count) words, expected \(wanted.count)"
  }

  private static func words(_ text: String) -> [String] {
    text.replacing(#/torch\.Size\((\[.*?\])\)/#) { $0.1 }
      .replacing(#/<class '[^']*'>/#, with: "<class>")
      .replacing(#/ object at 0x\w+/#, with: "")
      .replacing(#/\btorch\.(nn\.parameter\.)?/#, with: "")
      .replacing("None", with: "nil").replacing("True", with: "true")
      .replacing("False", with: "false").replacing("\"", with: "").replacing("'", with: "")
      .replacing(#/[\[\](),:=|]/#) { " \($0.output) " }
      .split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func same(_ a: String, _ b: String) -> Bool {
    if a == b { return true }
    guard let x = Double(a), let y = Double(b) else { return false }
    if x == y || (x.isNaN && y.isNaN) { return true }
    let digits = min(decimals(a), decimals(b))
    guard digits > 0 else { return false }
    let exponent = b.lowercased().split(separator: "e").dropFirst().first.flatMap { Int($0) } ?? 0
    var unit = 1.01
    for _ in 0..<abs(exponent - digits) { unit *= exponent < digits ? 0.1 : 10 }
    return abs(x - y) <= max(2e-4 * abs(y), unit)
  }

  private static func decimals(_ number: String) -> Int {
    number.split(separator: ".").dropFirst().first?.prefix { $0.isNumber }.count ?? 0
  }
}
