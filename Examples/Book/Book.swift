// The programs of the book in Sources/Kindling/Kindling.docc: one file a chapter. The tests hold the
// chapters to these files, and what they show of the output to what these print.
import ArgumentParser
import Kindling

@main
struct Book: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "book", abstract: "Run the programs of a chapter of the book.",
    discussion: "Chapters: " + chapters.keys.sorted().joined(separator: ", "))

  @Argument(help: "The name of the chapter.") var chapter: String
  @Option(help: ArgumentHelp("The folder that contains FashionMNIST/raw.", valueName: "folder"))
  var root = "data"

  static let chapters: [String: @Sendable (_ root: String) throws -> Void] = [
    "Tensors": { _ in try tensors() },
    "Datasets": datasets,
    "Transforms": transforms,
    "Models": { _ in try models() },
    "Autograd": { _ in try autograd() },
    "Optimization": optimization,
    "SaveAndLoad": { _ in try saveAndLoad() },
    "FromKeras": { _ in try fromKeras() },
    "HowStepWorks": { _ in try howStepWorks() },
  ]

  func run() throws {
    guard let program = Book.chapters[chapter] else {
      throw ValidationError(
        "there is no chapter \(chapter); there are \(Book.chapters.keys.sorted().joined(separator: ", "))"
      )
    }
    manualSeed(0)
    try program(root)
  }
}
