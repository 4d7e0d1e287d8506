import KindlingCore

/// An image in memory on which shapes are drawn with antialiasing.
struct Canvas {
  let width: Int, height: Int
  /// The red, green and blue bytes of each pixel, row by row.
  private(set) var bytes: [UInt8]

  /// Creates a white canvas.
  init(_ width: Int, _ height: Int) {
    self.width = width
    self.height = height
    bytes = [UInt8](repeating: 255, count: width * height * 3)
  }

  /// Returns the image, `uint8` `[3, H, W]`.
  func tensor() throws -> Tensor {
    try Tensor(bytes).reshape([height, width, 3]).permute(2, 0, 1).contiguous()
  }

  func color(_ x: Int, _ y: Int) -> Color {
    let at = (y * width + x) * 3
    return Color(bytes[at], bytes[at + 1], bytes[at + 2])
  }

  mutating func draw(_ shape: Shape) throws {
    switch shape {
    case .rectangle(let box, let fill): rectangle(box, fill)
    case .line(let points, let width, let color):
      for (a, b) in zip(points, points.dropFirst()) { segment(a, b, width, color) }
    case .dot(let x, let y, let radius, let color):
      segment((x, y), (x, y), 2 * radius, color)
    case .text(let text, let x, let y, let size, let anchor, let turned, let color):
      let strokes = StrokeFont.strokes(text, size: size, anchor: anchor)
      // Thin enough for small letters, but at least one pixel.
      let thickness = max(1, size / 10)
      for stroke in strokes {
        let placed = stroke.map { point in
          turned ? (x: x + point.y, y: y - point.x) : (x: x + point.x, y: y + point.y)
        }
        if placed.count == 1 { segment(placed[0], placed[0], thickness * 1.8, color) }
        for (a, b) in zip(placed, placed.dropFirst()) { segment(a, b, thickness, color) }
      }
    case .image(let pixels, let box, let frame): try image(pixels, box, frame)
    }
  }

  // MARK: Pixels

  private mutating func blend(_ x: Int, _ y: Int, _ color: Color, _ cover: Double) {
    let at = (y * width + x) * 3
    let mixed = self.color(x, y).mixed(color, min(cover, 1))
    bytes[at] = mixed.red
    bytes[at + 1] = mixed.green
    bytes[at + 2] = mixed.blue
  }

  /// Returns the range of pixels that an interval touches.
  private func span(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
    guard low.isFinite, high.isFinite else { return 0..<0 }
    let first = Int(min(max(low.rounded(.down), 0), Double(count)))
    let last = Int(min(max(high.rounded(.up), 0), Double(count)))
    return first..<max(first, last)
  }

  private mutating func rectangle(_ box: Box, _ color: Color) {
    func cover(_ pixel: Int, _ low: Double, _ high: Double) -> Double {
      min(Double(pixel) + 1, high) - max(Double(pixel), low)
    }
    for y in span(box.y, box.bottom, height) {
      let part = cover(y, box.y, box.bottom)
      for x in span(box.x, box.right, width) {
        blend(x, y, color, part * cover(x, box.x, box.right))
      }
    }
  }

  /// Draws a line with round ends; a dot if both ends are equal.
  private mutating func segment(
    _ a: (x: Double, y: Double), _ b: (x: Double, y: Double), _ thickness: Double, _ color: Color
  ) {
    let reach = thickness / 2 + 0.5
    let (dx, dy) = (b.x - a.x, b.y - a.y), length = dx * dx + dy * dy
    let columns = span(min(a.x, b.x) - reach, max(a.x, b.x) + reach, width)
    for y in span(min(a.y, b.y) - reach, max(a.y, b.y) + reach, height) {
      let py = Double(y) + 0.5 - a.y
      for x in columns {
        let px = Double(x) + 0.5 - a.x
        let t = length > 0 ? min(max((px * dx + py * dy) / length, 0), 1) : 0
        let (ex, ey) = (px - t * dx, py - t * dy)
        let cover = reach - (ex * ex + ey * ey).squareRoot()
        if cover > 0 { blend(x, y, color, cover) }
      }
    }
  }

  /// Draws an image: enlarged pixels stay squares, and shrunk ones are averaged.
  private mutating func image(_ pixels: Pixels, _ box: Box, _ frame: Box) throws {
    let seen = box.intersection(frame)
    let columns = span(seen.x.rounded(), seen.right.rounded(), width)
    let rows = span(seen.y.rounded(), seen.bottom.rounded(), height)
    guard box.width > 0, box.height > 0, pixels.width > 0, pixels.height > 0 else { return }
    func sources(_ at: Int, _ start: Double, _ length: Double, _ count: Int) -> Range<Int> {
      let scale = Double(count) / length
      let low = (Double(at) - start) * scale, high = (Double(at) + 1 - start) * scale
      if scale <= 1 {
        let one = min(max(Int((low + high) / 2), 0), count - 1)
        return one..<one + 1
      }
      let first = min(max(Int(low), 0), count - 1)
      return first..<min(max(Int(high), first + 1), count)
    }
    let across = columns.map { sources($0, box.x, box.width, pixels.width) }
    try pixels.withBytes { source, start, stride in
      for y in rows {
        let down = sources(y, box.y, box.height, pixels.height)
        for (x, span) in zip(columns, across) {
          var sums = (0, 0, 0)
          for v in down {
            for u in span {
              let at = start + v * stride + u * 3
              sums.0 += Int(source[at])
              sums.1 += Int(source[at + 1])
              sums.2 += Int(source[at + 2])
            }
          }
          let count = down.count * span.count
          let at = (y * width + x) * 3
          bytes[at] = UInt8(sums.0 / count)
          bytes[at + 1] = UInt8(sums.1 / count)
          bytes[at + 2] = UInt8(sums.2 / count)
        }
      }
    }
  }
}
