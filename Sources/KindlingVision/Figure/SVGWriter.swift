import KindlingCore

/// A writer of shapes as an SVG document.
enum SVGWriter {
  static func document(_ shapes: [Shape], width: Int, height: Int) throws -> String {
    let body = try shapes.map(element).joined(separator: "\n")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">
      \(body)
      </svg>

      """
  }

  private static func element(_ shape: Shape) throws -> String {
    switch shape {
    case .rectangle(let box, let fill):
      return "<rect \(place(box)) fill=\"\(fill.hex)\"/>"
    case .line(let points, let width, let color):
      let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
      return
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color.hex)\" stroke-width=\"\(number(width))\" stroke-linejoin=\"round\"/>"
    case .dot(let x, let y, let radius, let color):
      return
        "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(color.hex)\"/>"
    case .text(let text, let x, let y, let size, let anchor, let turned, let color):
      let turn = turned ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : ""
      return
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\" text-anchor=\"\(anchor.rawValue)\" fill=\"\(color.hex)\"\(turn)>\(TextForm.markup(text))</text>"
    case .image(let pixels, let box, let frame):
      let png = try encodePNG(enlarged(pixels, box))
      // Accounts for the text and the documents that contain it.
      try Layout.checkList(png.count, bytes: 8, "svg")
      let element =
        "<image \(place(box)) preserveAspectRatio=\"none\" href=\"data:image/png;base64,\(TextForm.base64(png))\"/>"
      let view =
        "\(number(frame.x)) \(number(frame.y)) \(number(frame.width)) \(number(frame.height))"
      // A nested SVG element clips the image to its frame.
      return box.isInside(frame)
        ? element : "<svg \(place(frame)) viewBox=\"\(view)\">\(element)</svg>"
    }
  }

  /// The maximum width and height of an enlarged image.
  private static let mostPixels = 4096.0

  /// Returns the image enlarged to twice the picture's resolution, since viewers would smooth large
  /// pixels.
  private static func enlarged(_ pixels: Pixels, _ box: Box) throws -> Tensor {
    let scale = min(2, mostPixels / max(box.width, box.height))
    let (width, height) = ((scale * box.width).rounded(.up), (scale * box.height).rounded(.up))
    if Double(pixels.width) >= width || Double(pixels.height) >= height {
      return try pixels.tensor()
    }
    var canvas = Canvas(Int(width), Int(height))
    let whole = Box(x: 0, y: 0, width: width, height: height)
    try canvas.draw(.image(pixels, whole, within: whole))
    return try canvas.tensor()
  }

  private static func place(_ box: Box) -> String {
    "x=\"\(number(box.x))\" y=\"\(number(box.y))\" width=\"\(number(box.width))\" height=\"\(number(box.height))\""
  }

  /// Returns a number with at most two decimals.
  private static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "0" }
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
