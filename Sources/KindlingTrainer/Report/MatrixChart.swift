import KindlingCore

/// A chart of a confusion matrix, as inline SVG: a darker cell has a larger share of its row.
struct MatrixChart {
  /// The maximum number of classes that are distinguishable on a page.
  static let most = 200

  let counts: [[Int]]
  let classes: [String]

  private func name(_ i: Int) -> String { i < classes.count ? classes[i] : "\(i)" }

  var svg: String {
    let n = counts.count
    // Numbers are legible up to this size.
    let cell = n <= 12 ? 44.0 : n <= 25 ? 30.0 : max(2, 720 / Double(max(1, n)))
    let showsNumbers = n <= 25, showsNames = n <= 40
    let longest = (0..<n).map { name($0).count }.max() ?? 1
    let margin = showsNames ? min(160, 14 + 7.2 * Double(longest)) : 24
    let side = cell * Double(n)
    var body = ""
    for (row, values) in counts.enumerated() {
      let total = max(1, values.reduce(0, +))
      let y = margin + cell * Double(row)
      if showsNames {
        body +=
          "<text class=\"tick\" x=\"\(number(margin - 8))\" y=\"\(number(y + cell / 2 + 4))\" text-anchor=\"end\">\(TextForm.markup(name(row)))</text>"
      }
      for (column, value) in values.enumerated() {
        let x = margin + cell * Double(column), share = Double(value) / Double(total)
        let color = row == column ? "37,99,235" : "194,65,12"
        body +=
          "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(cell - 1))\" height=\"\(number(cell - 1))\" fill=\"rgba(\(color),\(PrintedNumber.fixed(0.05 + 0.95 * share, 3)))\"><title>\(TextForm.markup(name(row))) taken for \(TextForm.markup(name(column))): \(value)</title></rect>"
        if showsNumbers && value > 0 {
          body +=
            "<text class=\"cell\" x=\"\(number(x + cell / 2))\" y=\"\(number(y + cell / 2 + 4))\" text-anchor=\"middle\" fill=\"\(share > 0.5 ? "#fff" : "currentColor")\">\(value)</text>"
        }
      }
    }
    for column in 0..<n where showsNames {
      let x = margin + cell * Double(column) + cell / 2
      body +=
        "<text class=\"tick\" transform=\"translate(\(number(x + 4)) \(number(margin - 8))) rotate(-60)\">\(TextForm.markup(name(column)))</text>"
    }
    // The slanted names extend to the right.
    let size = margin + side + (showsNames ? margin * 0.6 : 0) + 4
    return """
      <svg style="max-width:\(number(size))px" viewBox="0 0 \(number(size)) \(number(margin + side + 4))" role="img" \
      aria-label="Confusion matrix">\(body)</svg>
      """
  }
}
