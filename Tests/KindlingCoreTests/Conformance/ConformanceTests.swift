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

  /// Graphs keep what PyTorch's keep, so that writing to it is refused alike, and going backward twice is;
  /// gradients made with `createGraph` require a gradient where PyTorch's do.
  @Test(arguments: try ConformanceSuite.names(in: folder))
  func graphsKeepAlike(name: String) throws {
    let graphs = try RecordedGraphs(Golden.json("conformance-saved.json"))
    let suite = try ConformanceSuite(name, in: Self.folder)
    let runner = ConformanceRunner()
    var differences: Set<String> = []
    func call(_ test: ConformanceCase) -> String { "\(test.op)/\(test.variant)" }
    let doubles = Set(suite.cases.filter { $0.id.contains("/float64/") }.map(call))
    for test in suite.cases
    where !Self.isKeptOtherwise(test.op)
      && (test.id.contains("/float64/") || !doubles.contains(call(test)))
    {
      guard let expected = graphs[test],
        let saves = try runner.saves(test, of: suite, expected: expected)
      else { continue }
      if saves != expected {
        differences.insert("\(test.id): \(saves), expected \(expected)")
      }
    }
    #expect(differences.isEmpty, "\(differences.sorted().joined(separator: "\n"))")
  }

  /// Operators whose steps PyTorch hides from the count of writes, or of which more or less is kept here.
  private static func isKeptOtherwise(_ op: String) -> Bool {
    op.hasPrefix("masked.") || keptOtherwise.contains(op)
  }
  private static let keptOtherwise: Set = [
    // Indexes and halves that PyTorch copies first.
    "__getitem__", "__rdiv__", "kron", "nn.functional.conv3d", "nn.functional.embedding_bag",
    "nn.functional.pad", "nn.functional.multi_head_attention_forward",
    "nn.functional.scaled_dot_product_attention", "linalg.cond", "linalg.norm", "norm",
    // Decompositions are taken again from their input, and the solutions of others.
    "cholesky_solve", "linalg.det", "linalg.eigh", "linalg.eigvalsh", "linalg.householder_product",
    "linalg.lstsq", "linalg.lu", "linalg.matrix_sqrth", "linalg.qr", "linalg.slogdet",
    "linalg.solve_triangular", "linalg.svd", "linalg.svdvals", "ormqr", "svd",
    // Running statistics are written to in between, which the count would take for a change.
    "native_batch_norm", "nn.functional.batch_norm", "native_group_norm",
    // Walks of its own.
    "nn.functional.ctc_loss", "_segment_reduce",
  ]

  /// Operators that are compositions here, or that the table composes of others.
  private static func isNamedOtherwise(_ op: String) -> Bool {
    op.hasSuffix("_copy") || otherNames.contains(op)
  }
  private static let otherNames: Set = [
    "unsafe_split", "unsafe_chunk", "__rdiv__", "fill",
    // Conversions with a memory format are two steps.
    "to", "bfloat16", "double", "float", "half",
    "linalg.multi_dot", "linalg.norm", "linalg.matrix_norm", "nn.functional.ctc_loss",
    "nn.functional.linear", "nn.functional.scaled_dot_product_attention",
  ]
}
