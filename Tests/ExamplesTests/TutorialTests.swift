import Testing
import _TestSupport

@Suite struct TutorialTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let seed: Int
    let expected: String
    var testDescription: String { "\(name), seed \(seed)" }
  }

  private static let withImages = [
    "dataset_samples", "dataloader_iteration", "target_transform_one_hot", "optimization_loop",
  ]

  private static let cases: [Case] = {
    let programs = (try? Golden.json("tutorial_programs.json"))?.array ?? []
    return programs.compactMap { program in
      guard let name = program["name"]?.string, let seed = program["seed"]?.int,
        let expected = program["stdout"]?.string
      else { return nil }
      return Case(name: name, seed: seed, expected: expected)
    }
  }()

  @Test func thereAreAllPrograms() {
    #expect(Self.cases.count == 42)
  }

  @Test(arguments: cases.filter { !withImages.contains($0.name) })
  func printsWhatPythonPrints(_ program: Case) throws {
    try check(program, [])
  }

  @Test(
    .enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"),
    arguments: cases.filter { withImages.contains($0.name) })
  func printsWhatPythonPrintsOfImages(_ program: Case) throws {
    try check(program, ["--root", Shared.path("data")])
  }

  private func check(_ program: Case, _ options: [String]) throws {
    let result = try Program.run("tutorial", options + [program.name, "--seed", "\(program.seed)"])
    #expect(result.status == 0, "\(result.errors)")
    let difference = PrintedWords.difference(result.output, program.expected)
    #expect(difference == nil)
  }

  @Test func namesThePrograms() throws {
    let result = try Program.run("tutorial", ["no_such_program"])
    #expect(result.status != 0)
    #expect(
      result.errors.contains("there is no program no_such_program; there are autograd_linear, "))
  }
}
