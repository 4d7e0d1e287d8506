import KindlingCore

/// A chart of curves over epochs, as inline SVG.
struct LineChart {
  let title: String
  /// The curves with their names; values that cannot be plotted are left out.
  let curves: [(name: String, values: [Double])]

  private static let (width, height) = (460.0, 280.0)
  private static let (left, right, top, bottom) = (56.0, 14.0, 34.0, 40.0)
  private static let colors = ["#c2410c", "#15803d", "#7c3aed", "#be185d", "#0f766e"]

  var svg: String {
    let shown = curves.flatMap { $0.values.filter(LineChart.isShown) }
    var low = shown.min() ?? 0, high = shown.max() ?? 1
    if high - low < 1e-12 * max(1, high.magnitude) { (low, high) = (low - 0.5, high + 0.5) }
    let step = LineChart.step(high - low)
    let (bottomValue, topValue) = (
      (low / step).rounded(.down) * step, (high / step).rounded(.up) * step
    )
    let count = curves.map(\.values.count).max() ?? 0
    func x(_ epoch: Int) -> Double {
      let part = count > 1 ? Double(epoch) / Double(count - 1) : 0.5
      return Self.left + part * (Self.width - Self.left - Self.right)
    }
    func y(_ value: Double) -> Double {
      let part = (value - bottomValue) / (topValue - bottomValue)
      return Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom)
    }
    var body = ""
    var tick = bottomValue
    var lines = 0
    while tick <= topValue + step / 2 && lines < 20 {
      let at = number(y(tick))
      body +=
        "<line class=\"grid\" x1=\"\(number(Self.left))\" x2=\"\(number(Self.width - Self.right))\" y1=\"\(at)\" y2=\"\(at)\"/>"
      body +=
        "<text class=\"tick\" x=\"\(number(Self.left - 6))\" y=\"\(number(y(tick) + 4))\" text-anchor=\"end\">\(label(tick, step))</text>"
      tick += step
      lines += 1
    }
    let every = max(1, (count + 9) / 10)
    for epoch in 0..<max(0, count) where epoch % every == 0 || epoch == count - 1 {
      // The label of the last epoch takes precedence over one close to it.
      if epoch != count - 1 && count - 1 - epoch < every && epoch != 0 { continue }
      body +=
        "<text class=\"tick\" x=\"\(number(x(epoch)))\" y=\"\(number(Self.height - Self.bottom + 16))\" text-anchor=\"middle\">\(epoch + 1)</text>"
    }
    body +=
      "<text class=\"tick\" x=\"\(number((Self.left + Self.width - Self.right) / 2))\" y=\"\(number(Self.height - 6))\" text-anchor=\"middle\">epoch</text>"
    for (i, curve) in curves.enumerated() {
      // Validation has the same color in every chart, even if it is the only curve.
      let color = curve.name == "validation" ? "#2563eb" : Self.colors[i % Self.colors.count]
      let points = curve.values.enumerated().filter { LineChart.isShown($0.element) }
        .map { (x($0.offset), y($0.element)) }
      let path = points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
      body += "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" points=\"\(path)\"/>"
      for point in points where points.count <= 40 {
        body +=
          "<circle cx=\"\(number(point.0))\" cy=\"\(number(point.1))\" r=\"3\" fill=\"\(color)\"/>"
      }
      let at = Self.width - Self.right - Double(curves.count - i) * 96
      body += "<rect x=\"\(number(at))\" y=\"12\" width=\"12\" height=\"12\" fill=\"\(color)\"/>"
      body +=
        "<text class=\"legend\" x=\"\(number(at + 16))\" y=\"22\">\(TextForm.markup(curve.name))</text>"
    }
    return """
      <svg viewBox="0 0 \(number(Self.width)) \(number(Self.height))" role="img" aria-label="\(TextForm.markup(title))">\
      <text class="title" x="\(number(Self.left))" y="22">\(TextForm.markup(title))</text>\(body)</svg>
      """
  }

  private static func isShown(_ value: Double) -> Bool { value.magnitude < 1e100 }

  /// Returns a step of 1, 2 or 5 times a power of ten that divides `range` into about five.
  private static func step(_ range: Double) -> Double {
    var power = 1.0
    while power * 10 <= range / 5 { power *= 10 }
    while power > range / 5 && power > 1e-300 { power /= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { range / $0 <= 6 } ?? power * 10
  }

  private func label(_ value: Double, _ step: Double) -> String {
    var decimals = 0
    var scaled = step
    while scaled < 0.999 && decimals < 9 {
      scaled *= 10
      decimals += 1
    }
    return value.magnitude < 1e12
      ? PrintedNumber.fixed(value, decimals) : PrintedNumber.general(value, 6)
  }
}

/// Returns a coordinate with one decimal.
func number(_ value: Double) -> String { PrintedNumber.fixed(value, 1) }
