import ArgumentParser
import Kindling
import KindlingPlatform
import _TestSupport

/// The command that calls all operators with random arguments.
struct SoakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract:
      "Calls all operators with arguments made up at random: they return or throw, no more.",
    discussion: """
      Prints how many calls of each operator returned and threw, and ends with 1 where one broke a \
      rule. With --ledger FILE the command names the call that ended the process, and goes on behind \
      it, when it is started again; --only N makes one call alone.
      """)

  @Option(help: "How many calls to make.")
  var calls = 100_000

  @Option(help: "Where the random numbers start.")
  var seed: UInt64 = 1

  @Option(help: "Call the operators alone whose names begin so.")
  var op: String?

  @Option(help: "Make this call alone, and print it.")
  var only: Int?

  @Option(help: "Keep what was done in this file.")
  var ledger: String?

  @Option(help: "The most MiB that tensors may take together.")
  var memory = 512

  @Option(help: "The most MiB that the process may grow by.")
  var growth = 1536

  @Option(help: "The most seconds of processor time a call may take; more end the process.")
  var seconds: UInt32 = 60

  @Flag(help: "Also views of more elements than memory holds, which some operators read forever.")
  var huge = false

  @Flag(help: "Print every call before it is made.")
  var verbose = false

  func validate() throws {
    guard calls > 0, memory > 0, growth > 0 else {
      throw ValidationError("calls, memory and growth must be positive")
    }
  }

  func run() throws {
    let soak = Soak(try OperatorSamples(), seed: seed, only: op, huge: huge)
    guard !soak.keys.isEmpty else { throw ValidationError("no operator begins with \(op ?? "")") }
    MemoryPool.limit = memory << 20
    if let only {
      announce(soak.describe(only))
      print(soak.run(only))
      return
    }
    try FileBytes.withTemporaryFolder { folder in
      let record = try SoakLedger(ledger ?? "\(folder)/ledger", operators: soak.keys.count)
      let before = peakMemory()
      if record.ended < record.begun {
        let index = record.begun - 1
        record.count(.broke("ended the process"), of: index % soak.keys.count)
        announce("BROKE call \(index): \(soak.describe(index)): it ended the process")
      }
      print("seed \(seed), \(calls) calls of \(soak.keys.count) operators, from \(record.begun) on")
      var (peak, largest) = (before, (call: 0, growth: 0))
      for index in record.begun..<max(calls, record.begun) {
        if verbose { announce("\(index) \(soak.describe(index))") }
        record.begun = index + 1
        limitTime(seconds)
        let outcome = soak.run(index)
        record.count(outcome, of: index % soak.keys.count)
        if case .broke(let how) = outcome {
          announce("BROKE call \(index): \(soak.describe(index)): \(how)")
        }
        let now = peakMemory()
        if now - peak > largest.growth { largest = (index, now - peak) }
        peak = now
      }
      limitTime(0)
      announce(
        "the process grew most, by \(largest.growth >> 20) MiB, in call \(largest.call): "
          + soak.describe(largest.call))
      try summarize(soak, record, grown: peak - before)
    }
  }

  /// Ends the process after a number of CPU seconds: elapsed time means little on a busy machine.
  private func limitTime(_ seconds: UInt32) {
    var timer = itimerval()
    timer.it_value.tv_sec = Int(seconds)
    #if canImport(Glibc)
      setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    #else
      setitimer(ITIMER_PROF, &timer, nil)
    #endif
  }

  /// Prints a line at once: the next call may end the process.
  private func announce(_ line: String) {
    print(line)
    fflush(nil)
  }

  private func summarize(_ soak: Soak, _ record: SoakLedger, grown: Int) throws {
    let width = soak.keys.map(\.count).max() ?? 0
    func row(_ name: String, _ cells: [String]) {
      let padded = name + String(repeating: " ", count: max(0, width - name.count))
      let columns = cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }
      print(padded + columns.joined())
    }
    row("operator", ["calls", "returned", "threw", "unfit", "broke"])
    var total = [0, 0, 0, 0]
    for (place, key) in soak.keys.enumerated() {
      let c = record.counts(of: place)
      let counts = [c.returned, c.threw, c.unfit, c.broke]
      total = zip(total, counts).map(+)
      row(key, ([counts.reduce(0, +)] + counts).map(String.init))
    }
    row("total", ([total.reduce(0, +)] + total).map(String.init))
    print("the process grew by \(grown >> 20) MiB")
    if grown >> 20 > growth {
      print("that is more than \(growth) MiB")
      throw ExitCode.failure
    }
    if total[3] > 0 { throw ExitCode.failure }
  }

  /// Returns the peak memory of the process, in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #elseif canImport(Musl)
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss << 10
    #else
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss << 10
    #endif
  }
}
