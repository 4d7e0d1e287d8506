import ArgumentParser
import _TestSupport

/// The command that writes the page of all operations.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Write docs/operations.md from the comments in the sources.",
    discussion: """
      The exit code is 1 if the comment of an operation does not contain PyTorch's name, or if the \
      operator table lacks the operation.
      """)

  @Flag(help: "Print the page instead of writing the file.")
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
