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

  /// What this rectangle and another have in common, which may be nothing.
  func intersection(_ other: Box) -> Box {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Box(
      x: left, y: top, width: max(min(right, other.right) - left, 0),
      height: max(min(bottom, other.bottom) - top, 0))
  }

  /// Whether no part of this rectangle, but for a rounding error, lies outside of `other`.
  func isInside(_ other: Box) -> Bool {
    x >= other.x - 0.01 && y >= other.y - 0.01 && right <= other.right + 0.01
      && bottom <= other.bottom + 0.01
  }

  func contains(_ point: (x: Double, y: Double)) -> Bool {
    x <= point.x && point.x <= right && y <= point.y && point.y <= bottom
  }

  /// The part of the line from `a` to `b` inside; nil where there is none (Liang and Barsky, 1984).
  func clipped(
    _ a: (x: Double, y: Double), _ b: (x: Double, y: Double)
  ) -> (from: (x: Double, y: Double), to: (x: Double, y: Double))? {
    var (start, end) = (0.0, 1.0)
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    for (step, room) in [(-dx, a.x - x), (dx, right - a.x), (-dy, a.y - y), (dy, bottom - a.y)] {
      if step == 0 {
        if room < 0 { return nil }
      } else if step < 0 {
        start = max(start, room / step)
      } else {
        end = min(end, room / step)
      }
    }
    if start > end { return nil }
    func point(_ t: Double) -> (x: Double, y: Double) {
      t == 0 ? a : t == 1 ? b : (a.x + t * dx, a.y + t * dy)
    }
    return (point(start), point(end))
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

  /// Some rows and columns of the image.
  func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Pixels {
    if rows.count == height && columns.count == width { return self }
    let bytes = rows.flatMap { row in
      self.bytes[(row * width + columns.lowerBound) * 3..<(row * width + columns.upperBound) * 3]
    }
    return Pixels(width: columns.count, height: rows.count, bytes: bytes)
  }
}

/// What pictures are made of.
enum Shape {
  case rectangle(Box, fill: Color)
  case line([(x: Double, y: Double)], width: Double, Color)
  case dot(x: Double, y: Double, radius: Double, Color)
  /// `y` is the baseline's.
  case text(String, x: Double, y: Double, size: Double, anchor: Anchor, turned: Bool, Color)
  /// What of an image, which fills the first box, lies in the second.
  case image(Pixels, Box, within: Box)

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
