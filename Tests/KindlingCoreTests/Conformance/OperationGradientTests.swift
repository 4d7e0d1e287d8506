import Testing
import _TestSupport

/// First and second derivatives of every differentiable operation against differences in float64, on
/// contiguous, transposed, expanded and sliced inputs.
@Suite struct OperationGradientTests {
  @Test(arguments: try Operations.page.get().differentiable)
  func gradientsAreDerivatives(key: String) throws {
    let failures = GradientCheck(try Operations.samples.get()).check(key).failures
    #expect(failures.isEmpty, "\(key):\n\(failures.joined(separator: "\n"))")
  }
}
