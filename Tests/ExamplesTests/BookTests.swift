import Testing
import _TestSupport

/// The book shows no code that does not compile and no output that was not printed: its snippets are
/// parts of `Examples/Book`, and what it shows of the output is what those programs print.
@Suite struct BookTests {
  /// The chapters with a program; `Book.swift` runs them.
  static func chapters() throws -> [String] {
    try FileBytes.list("\(projectRoot)/Examples/Book").filter { $0 != "Book.swift" }
      .compactMap { $0.hasSuffix(".swift") ? String($0.dropLast(6)) : nil }
  }
  /// Whether the program of a chapter reads images, whose folder is an option.
  static func readsImages(_ chapter: String) throws -> Bool {
    try text("Examples/Book/\(chapter).swift").contains("root")
  }

  @Test(arguments: try chapters()) func snippetsAreParts(_ chapter: String) throws {
    let program = Self.lines(try Self.text("Examples/Book/\(chapter).swift"))
    let snippets = Self.blocks("swift", try Self.article(chapter))
    #expect(!snippets.isEmpty)
    for snippet in snippets {
      let lines = Self.lines(snippet)
      let starts = program.indices.dropLast(lines.count - 1)
      let isPart = starts.contains { Array(program[$0..<($0 + lines.count)]) == lines }
      #expect(isPart, "\(chapter): \(snippet)")
    }
  }

  @Test(arguments: try chapters()) func bothLanguagesShowTheSame(_ chapter: String) throws {
    let (english, korean) = (try Self.article(chapter), try Self.article("\(chapter)-ko"))
    for kind in ["swift", "text"] {
      #expect(Self.blocks(kind, english) == Self.blocks(kind, korean))
    }
  }

  /// The porting tables have the same rows of code in both languages.
  @Test func bothPortingTablesHaveTheSameRows() throws {
    func rows(_ article: String) throws -> [[Substring]] {
      try Self.article(article).split(separator: "\n").filter { $0.hasPrefix("|") }.map { row in
        let parts = row.split(separator: "`", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }.sorted()
      }
    }
    let english = try rows("Porting")
    #expect(english.count > 100)
    #expect(try rows("Porting-ko") == english)
  }

  @Test(arguments: try chapters().filter { try !readsImages($0) })
  func showsWhatIsPrinted(_ chapter: String) throws { try check(chapter, []) }

  @Test(
    .enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"),
    arguments: try chapters().filter(readsImages))
  func showsWhatIsPrintedOfImages(_ chapter: String) throws {
    try check(chapter, ["--root", Shared.path("data")])
  }

  private func check(_ chapter: String, _ options: [String]) throws {
    let result = try Program.run("book", [chapter] + options)
    #expect(result.status == 0, "\(result.errors)")
    let shown = Self.blocks("text", try Self.article(chapter)).joined(separator: "\n")
    #expect(PrintedWords.difference(result.output, shown) == nil, "\(result.output)")
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try FileBytes.read("\(projectRoot)/\(path)"), as: UTF8.self)
  }

  private static func article(_ name: String) throws -> String {
    try text("Sources/Kindling/Kindling.docc/\(name).md")
  }

  /// The lines that are not empty, without their indentation.
  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }.filter { !$0.isEmpty }
      .map(String.init)
  }

  /// What stands in the fences of `kind`.
  private static func blocks(_ kind: String, _ article: String) -> [String] {
    article.split(separator: "```\(kind)\n", omittingEmptySubsequences: false).dropFirst().map {
      String($0[..<($0.firstRange(of: "```")?.lowerBound ?? $0.endIndex)])
    }
  }
}
