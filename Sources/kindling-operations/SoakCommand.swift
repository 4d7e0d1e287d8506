import ArgumentParser
import Kindling
import KindlingPlatform
import _TestSupport

/// The command that calls all operators with random arguments.
struct SoakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Call all operators with random arguments. Each call must return or throw.",
    discussion: """
      Prints the number of calls of each operator that returned and that threw. The exit code is 1 \
      if a call broke a rule. If a call ends the process, another run with the same --ledger reports \
      the call and continues after it.
      """)

  @Option(help: ArgumentHelp("The number of calls.", valueName: "n"))
  var calls = 100_000

  @Option(help: ArgumentHelp("The seed of the random arguments.", valueName: "seed"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Call only operators with this prefix in their names. (default: all)", valueName: "prefix"))
  var op: String?

  @Option(help: ArgumentHelp("Make only call number n, and print it.", valueName: "n"))
  var only: Int?

  @Option(help: ArgumentHelp("Record the progress in this file.", valueName: "file"))
  var ledger: String?

  @Option(help: ArgumentHelp("The maximum memory of all tensors, in MiB.", valueName: "size"))
  var memory = 512

  @Option(help: ArgumentHelp("The maximum growth of the process, in MiB.", valueName: "size"))
  var growth = 1536

  @Option(
    help: ArgumentHelp(
      "The CPU time in seconds after which a call ends the process.", valueName: "time"))
  var seconds: UInt32 = 60

  @Flag(help: "Also pass views that exceed memory; some operators take very long on them.")
  var huge = false

  @Flag(help: "Print each call before it is made.")
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
