import Testing
import _TestSupport

/// PyTorch's own operator database: every suite keeps at least the passes it had.
///
/// The floors are raised with `kindling-conformance Tests/Golden/conformance --write-floor
/// Tests/Golden/conformance-floor.json`.
@Suite struct ConformanceTests {
  static let folder = Golden.path("conformance")

  @Test func everySuiteHasAFloor() throws {
    let floors = try Golden.json("conformance-floor.json").object ?? [:]
    #expect(try ConformanceSuite.names(in: Self.folder) == floors.keys.sorted())
  }

  @Test(arguments: try ConformanceSuite.names(in: folder))
  func passesStay(name: String) throws {
    let floor = try #require(try Golden.json("conformance-floor.json")[name]?.int)
    let suite = try ConformanceSuite(name, in: Self.folder)
    let runner = ConformanceRunner()
    var tally = Tally()
    var failures: [String] = []
    for test in suite.cases {
      let verdict = runner.run(test, of: suite)
      tally.count(verdict)
      if case .failed(let message) = verdict { failures.append("\(test.id): \(message)") }
    }
    #expect(
      tally.passed >= floor,
      "\(name): \(tally.summary), floor \(floor)\n\(failures.joined(separator: "\n"))")
  }
}
