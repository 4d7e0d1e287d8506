import Kindling
import Testing
@_exported import _TestSupport

/// Expects `actual` to have the shape, the dtype and, within tolerances, the elements of `expected`.
///
/// A failure names the caller's line, the largest difference and where it is.
/// See ``difference(_:_:rtol:atol:scaledAtol:)`` for the tolerances.
package func expectClose(
  _ actual: Tensor, _ expected: Tensor, rtol: Double = 0, atol: Double = 0, scaledAtol: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let found = try difference(actual, expected, rtol: rtol, atol: atol, scaledAtol: scaledAtol)
  record(found, what, sourceLocation)
}

/// Expects the elements of `actual`, in row-major order, to be close to `expected`.
package func expectClose(
  _ actual: Tensor, _ expected: [Double], rtol: Double = 0, atol: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  expectClose(
    try Elements(actual).doubles, expected, rtol: rtol, atol: atol, what(),
    sourceLocation: sourceLocation)
}

/// Expects numbers to be close to `expected`.
package func expectClose<T: BinaryFloatingPoint>(
  _ actual: some Sequence<T>, _ expected: some Sequence<T>, rtol: Double = 0, atol: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  var x: [Double] = [], y: [Double] = []
  for number in actual { x.append(Double(number)) }
  for number in expected { y.append(Double(number)) }
  record(
    x.count == y.count
      ? difference(.floats(x), .floats(y), [y.count], rtol: rtol, atol: atol)
      : "\(x.count) elements, expected \(y.count)", what, sourceLocation)
}

/// Expects a number to be close to `expected`; `nil` is not close to anything.
package func expectClose<T: BinaryFloatingPoint>(
  _ actual: T?, _ expected: T, rtol: Double = 0, atol: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let isNear = actual.map { isClose(Double($0), Double(expected), rtol: rtol, atol: atol) }
  guard isNear != true else { return }
  let gap = actual.map { ", a difference of \(abs($0 - expected))" } ?? ""
  record(
    "\(actual.map { "\($0)" } ?? "nil"), expected \(expected)\(gap) (rtol \(rtol), atol \(atol))",
    what, sourceLocation)
}

/// Expects the elements of `actual` to be close to recorded numbers.
package func expectClose(
  _ actual: Tensor, _ expected: JSONValue?, rtol: Double = 0, atol: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let numbers = try #require(expected?.array, sourceLocation: sourceLocation).compactMap(\.double)
  try expectClose(
    actual, numbers, rtol: rtol, atol: atol, what(), sourceLocation: sourceLocation)
}

/// Expects a number to be close to a recorded one, or to be `nil` if that is null.
package func expectClose(
  _ actual: Double?, _ expected: JSONValue?, rtol: Double = 0, atol: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  if let number = expected?.double {
    expectClose(
      actual, number, rtol: rtol, atol: atol, what(), sourceLocation: sourceLocation)
  } else if actual != nil || expected != .null {
    let found = actual.map { "\($0)" } ?? "nil"
    record("\(found), expected \(expected.map { "\($0)" } ?? "nil")", what, sourceLocation)
  }
}

/// Expects the result of one operation or of a few steps to be close to PyTorch's.
package func expectGolden(
  _ actual: Tensor, _ expected: Tensor, _ what: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (rtol, atol) = expected.dtype == .float64 ? (1e-10, 1e-12) : (1e-5, 1e-6)
  try expectClose(
    actual, expected, rtol: rtol, atol: atol, what(), sourceLocation: sourceLocation)
}

private func record(_ problem: String?, _ what: () -> String, _ location: SourceLocation) {
  guard let problem else { return }
  let name = what()
  Issue.record("\(name.isEmpty ? "" : "\(name): ")\(problem)", sourceLocation: location)
}
