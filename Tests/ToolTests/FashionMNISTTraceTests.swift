import Testing
import _TestExpectations

/// `kindling train` beside PyTorch's own runs of the same program.
@Suite struct FashionMNISTTraceTests {
  @Test(
    .enabled(if: Shared.has("data/FashionMNIST"), "\(Shared.absence)"),
    arguments: [("ordered", ["--no-shuffle"]), ("shuffled", [])])
  func followsPyTorch(run: String, options: [String]) throws {
    let expected = try #require(try Golden.json("training/fmnist_mlp_losses.json")["runs"]?[run])
    let result = try Program.run(
      "kindling",
      [
        "train", "--dataset", "fashion-mnist", "--root", Shared.path("data"), "--seed", "0",
        "--epochs", "2", "--lr", "1e-3", "--json",
      ] + options)
    #expect(result.status == 0, "\(result.errors)")
    let records = try result.lines.map { try JSONValue(parsing: Array($0.utf8)) }
    for (index, epoch) in (expected["epochs"]?.array ?? []).enumerated() {
      let own = records.filter { $0["epoch"]?.int == index + 1 }
      let losses = expected["losses"]?.array?[index].array?.compactMap(\.double) ?? []
      let found = own.filter { $0["batch"] != nil }.compactMap { $0["loss"]?.double }
      #expect(losses.count == 10)
      #expect(found.count == losses.count)
      for (batch, (loss, wanted)) in zip(found, losses).enumerated() {
        expectClose(loss, wanted, atol: 2e-5, "epoch \(index + 1), batch \(batch * 100)")
      }
      let summary = try #require(own.last)
      let accuracy = try #require(summary["accuracy"]?.double)
      expectClose(accuracy, (epoch["accuracy"]?.double ?? 0), atol: 0.0005)
      let average = try #require(summary["avg_loss"]?.double)
      expectClose(average, (epoch["avg_loss"]?.double ?? 0), atol: 2e-5)
    }
  }
}
