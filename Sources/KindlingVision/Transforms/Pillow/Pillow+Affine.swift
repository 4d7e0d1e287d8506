import KindlingCore

extension Pillow {
  /// The map from output to input positions, `(a·x + b·y + c, d·x + e·y + f)`.
  struct Affine {
    var a: Double, b: Double, c: Double, d: Double, e: Double, f: Double

    func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
      (a * x + b * y + c, d * x + e * y + f)
    }
  }

  /// Returns an image of `height` by `width` pixels sampled at the input positions `place`
  /// (Pillow: `Image.transform`).
  ///
  /// Positions outside the input get `color`.
  static func transform(
    _ image: Image, _ height: Int, _ width: Int, _ place: Affine,
    _ interpolation: InterpolationMode, color: [UInt8]
  ) throws -> Image {
    guard try isNearest(interpolation) else {
      return try sampled(image, height, width, interpolation, color: color) { x, y in place(x, y) }
    }
    if place.b == 0 && place.d == 0 {
      return try scaled(image, height, width, place, color)
    }
    let corners = [(0, 0), (width, height), (0, height), (width, 0)].map {
      place(Double($0), Double($1))
    }
    // The 16.16 fixed-point numbers that Pillow uses as long as they suffice.
    if corners.allSatisfy({ abs($0.x) < 32768 && abs($0.y) < 32768 }) {
      return try fixed(image, height, width, place, color)
    }
    // Accumulated as in Pillow, including the rounding errors.
    var x0 = place.c + place.b * 0.5 + place.a * 0.5, y0 = place.f + place.e * 0.5 + place.d * 0.5
    var (x, y) = (x0, y0)
    return try walked(image, height, width, color) { column, row in
      if column > 0 {
        (x, y) = (x + place.a, y + place.d)
      } else {
        if row > 0 { (x0, y0) = (x0 + place.b, y0 + place.e) }
        (x, y) = (x0, y0)
      }
      return (inside(x, image.width), inside(y, image.height))
    }
  }

  /// Transforms an image as above, by a map that is not linear.
  static func transform(
    _ image: Image, _ height: Int, _ width: Int, _ interpolation: InterpolationMode,
    color: [UInt8], _ place: (Double, Double) -> (x: Double, y: Double)
  ) throws -> Image {
    guard try isNearest(interpolation) else {
      return try sampled(image, height, width, interpolation, color: color, place)
    }
    return try walked(image, height, width, color) { column, row in
      let (x, y) = place(Double(column) + 0.5, Double(row) + 0.5)
      return (inside(x, image.width), inside(y, image.height))
    }
  }

  private static func isNearest(_ interpolation: InterpolationMode) throws -> Bool {
    switch interpolation {
    case .nearest, .nearestExact: return true
    case .bilinear, .bicubic: return false
    case .box, .hamming, .lanczos:
      throw TensorError(
        .value, "transform",
        "interpolation must be nearest, bilinear or bicubic, but got \(got: interpolation.rawValue)"
      )
    }
  }

  /// Returns the pixel at `place`; `nil` if it is outside.
  private static func inside(_ place: Double, _ count: Int) -> Int? {
    place >= 0 && place < Double(count) ? Int(place) : nil
  }

  // MARK: The nearest pixel

  /// Transforms without rotation, where columns and rows are independent.
  private static func scaled(
    _ image: Image, _ height: Int, _ width: Int, _ place: Affine, _ color: [UInt8]
  ) throws -> Image {
    func places(_ count: Int, _ of: Int, _ shift: Double, _ step: Double) -> [Int?] {
      var position = shift + step * 0.5
      return (0..<count).map { _ in
        defer { position += step }
        return inside(position, of)
      }
    }
    let columns = places(width, image.width, place.c, place.a)
    let rows = places(height, image.height, place.f, place.e)
    return try walked(image, height, width, color) { (columns[$0], rows[$1]) }
  }

  private static func fixed(
    _ image: Image, _ height: Int, _ width: Int, _ place: Affine, _ color: [UInt8]
  ) throws -> Image {
    // The corners are below 2¹⁵, so steps are below 2¹⁶ and nothing overflows.
    func fix(_ x: Double) -> Int { Int((x * 65536 + 0.5).rounded(.down)) }
    let (a, b, d, e) = (fix(place.a), fix(place.b), fix(place.d), fix(place.e))
    let x0 = fix(place.c + place.a * 0.5 + place.b * 0.5)
    let y0 = fix(place.f + place.d * 0.5 + place.e * 0.5)
    return try walked(image, height, width, color) { column, row in
      let x = (x0 + row * b + column * a) >> 16, y = (y0 + row * e + column * d) >> 16
      return (x >= 0 && x < image.width ? x : nil, y >= 0 && y < image.height ? y : nil)
    }
  }

  /// Returns the image of the pixels that `pixel` returns for each column and row, called row by
  /// row.
  private static func walked(
    _ image: Image, _ height: Int, _ width: Int, _ color: [UInt8],
    _ pixel: (_ column: Int, _ row: Int) -> (x: Int?, y: Int?)
  ) throws -> Image {
    let channels = image.mode.channels
    return try image.drawn(height: height, width: width) { source, target in
      for y in 0..<height {
        for x in 0..<width {
          let t = (y * width + x) * channels
          let (column, line) = pixel(x, y)
          if let column, let line {
            let s = (line * image.width + column) * channels
            for c in 0..<channels { target[t + c] = source[s + c] }
          } else {
            for c in 0..<channels { target[t + c] = color[color.count == 1 ? 0 : c] }
          }
        }
      }
    }
  }

  // MARK: Between pixels

  private static func sampled(
    _ image: Image, _ height: Int, _ width: Int, _ interpolation: InterpolationMode,
    color: [UInt8], _ place: (Double, Double) -> (x: Double, y: Double)
  ) throws -> Image {
    if image.mode.hasAlpha {
      return try interpolated(
        image.premultiplied(), height, width, interpolation, color: color, place
      ).unpremultiplied()
    }
    return try interpolated(image, height, width, interpolation, color: color, place)
  }

  private static func interpolated(
    _ image: Image, _ height: Int, _ width: Int, _ interpolation: InterpolationMode,
    color: [UInt8], _ place: (Double, Double) -> (x: Double, y: Double)
  ) throws -> Image {
    let channels = image.mode.channels, stride = image.width * channels
    let isCubic = interpolation == .bicubic
    let reach = isCubic ? 4 : 2
    return try image.drawn(height: height, width: width) { source, target in
      for row in 0..<height {
        for column in 0..<width {
          let t = (row * width + column) * channels
          var (x, y) = place(Double(column) + 0.5, Double(row) + 0.5)
          guard x >= 0, x < Double(image.width), y >= 0, y < Double(image.height) else {
            for c in 0..<channels { target[t + c] = color[color.count == 1 ? 0 : c] }
            continue
          }
          x -= 0.5
          y -= 0.5
          let (left, top) = (x.rounded(.down), y.rounded(.down))
          let (dx, dy) = (x - left, y - top)
          let firstX = Int(left) - (isCubic ? 1 : 0), firstY = Int(top) - (isCubic ? 1 : 0)
          for c in 0..<channels {
            var lines = (0.0, 0.0, 0.0, 0.0)
            for i in 0..<reach {
              // Beyond the edges the edge pixel is repeated.
              let line = min(max(firstY + i, 0), image.height - 1) * stride + c
              func pixel(_ j: Int) -> Double {
                Double(source[line + min(max(firstX + j, 0), image.width - 1) * channels])
              }
              let value =
                isCubic
                ? cubic((pixel(0), pixel(1), pixel(2), pixel(3)), dx)
                : pixel(0) + (pixel(1) - pixel(0)) * dx
              switch i {
              case 0: lines.0 = value
              case 1: lines.1 = value
              case 2: lines.2 = value
              default: lines.3 = value
              }
            }
            let value = isCubic ? cubic(lines, dy) : lines.0 + (lines.1 - lines.0) * dy
            target[t + c] = UInt8(min(max(value, 0), 255))
          }
        }
      }
    }
  }

  private static func cubic(
    _ v: (Double, Double, Double, Double), _ d: Double
  ) -> Double {
    let p2 = -v.0 + v.2
    let p3 = 2 * (v.0 - v.1) + v.2 - v.3
    let p4 = -v.0 + v.1 - v.2 + v.3
    return v.1 + d * (p2 + d * (p3 + d * p4))
  }
}
