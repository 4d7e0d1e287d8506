import KindlingPlatform

/// A record of a soak, in a file that outlives the process.
///
/// It holds the current call and, for each operator, the number of calls that returned, threw, did
/// not fit or broke a rule.
package final class SoakLedger {
  private let words: UnsafeMutableBufferPointer<Int>

  /// Opens the ledger in the file at `path`; creates it if it does not exist.
  package init(_ path: String, operators: Int) throws {
    let size = (1 + 4 * operators) * MemoryLayout<Int>.stride
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    guard file >= 0 else { throw FileError(path: path, code: errno) }
    defer { close(file) }
    guard ftruncate(file, off_t(size)) == 0,
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      memory != MAP_FAILED
    else { throw FileError(path: path, code: errno) }
    words = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Int.self, capacity: 1 + 4 * operators), count: 1 + 4 * operators)
  }

  deinit { munmap(words.baseAddress, words.count * MemoryLayout<Int>.stride) }

  /// The number of calls begun: call `begun - 1` is running, or was the last.
  package var begun: Int {
    get { words[0] }
    set { words[0] = newValue }
  }

  /// The number of calls completed.
  package var ended: Int { words.dropFirst().reduce(0, +) }

  /// Counts an outcome of operator number `place`.
  package func count(_ outcome: Soak.Outcome, of place: Int) {
    let column =
      switch outcome {
      case .returned: 0
      case .threw: 1
      case .unfit: 2
      case .broke: 3
      }
    words[1 + 4 * place + column] += 1
  }

  /// Returns how many calls of operator number `place` returned, threw, did not fit and broke a
  /// rule.
  package func counts(of place: Int) -> (returned: Int, threw: Int, unfit: Int, broke: Int) {
    let first = 1 + 4 * place
    return (words[first], words[first + 1], words[first + 2], words[first + 3])
  }
}
