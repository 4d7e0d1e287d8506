import Testing
import _TestSupport

/// Values, gradients and refusals at zeros, infinities, NaN, ties and empty tensors, as PyTorch has them.
///
/// The cases are a part of what `scripts/check-special-values` compares, and recorded by it.
@Suite struct SpecialValueSuiteTests {
  static let folder = Golden.path("special-values")

  /// The suites are found by listing a folder, and none would be no failure.
  @Test func allSuitesAreRecorded() throws {
    #expect(try ConformanceSuite.names(in: Self.folder).count == 14)
  }

  @Test(arguments: try ConformanceSuite.names(in: folder))
  func agrees(name: String) throws {
    let suite = try ConformanceSuite(name, in: Self.folder)
    let runner = ConformanceRunner()
    for test in suite.cases {
      switch runner.run(test, of: suite) {
      case .passed: break
      case .failed(let message), .unsupported(let message): Issue.record("\(test.id): \(message)")
      }
    }
    #expect(suite.cases.count > 30)
  }
}
