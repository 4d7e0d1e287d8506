import ArgumentParser
import _TestSupport

/// The command that runs conformance suites and prints how many cases pass.
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling-conformance",
    abstract:
      "Checks operators, modules, optimizers, schedules and samplers against results of PyTorch.",
    discussion: """
      Each suite names the family of its cases; without one they are operators. Prints every \
      failure, a table with one line a suite, and last "N passed, M failed, K unsupported". The \
      exit code says whether the cases could be run, not whether they passed: 0, or 64 for a wrong option or a folder without readable suites.
      """)

  @Argument(help: "Folders with suites: NAME.json beside NAME.safetensors.")
  var folders: [String]

  @Option(help: "Run this suite alone.")
  var suite: String?

  @Option(help: "Run the cases of this operator or class alone.")
  var op: String?

  @Flag(help: "Also print every unsupported case.")
  var verbose = false

  @Option(help: "Write the number of passes of every suite to this file, for the tests.")
  var writeFloor: String?

  func run() throws {
    let runner = ConformanceRunner()
    var tallies: [(suite: String, tally: Tally)] = []
    for folder in folders {
      for name in try suites(in: folder) {
        let tally = try run(ConformanceSuite(name, in: folder), runner)
        if tally.total > 0 { tallies.append((name, tally)) }
      }
    }
    guard !tallies.isEmpty else {
      throw ValidationError("no case matches in \(folders.joined(separator: ", "))")
    }
    var total = Tally()
    for (_, tally) in tallies { total += tally }
    print(conformanceTable(tallies + [("total", total)]))
    print(total.summary)
    if let writeFloor {
      let lines = tallies.map { "  \"\($0.suite)\": \($0.tally.passed)" }
      try FileBytes.write(Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8), to: writeFloor)
    }
  }

  private func suites(in folder: String) throws -> [String] {
    let names: [String]
    do { names = try ConformanceSuite.names(in: folder) } catch {
      throw ValidationError("\(error)")
    }
    guard let suite else { return names }
    return names.filter { $0 == suite }
  }

  private func run(_ suite: ConformanceSuite, _ runner: ConformanceRunner) -> Tally {
    var tally = Tally()
    for test in suite.cases where op == nil || op == test.op {
      let verdict = runner.run(test, of: suite)
      tally.count(verdict)
      switch verdict {
      case .failed(let message): print("FAIL \(suite.name) \(test.id): \(message)")
      case .unsupported(let reason) where verbose:
        print("UNSUPPORTED \(suite.name) \(test.id): \(reason)")
      default: break
      }
    }
    return tally
  }
}

ConformanceCommand.main()
