import KindlingCore

/// A rectangle in pixels; y grows downwards.
struct Box {
  var x: Double, y: Double, width: Double, height: Double
  var right: Double { x + width }
  var bottom: Double { y + height }

  /// Returns the rectangle without these margins, at least one pixel in size.
  func inset(left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0) -> Box {
    Box(
      x: x + left, y: y + top, width: max(width - left - right, 1),
      height: max(height - top - bottom, 1))
  }

  /// Returns the intersection with another rectangle, which may be empty.
  func intersection(_ other: Box) -> Box {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Box(
      x: left, y: top, width: max(min(right, other.right) - left, 0),
      height: max(min(bottom, other.bottom) - top, 0))
  }

  /// Returns whether this rectangle is inside `other`, up to rounding errors.
  func isInside(_ other: Box) -> Bool {
    x >= other.x - 0.01 && y >= other.y - 0.01 && right <= other.right + 0.01
      && bottom <= other.bottom + 0.01
  }

  func contains(_ point: (x: Double, y: Double)) -> Bool {
    x <= point.x && point.x <= right && y <= point.y && point.y <= bottom
  }

  /// Returns the part of the line from `a` to `b` inside; `nil` if there is none (Liang and Barsky,
  /// 1984).
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

  /// Returns the largest centered rectangle of this aspect ratio.
  func fitted(_ widthToHeight: Double) -> Box {
    let w = min(width, height * widthToHeight)
    let h = w / widthToHeight
    return Box(x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h)
  }
}

/// The pixels of an image, or of a part of one.
///
/// They are stored in a tensor, so running out of memory throws.
struct Pixels {
  /// The red, green and blue components, `uint8`, `[H, W, 3]`, contiguous.
  private let all: Tensor
  private let rows: Range<Int>, columns: Range<Int>
  var width: Int { columns.count }
  var height: Int { rows.count }

  init(_ pixels: Tensor) {
    all = pixels
    rows = 0..<pixels.shape[0]
    columns = 0..<pixels.shape[1]
  }

  private init(_ all: Tensor, _ rows: Range<Int>, _ columns: Range<Int>) {
    (self.all, self.rows, self.columns) = (all, rows, columns)
  }

  /// Returns the part of the image with the given rows and columns.
  func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Pixels {
    func moved(_ range: Range<Int>, _ whole: Range<Int>) -> Range<Int> {
      whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound
    }
    return Pixels(all, moved(rows, self.rows), moved(columns, self.columns))
  }

  /// Calls `body` with the bytes, the offset of the first pixel and the stride of rows.
  func withBytes(
    _ body: (_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ stride: Int) throws -> Void
  ) throws {
    let stride = all.shape[1] * 3
    try all.withUnsafeBuffer(of: UInt8.self) {
      try body($0, rows.lowerBound * stride + columns.lowerBound * 3, stride)
    }
  }

  /// Returns the image, `uint8` `[3, H, W]`.
  func tensor() throws -> Tensor {
    try all.slice(0, rows.lowerBound, rows.upperBound)
      .slice(1, columns.lowerBound, columns.upperBound).permute(2, 0, 1)
  }
}

/// A shape of a picture.
enum Shape {
  case rectangle(Box, fill: Color)
  case line([(x: Double, y: Double)], width: Double, Color)
  case dot(x: Double, y: Double, radius: Double, Color)
  /// A text; `y` is the position of the baseline.
  case text(String, x: Double, y: Double, size: Double, anchor: Anchor, turned: Bool, Color)
  /// The part of an image, which fills the first box, inside the second box.
  case image(Pixels, Box, within: Box)

  /// The part of a text at its position.
  enum Anchor: String { case start, middle, end }
}

/// Lengths that depend on the output medium.
struct Metrics {
  /// The heights of titles, axis labels and tick labels, in pixels.
  let title: Double, label: Double, tick: Double
  /// The width of a character relative to its height.
  let characterWidth: Double
  /// The width of frames and lines, the length of ticks, and the minimum gap.
  let frame: Double, line: Double, mark: Double, gap: Double

  /// The metrics for screens and paper, at 100 pixels per inch.
  static let page = Metrics(
    title: 17, label: 14, tick: 13, characterWidth: 0.6, frame: 1, line: 2, mark: 4, gap: 8)
  /// The metrics for a terminal, in which a character is one pixel wide and two high.
  static let terminal = Metrics(
    title: 2, label: 2, tick: 2, characterWidth: 0.5, frame: 1, line: 1, mark: 0, gap: 1)

  func width(_ text: String, _ size: Double) -> Double {
    Double(text.count) * size * characterWidth
  }
}
