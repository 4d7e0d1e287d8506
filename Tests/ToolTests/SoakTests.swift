import Testing
import _TestSupport

/// A quick sample of what `scripts/soak` does at length.
@Suite struct SoakTests {
  @Test func randomCallsReturnOrThrow() throws {
    let result = try Program.run(
      "kindling-operations", ["soak", "--calls", "40000", "--seed", "7"])
    #expect(result.status == 0, "\(result.output.suffix(2000))\n\(result.errors.suffix(2000))")
  }
}
