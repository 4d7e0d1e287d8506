import KindlingCore

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

/// The pixels of an image, or of a part of one.
///
/// They lie in a tensor, whose memory is taken from the allocator: a lack of it is thrown.
struct Pixels {
  /// Red, green and blue, `uint8`, `[H, W, 3]`, contiguous.
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

  /// Some rows and columns of the image.
  func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Pixels {
    func moved(_ range: Range<Int>, _ whole: Range<Int>) -> Range<Int> {
      whole.lowerBound + range.lowerBound..<whole.lowerBound + range.upperBound
    }
    return Pixels(all, moved(rows, self.rows), moved(columns, self.columns))
  }

  /// Calls `body` with the bytes, the place of the first pixel and the distance between rows.
  func withBytes(
    _ body: (_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ stride: Int) throws -> Void
  ) throws {
    let stride = all.shape[1] * 3
    try all.withUnsafeBuffer(of: UInt8.self) {
      try body($0, rows.lowerBound * stride + columns.lowerBound * 3, stride)
    }
  }

  /// The picture, `uint8` `[3, H, W]`.
  func tensor() throws -> Tensor {
    try all.slice(0, rows.lowerBound, rows.upperBound)
      .slice(1, columns.lowerBound, columns.upperBound).permute(2, 0, 1)
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
