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
    let (tally, failures) = ConformanceRunner().run(suite)
    #expect(
      tally.passed >= floor,
      "\(name): \(tally.summary), floor \(floor)\n\(failures.joined(separator: "\n"))")
  }

  /// Outputs have the backward nodes that PyTorch gives them, none where it has none, and going
  /// backward fails where it has no derivative.
  @Test(arguments: try ConformanceSuite.names(in: folder))
  func graphsAreNamedAlike(name: String) throws {
    let graphs = try RecordedGraphs(Golden.json("conformance-graphs.json"))
    let suite = try ConformanceSuite(name, in: Self.folder)
    let runner = ConformanceRunner()
    var differences: Set<String> = []
    for test in suite.cases where !Self.isNamedOtherwise(test.op) {
      guard let expected = graphs[test], let nodes = try runner.nodes(test, of: suite) else {
        continue
      }
      if nodes != expected {
        differences.insert("\(test.op) \(test.variant): \(nodes), expected \(expected)")
      }
    }
    #expect(differences.isEmpty, "\(differences.sorted().joined(separator: "\n"))")
  }

  /// Operators that are compositions here, or that the table composes of others.
  private static func isNamedOtherwise(_ op: String) -> Bool {
    op.hasSuffix("_copy") || otherNames.contains(op)
  }
  private static let otherNames: Set = [
    "unsafe_split", "unsafe_chunk", "__rdiv__",
    // Conversions with a memory format are two steps.
    "to", "bfloat16", "double", "float", "half",
    "linalg.multi_dot", "linalg.norm", "linalg.matrix_norm", "nn.functional.ctc_loss",
    "nn.functional.linear", "nn.functional.scaled_dot_product_attention",
  ]
}
