import ArgumentParser
import _TestSupport

/// The command that runs conformance suites and prints how many cases pass.
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindling-conformance",
    abstract: "Compare operators, modules, optimizers, schedules and samplers with PyTorch.",
    discussion: """
      Prints each failed case, a table with one line per suite, and a last line of the form "N \
      passed, M failed, K unsupported". The exit code is 0 if the cases were run, even if some \
      failed, and 64 for an invalid option or a folder without readable suites.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders of suites. A suite is a file NAME.json and a file NAME.safetensors.",
      valueName: "folder"))
  var folders: [String]

  @Option(help: ArgumentHelp("Run only this suite. (default: all)", valueName: "name"))
  var suite: String?

  @Option(
    help: ArgumentHelp(
      "Run only the cases of this operator or class. (default: all)", valueName: "name"))
  var op: String?

  @Flag(help: "Also print the unsupported cases.")
  var verbose = false

  @Option(
    help: ArgumentHelp(
      "Write the number of passed cases of each suite to this JSON file.", valueName: "file"))
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
