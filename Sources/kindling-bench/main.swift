import ArgumentParser
import Kindling

/// The command that measures a workload by the benchmark contract, or runs a probe that is measured
/// from outside the process.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling-bench",
    abstract: "Measures workloads by their id and prints one line of JSON for each.")

  @Option(help: "The ids of the workloads, separated by commas.")
  var only = ""
  @Option(help: "Rounds of at least 0.2 s each.")
  var rounds = 5
  @Option(help: "Seconds for which a disturbed round is repeated.")
  var patience = 5.0
  @Option(help: "Threads of one operation; all processors by default.")
  var threads: Int?
  @Option(help: "Run what is measured from outside: startup.time, memory.peak.*.")
  var probe: String?
  @Flag(help: "Print JSON lines (there is no other form).")
  var json = false

  mutating func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds expects at least 1, but got \(rounds)") }
    if probe == nil && only.isEmpty { throw ValidationError("pass --only ID or --probe ID") }
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
