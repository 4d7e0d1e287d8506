import KindlingPlatform

/// What a soak has done so far, in a file that outlives the process: which call is being made, and
/// how many calls of each operator returned, threw, did not fit or broke a rule.
package final class SoakLedger {
  private let words: UnsafeMutableBufferPointer<Int>

  /// The ledger in the file at `path`, new unless it is there already.
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

  /// How many calls were begun: number `begun - 1` is being made, or was the last.
  package var begun: Int {
    get { words[0] }
    set { words[0] = newValue }
  }

  /// How many calls came to an end.
  package var ended: Int { words.dropFirst().reduce(0, +) }

  /// Counts one outcome of operator number `place`.
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

  /// How often operator number `place` returned, threw, got arguments of unfit kinds, broke a rule.
  package func counts(of place: Int) -> (returned: Int, threw: Int, unfit: Int, broke: Int) {
    let first = 1 + 4 * place
    return (words[first], words[first + 1], words[first + 2], words[first + 3])
  }
}
