import ArgumentParser
import _TestSupport

/// The command that checks gradients numerically.
struct GradientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradients",
    abstract: "Compare the gradients of all operations with finite differences, in float64.",
    discussion: "The exit code is 1 if a gradient differs or was not compared.")

  @Option(help: ArgumentHelp("Check only this operator. (default: all)", valueName: "name"))
  var op: String?

  @Option(help: ArgumentHelp("The maximum number of samples of an operator.", valueName: "n"))
  var most = 5

  @Flag(help: "Print the number of points that were compared for each operator.")
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
