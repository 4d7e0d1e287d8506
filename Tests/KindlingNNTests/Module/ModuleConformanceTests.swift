import Testing
import _TestSupport

/// Recorded results of PyTorch's modules, optimizers, schedules and samplers: every suite keeps at
/// least the passes it had.
///
/// The floors are raised with `kindling-conformance Tests/Golden/conformance-modules --write-floor
/// Tests/Golden/conformance-modules-floor.json`.
@Suite struct ModuleConformanceTests {
  static let folder = Golden.path("conformance-modules")

  @Test func everySuiteHasAFloor() throws {
    let floors = try Golden.json("conformance-modules-floor.json").object ?? [:]
    #expect(try ConformanceSuite.names(in: Self.folder) == floors.keys.sorted())
  }

  @Test(arguments: try ConformanceSuite.names(in: folder))
  func passesStay(name: String) throws {
    let floor = try #require(try Golden.json("conformance-modules-floor.json")[name]?.int)
    let suite = try ConformanceSuite(name, in: Self.folder)
    let (tally, failures) = ConformanceRunner().run(suite)
    #expect(
      tally.passed >= floor,
      "\(name): \(tally.summary), floor \(floor)\n\(failures.joined(separator: "\n"))")
  }
}
