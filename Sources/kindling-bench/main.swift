import ArgumentParser
import Kindling

/// The command that measures a workload by the benchmark contract, or runs a probe that is measured
/// from outside the process.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling-bench",
    abstract: "Measure workloads, and print one JSON object per line.")

  @Option(
    help: ArgumentHelp("The names of the workloads, separated by commas.", valueName: "names"))
  var only = ""
  @Option(
    help: ArgumentHelp("The number of rounds, each of at least 0.2 seconds.", valueName: "n"))
  var rounds = 5
  @Option(
    help: ArgumentHelp(
      "The time in seconds for which to repeat a round that other processes disturb.",
      valueName: "time"))
  var patience = 5.0
  @Option(
    help: ArgumentHelp(
      "The number of threads that an operation can use. (default: all processors)",
      valueName: "n"))
  var threads: Int?
  @Option(
    help: ArgumentHelp(
      "Run a probe that another process measures: startup.time or memory.peak.*.",
      valueName: "name"))
  var probe: String?
  @Flag(help: "Print JSON. This is always the case.")
  var json = false

  mutating func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds expects at least 1, but got \(rounds)") }
    if probe == nil && only.isEmpty { throw ValidationError("pass --only or --probe") }
  }

  mutating func run() throws {
    if let threads { try setThreadCount(threads) }
    if let probe {
      guard try Probe.run(probe) else { throw ExitCode(2) }
      return
    }
    for id in only.split(separator: ",").map(String.init) {
      guard let workload = try Workloads.make(id) else {
        print("{\"id\": \"\(id)\", \"unsupported\": true}")
        continue
      }
      let result = try Measurement.run(workload.call, rounds: rounds, patience: patience)
      print(result.json(id: id, unit: workload.unit))
    }
  }
}

Bench.main()
