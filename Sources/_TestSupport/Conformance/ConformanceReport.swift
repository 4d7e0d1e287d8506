/// The numbers of passed, failed and unsupported cases of a suite.
package struct Tally: Sendable {
  package var passed = 0
  package var failed = 0
  package var unsupported = 0

  package init() {}

  package var total: Int { passed + failed + unsupported }

  /// Adds a verdict.
  package mutating func count(_ verdict: Verdict) {
    switch verdict {
    case .passed: passed += 1
    case .failed: failed += 1
    case .unsupported: unsupported += 1
    }
  }

  package static func += (a: inout Tally, b: Tally) {
    a.passed += b.passed
    a.failed += b.failed
    a.unsupported += b.unsupported
  }

  /// `N passed, M failed, K unsupported`.
  package var summary: String { "\(passed) passed, \(failed) failed, \(unsupported) unsupported" }
}

/// Returns a table with one line per suite.
package func conformanceTable(_ tallies: [(suite: String, tally: Tally)]) -> String {
  let width = tallies.map(\.suite.count).reduce(5, max)
  func row(_ name: String, _ cells: [String]) -> String {
    name + String(repeating: " ", count: width - name.count)
      + cells.map { String(repeating: " ", count: max(1, 13 - $0.count)) + $0 }.joined()
  }
  let lines = tallies.map { suite, tally in
    let tenths = tally.total == 0 ? 0 : tally.passed * 1000 / tally.total
    return row(
      suite,
      [
        "\(tally.passed)", "\(tally.failed)", "\(tally.unsupported)",
        "\(tenths / 10).\(tenths % 10) %",
      ])
  }
  return ([row("suite", ["passed", "failed", "unsupported", "percent"])] + lines)
    .joined(separator: "\n")
}
