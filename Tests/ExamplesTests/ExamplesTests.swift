import Testing
import _TestSupport

@Suite struct ExamplesTests {
  @Test func quadraticAgreesWithItself() throws {
    let lines = try Program.run("quadratic", []).lines
    let byHand = lines.filter { $0.hasPrefix("by hand") }.map { $0.dropFirst("by hand".count) }
    let byModule = lines.filter { $0.hasPrefix("module") }.map { $0.dropFirst("module".count) }
    #expect(byHand.count == 11)
    for (a, b) in zip(byHand, byModule) {
      #expect(PrintedWords.difference(String(a), String(b)) == nil)
    }
    #expect(byHand.count == byModule.count)
  }

  @Test func irisIsLearnt() throws {
    let last = try Program.run("iris", []).lines.last ?? ""
    let correct = Int(last.prefix { $0.isNumber }) ?? 0
    #expect(correct >= 145, "\(last)")
    #expect(last.hasSuffix("of 150 right"))
  }

  @Test func kerasProgramTrains() throws {
    let result = try Program.run("keras-to-kindling", [])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("output (Linear)   [1, 2]        402"))
    #expect(result.output.contains("Total params: 41,602"))
    let losses =
      result.lines.first { $0.hasPrefix("loss: [") }?.dropFirst("loss: [".count).dropLast()
      .split(separator: ", ").compactMap { Double($0) } ?? []
    #expect(losses.count == 5)
    #expect((losses.last ?? .nan) < (losses.first ?? 0) / 2, "\(losses)")
    #expect(result.lines.last == "predicted: [1, 2]")
  }

  @Test func picturesAreDrawn() throws {
    try FileBytes.withTemporaryFolder { folder in
      let result = try Program.run("pictures", ["."], in: folder)
      #expect(result.status == 0 && result.errors == "", "\(result.errors)")
      // Shown as plain characters, since nobody is watching.
      #expect(result.lines.count > 30 && !result.output.contains("\u{1B}"))
      #expect(
        try FileBytes.list(folder) == ["plots.png", "plots.svg", "samples.png", "samples.svg"])
    }
  }

  @Test(.enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"))
  func fashionIsTrainedSavedAndLoaded() throws {
    try FileBytes.withTemporaryFolder { folder in
      let result = try Program.run("fashion-mnist", [Shared.path("data"), "1"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.lines.filter { $0.hasPrefix("loss: ") }.count == 10)
      let accuracy = result.lines.first { $0.hasPrefix("accuracy: ") }
      let percent = Double(accuracy?.drop { !$0.isNumber }.dropLast() ?? "") ?? 0
      #expect(percent > 40, "\(accuracy ?? result.errors)")
      #expect(result.lines.last?.hasPrefix("predicted ") == true)
      let files = try FileBytes.list(folder)
      #expect(files == ["fashion-mnist.pth"])
    }
  }
}
