import KindlingCore
import KindlingIO
import KindlingPlatform

/// A report of a training on one page: curves, confusion matrix, predictions, mistakes and
/// configuration.
///
/// The page is a self-contained HTML file: images are embedded, and there is no script.
public struct TrainingReport {
  /// A sample with its prediction.
  public struct Sample {
    /// The sample as a PNG file, if it is an image.
    public var png: [UInt8]?
    /// The sample as text, if it is not an image.
    public var text: String
    /// The true class, and the predicted one.
    public var expected: String, predicted: String
    /// The probability of the predicted class, from 0 to 1.
    public var confidence: Double

    /// Creates a sample.
    public init(
      png: [UInt8]? = nil, text: String = "", expected: String, predicted: String,
      confidence: Double
    ) {
      self.png = png
      self.text = text
      self.expected = expected
      self.predicted = predicted
      self.confidence = confidence
    }
  }

  /// The title of the page.
  public var title: String
  /// The configuration of the training: names and values, in order.
  public var configuration: [(name: String, value: String)]
  /// The logs of every epoch.
  public var history: History
  /// The confusion matrix.
  public var confusion: ConfusionMatrix?
  /// The class names.
  public var classes: [String]
  /// Some samples.
  public var samples: [Sample] = []
  /// The wrong predictions with the highest confidence.
  public var mistakes: [Sample] = []

  /// Creates a report of `history`.
  public init(
    title: String, configuration: [(name: String, value: String)], history: History,
    confusion: ConfusionMatrix? = nil, classes: [String] = []
  ) {
    self.title = title
    self.configuration = configuration
    self.history = history
    self.confusion = confusion
    self.classes = classes
  }

  /// Writes the page to `path`, atomically.
  ///
  /// - Throws: ``TrainerError`` `.file` if the file cannot be written.
  public func write(to path: String) throws {
    do {
      try AtomicFile.write(to: path) { try $0.write(Array(html.utf8)) }
    } catch {
      throw TrainerError(.file, "\(path): \(error)")
    }
  }

  /// The page as HTML.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(TextForm.markup(title))</title>
    <style>\(TrainingReport.style)</style>
    </head>
    <body>
    <h1>\(TextForm.markup(title))</h1>
    \(numbers)
    \(section("Curves", charts))
    \(section("Confusion matrix", matrix))
    \(section("Sample predictions", gallery(samples)))
    \(section("Worst mistakes", isFlawless ? "<p>None: every sample was right.</p>" : gallery(mistakes)))
    \(section("Configuration", table))
    </body>
    </html>

    """
  }

  private var isFlawless: Bool {
    guard let counts = confusion?.counts else { return false }
    return counts.indices.allSatisfy { row in
      counts[row].indices.allSatisfy { $0 == row || counts[row][$0] == 0 }
    }
  }

  private func section(_ title: String, _ content: String) -> String {
    content.isEmpty ? "" : "<section><h2>\(title)</h2>\n\(content)\n</section>"
  }

  /// The values of the last epoch, in large type.
  private var numbers: String {
    let entries = (history.epochs.last.map { Array($0) } ?? []).map { entry in
      let isShare = entry.name.hasSuffix("accuracy")
      let value =
        isShare
        ? PrintedNumber.fixed(100 * entry.value, 1) + " %" : PrintedNumber.fixed(entry.value, 4)
      let shown = entry.name == "lr" ? "\(entry.value)" : value
      return
        "<div><b>\(TextForm.markup(shown))</b><span>\(TextForm.markup(entry.name))</span></div>"
    }
    return entries.isEmpty ? "" : "<div class=\"numbers\">\(entries.joined())</div>"
  }

  /// A chart for each measure, with training and validation curves.
  private var charts: String {
    let names = history.names.filter { $0 != "lr" }
    let measures = names.map { $0.hasPrefix("val_") ? String($0.dropFirst(4)) : $0 }
    var seen: Set<String> = []
    let charts = measures.filter { seen.insert($0).inserted }.map { measure in
      let curves = [(measure, "training"), ("val_" + measure, "validation")]
        .filter { names.contains($0.0) }
        .map { (name: $0.1, values: history[$0.0]) }
      return "<figure>\(LineChart(title: measure, curves: curves).svg)</figure>"
    }
    return charts.isEmpty ? "" : "<div class=\"charts\">\(charts.joined())</div>"
  }

  private var matrix: String {
    guard let confusion, !confusion.counts.isEmpty else { return "" }
    if confusion.counts.count > MatrixChart.most { return frequentMistakes(confusion.counts) }
    return """
      <p>Rows are true classes, columns what they were taken for.</p>\
      <figure>\(MatrixChart(counts: confusion.counts, classes: classes).svg)</figure>
      """
  }

  /// Returns the largest off-diagonal cells, for a matrix that is too large to draw.
  private func frequentMistakes(_ counts: [[Int]]) -> String {
    var cells: [(row: Int, column: Int, count: Int)] = []
    for (row, line) in counts.enumerated() {
      for (column, count) in line.enumerated() where count > 0 && column != row {
        cells.append((row, column, count))
      }
    }
    let most = cells.sorted { $0.count > $1.count }.prefix(20)
    func name(_ i: Int) -> String { TextForm.markup(i < classes.count ? classes[i] : "\(i)") }
    let rows = most.map {
      "<tr><td>\(name($0.row))</td><td>\(name($0.column))</td><td>\($0.count)</td></tr>"
    }
    return """
      <p>\(counts.count) classes are too many to draw; the most frequent mistakes:</p>\
      <table><tr><th>class</th><th>taken for</th><th>samples</th></tr>\(rows.joined())</table>
      """
  }

  private func gallery(_ samples: [Sample]) -> String {
    if samples.isEmpty { return "" }
    let items = samples.map { sample in
      let isRight = sample.expected == sample.predicted
      let percent = PrintedNumber.fixed(100 * sample.confidence, 1)
      let picture =
        sample.png.map {
          "<img alt=\"\(TextForm.markup(sample.expected))\" src=\"data:image/png;base64,\(TextForm.base64($0))\">"
        } ?? "<pre>\(TextForm.markup(sample.text))</pre>"
      let words =
        isRight
        ? "\(TextForm.markup(sample.predicted)) <small>\(percent) %</small>"
        : "\(TextForm.markup(sample.predicted)) <small>\(percent) %, is \(TextForm.markup(sample.expected))</small>"
      return
        "<figure class=\"\(isRight ? "right" : "wrong")\">\(picture)<figcaption>\(words)</figcaption></figure>"
    }
    return "<div class=\"gallery\">\(items.joined())</div>"
  }

  private var table: String {
    if configuration.isEmpty { return "" }
    let rows = configuration.map {
      "<tr><th scope=\"row\">\(TextForm.markup($0.name))</th><td><pre>\(TextForm.markup($0.value))</pre></td></tr>"
    }
    return "<table>\(rows.joined())</table>"
  }

  private static let style = """
    :root{color-scheme:light dark;--line:#8884;--soft:#8882}
    body{font:16px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem}
    h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid var(--line)}
    figure{margin:0}svg{width:100%;height:auto;font:12px system-ui,sans-serif;fill:currentColor}
    .grid{stroke:#8884}.title{font-weight:600;font-size:14px}.tick,.legend,.cell{font-size:11px}
    .numbers{display:flex;flex-wrap:wrap;gap:1rem}
    .numbers div{background:var(--soft);border-radius:8px;padding:.6rem 1rem}
    .numbers b{display:block;font-size:1.4rem}.numbers span{opacity:.7;font-size:.85rem}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:1rem}
    .gallery{display:flex;flex-wrap:wrap;gap:.8rem}
    .gallery figure{width:120px;border:1px solid var(--line);border-radius:8px;padding:.5rem;text-align:center}
    .gallery .right{border-bottom:4px solid #2563eb}.gallery .wrong{border-bottom:4px solid #c2410c}
    .gallery img{width:96px;height:96px;object-fit:contain;image-rendering:pixelated}
    figcaption{font-size:.85rem}small{opacity:.75}pre{margin:0;white-space:pre-wrap;font:inherit}
    table{border-collapse:collapse;width:100%}
    th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
    """
}
