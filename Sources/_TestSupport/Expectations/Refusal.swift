import Testing

/// Expects `body` to throw an error of Kindling with the description `text`.
///
/// Each `…` in `text` stands for any characters, such as a path or the end of a long text. `check`
/// sees the error too.
package func expectRefusal<R>(
  _ text: String, that check: (any Error) -> Bool = { _ in true },
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> R
) {
  let found: String
  do {
    _ = try body()
    found = "nothing"
  } catch {
    // Errors of the tests themselves, such as missing golden data, refuse nothing.
    let kind = String(reflecting: type(of: error))
    let isOwn = kind.hasPrefix("Kindling") && check(error)
    if isOwn && matches("\(error)", text) { return }
    found = "\(error)\(isOwn ? "" : ", another \(kind)")"
  }
  Issue.record("threw     \(found)\nexpected  \(text)", sourceLocation: sourceLocation)
}

/// Returns whether `text` is `pattern`, in which each `…` stands for any characters.
private func matches(_ text: String, _ pattern: String) -> Bool {
  let parts = pattern.split(separator: "…", omittingEmptySubsequences: false)
  guard parts.count > 1 else { return text == pattern }
  var rest = text[...]
  guard rest.hasPrefix(parts[0]), rest.hasSuffix(parts[parts.count - 1]) else { return false }
  for part in parts where !part.isEmpty {
    guard let place = rest.firstRange(of: part) else { return false }
    rest = rest[place.upperBound...]
  }
  return true
}
