import ArgumentParser
import _TestSupport

/// The command that checks gradients numerically.
struct GradientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradients",
    abstract:
      "Compares the gradients of all differentiable operations with differences, in float64.",
    discussion: "Ends with 1 where one differs, or was not checked.")

  @Option(help: "Check this operator alone.")
  var op: String?

  @Option(help: "The most samples of an operator to check.")
  var most = 5

  @Flag(help: "Print how many points were checked of each operator.")
  var verbose = false

  func run() throws {
    let check = GradientCheck(try OperatorSamples(), most: most)
    let page = OperationPage(try PublicOperations(), check)
    var (points, failed) = (0, 0)
    for key in op.map({ [$0] }) ?? page.differentiable {
      let report = check.check(key)
      points += report.points.values.reduce(report.second, +)
      if verbose {
        let layouts = ArgumentLayout.allCases.map { "\($0) \(report.points[$0] ?? 0)" }
        print(
          "\(key): \(layouts.joined(separator: ", ")), twice \(report.second), kinks \(report.kinks)"
        )
      }
      for failure in report.failures { print("FAIL \(key): \(failure)") }
      if !report.failures.isEmpty { failed += 1 }
    }
    print("\(points) points compared, \(failed) operators failed")
    if failed > 0 { throw ExitCode.failure }
  }
}
