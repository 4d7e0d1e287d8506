import Testing
import _TestSupport

/// What the checks of all operations share; reading it takes a second.
enum Operations {
  static let samples = Result { try OperatorSamples() }
  static let page = Result {
    OperationPage(try PublicOperations(), GradientCheck(try samples.get()))
  }
}

/// The list of operations is the comments in the sources: nothing else may differ from it.
@Suite struct OperationListTests {
  @Test func everyOperationIsNamedAndReached() throws {
    let problems = try Operations.page.get().problems
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  @Test func thePageIsUpToDate() throws {
    let page = try FileBytes.read("\(projectRoot)/docs/operations.md")
    #expect(
      String(decoding: page, as: UTF8.self) == (try Operations.page.get().text),
      "write it again: swift run kindling-operations list")
  }

  @Test func everyOperatorHasSamples() throws {
    let samples = try Operations.samples.get()
    let without = samples.table.keys.filter { samples.samples(of: $0).isEmpty }
    #expect(without.isEmpty, "\(without)")
  }
}
