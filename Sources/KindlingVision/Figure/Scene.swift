/// A rectangle in pixels; y grows downwards.
struct Box {
  var x: Double, y: Double, width: Double, height: Double
  var right: Double { x + width }
  var bottom: Double { y + height }

  /// The rectangle without these margins, never smaller than a pixel.
  func inset(left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0) -> Box {
    Box(
      x: x + left, y: y + top, width: max(width - left - right, 1),
      height: max(height - top - bottom, 1))
  }

  /// The largest rectangle of this proportion inside, in the middle.
  func fitted(_ widthToHeight: Double) -> Box {
    let w = min(width, height * widthToHeight)
    let h = w / widthToHeight
    return Box(x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h)
  }
}

/// The pixels of an image, red, green and blue side by side, row by row.
struct Pixels {
  let width: Int, height: Int
  var bytes: [UInt8]
}

/// What pictures are made of.
enum Shape {
  case rectangle(Box, fill: Color)
  case line([(x: Double, y: Double)], width: Double, Color)
  case dot(x: Double, y: Double, radius: Double, Color)
  /// `y` is the baseline's.
  case text(String, x: Double, y: Double, size: Double, anchor: Anchor, turned: Bool, Color)
  case image(Pixels, Box)

  /// Which part of a text stands at its place.
  enum Anchor: String { case start, middle, end }
}

/// Lengths that depend on what is drawn on.
struct Metrics {
  /// The height of titles, of labels and of the numbers on axes, in pixels.
  let title: Double, label: Double, tick: Double
  /// The width of a character in heights.
  let characterWidth: Double
  /// The width of frames and of lines, the length of ticks, and the least distance between things.
  let frame: Double, line: Double, mark: Double, gap: Double

  /// For screens and paper, at 100 pixels an inch.
  static let page = Metrics(
    title: 17, label: 14, tick: 13, characterWidth: 0.6, frame: 1, line: 2, mark: 4, gap: 8)
  /// For a terminal, where a character is one pixel wide and two high.
  static let terminal = Metrics(
    title: 2, label: 2, tick: 2, characterWidth: 0.5, frame: 1, line: 1, mark: 0, gap: 1)

  func width(_ text: String, _ size: Double) -> Double {
    Double(text.count) * size * characterWidth
  }
}
