import Kindling
import Testing

/// Expects `body` to throw a `TensorError` whose text holds `fragment`.
func expectRefusal(
  _ fragment: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected an error saying: \(fragment)", sourceLocation: sourceLocation)
  } catch let error as TensorError {
    #expect(error.description.contains(fragment), sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected a TensorError, got \(error)", sourceLocation: sourceLocation)
  }
}
