import ArgumentParser
import _TestSupport

/// The command that writes the page of all operations.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Writes docs/operations.md from the comments in the sources.",
    discussion: """
      Ends with 1 where an operation does not say what PyTorch calls it, or is not in the table of \
      operators that the checks go through.
      """)

  @Flag(help: "Print the page, and leave the file as it is.")
  var print = false

  func run() throws {
    let page = OperationPage(try PublicOperations(), GradientCheck(try OperatorSamples()))
    if print {
      Swift.print(page.text, terminator: "")
    } else {
      try FileBytes.write(Array(page.text.utf8), to: "\(projectRoot)/docs/operations.md")
    }
    let problems = page.problems
    for problem in problems { Swift.print(problem) }
    if !problems.isEmpty { throw ExitCode.failure }
  }
}
