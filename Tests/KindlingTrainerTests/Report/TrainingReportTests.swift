import Kindling
import KindlingTrainer
import Testing
import _TestExpectations

struct TrainingReportTests {
  private func makeHistory() throws -> History {
    try seeded {
      let x = try Tensor.rand(12, 2), y = try x.argmax(dim: 1)
      let trainer = try Sequential(Linear(2, 2)).compile(
        optimizer: { try SGD($0, lr: 0.5) }, loss: CrossEntropyLoss(), metrics: [Accuracy()])
      let loader = try DataLoader(TensorDataset(x, y), batchSize: 5)
      return try trainer.fit(
        loader, epochs: 12, validation: loader, progress: ProgressBar(.silent))
    }
  }

  private func makeReport() throws -> TrainingReport {
    let confusion = ConfusionMatrix()
    try confusion.update(Tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), Tensor([0, 1, 1]))
    var report = TrainingReport(
      title: "Shirts <& \"shoes\">", configuration: [("lr", "0.5"), ("model", "a\nb")],
      history: try makeHistory(), confusion: confusion, classes: ["shirt", "shoe's"])
    report.samples = [
      .init(png: [1, 2, 3, 4], expected: "shirt", predicted: "shirt", confidence: 0.9)
    ]
    report.mistakes = [
      .init(text: "5.1, 3.5", expected: "shoe's", predicted: "shirt", confidence: 0.6)
    ]
    return report
  }

  @Test func oneFileHoldsEverything() throws {
    let html = try makeReport().html
    for part in [
      "<title>Shirts &lt;&amp; &quot;shoes&quot;&gt;</title>", "aria-label=\"loss\"",
      "aria-label=\"accuracy\"", "aria-label=\"Confusion matrix\"", "shoe&#39;s taken for shirt: 1",
      "src=\"data:image/png;base64,AQIDBA==\"", "shirt <small>60.0 %, is shoe&#39;s</small>",
      "<tr><th scope=\"row\">lr</th><td><pre>0.5</pre></td></tr>",
    ] { #expect(html.contains(part), "\(part)") }
    for outside in ["http", "<script", "<link", "url("] {
      #expect(!html.contains(outside), "\(outside)")
    }
    // Two charts with a training and a validation curve each.
    #expect(html.components("<polyline") == 4)
    #expect(html.components("<svg") == html.components("</svg>"))
    #expect(html.components("<section>") == 5)
  }

  @Test func historiesOfAnyKindCanBeShown() throws {
    for values in [[], [1.0], [.nan], [1, 1, 1], [1e-9, 2e-9], [1e300, -1e300], [0, 1e9]]
      as [[Double]]
    {
      let history = try withValues(values)
      let html = TrainingReport(title: "t", configuration: [], history: history).html
      #expect(html.hasSuffix("</html>\n"))
      #expect(!html.contains("nan,") && !html.contains("inf"))
    }
  }

  /// A history with these losses, which come from a model that says nothing.
  private func withValues(_ values: [Double]) throws -> History {
    let model = Sequential(Linear(1, 1, bias: false))
    let trainer = try model.compile(optimizer: { try SGD($0, lr: 0) }, loss: L1Loss())
    try model.to(.float64)
    for value in values {
      let target = try Tensor.full([1, 1], value, dtype: .float64)
      let zero = try Tensor.zeros(1, 1, dtype: .float64)
      try trainer.fit(
        [.success((zero, zero))], epochs: 1, validation: [.success((zero, target))],
        progress: ProgressBar(.silent))
    }
    return trainer.history
  }

  @Test func writesWholeFiles() throws {
    try FileBytes.withTemporaryFolder { folder in
      let report = try makeReport()
      try report.write(to: "\(folder)/report.html")
      #expect(
        String(decoding: try FileBytes.read("\(folder)/report.html"), as: UTF8.self) == report.html)
    }
    expectRefusal("/nowhere/report.html…") {
      try TrainingReport(title: "t", configuration: [], history: History()).write(
        to: "/nowhere/report.html")
    }
  }
}

extension String {
  /// How often `piece` stands in the text.
  fileprivate func components(_ piece: String) -> Int { ranges(of: piece).count }
}
