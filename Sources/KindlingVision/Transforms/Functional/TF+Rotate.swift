import KindlingCore
import Numerics

extension TF {
  /// The image turned counter-clockwise by `angle` degrees.
  ///
  /// - Parameters:
  ///   - image: `[*, C, H, W]`.
  ///   - angle: in degrees, counter-clockwise.
  ///   - interpolation: `.nearest` or `.bilinear`.
  ///   - expand: whether the result is large enough for all of the turned image; else it has the
  ///     image's size.
  ///   - center: the pixel, as x and y, that stays; the middle where nil.
  ///   - fill: the value of pixels that come from outside, one or one a channel; 0 where nil.
  /// - Returns: the turned image, of the same dtype.
  /// - Throws: `TensorError` for a shape that is no image's, or a fill that does not fit the
  ///   channels.
  public static func rotate(
    _ image: Tensor, _ angle: Double, interpolation: InterpolationMode = .nearest,
    expand: Bool = false, center: (x: Double, y: Double)? = nil, fill: [Double]? = nil
  ) throws -> Tensor {
    let (h, w) = try size(image, "rotate")
    guard angle.isFinite else {
      throw TensorError(.value, "rotate", "the angle must be finite, but got \(angle)")
    }
    guard interpolation == .nearest || interpolation == .bilinear else {
      throw TensorError(
        .value, "rotate",
        "interpolation must be nearest or bilinear, but got \(interpolation.rawValue)")
    }
    guard h > 0, w > 0 else { return image }
    let channels = image.ndim < 3 ? 1 : image.shape[image.ndim - 3]
    if let fill, fill.count != 1 && fill.count != channels {
      throw TensorError(
        .value, "rotate", "fill has \(fill.count) numbers, but the image has \(channels) channels")
    }
    let radians = -angle * .pi / 180
    var turn = Turn(cos: .cos(radians), sin: .sin(radians))
    if let center { turn.keep(center.x - Double(w) / 2, center.y - Double(h) / 2) }
    let (outH, outW) = expand ? try turn.extent(h, w) : (h, w)
    let taps = turn.taps(from: (h, w), to: (outH, outW), bilinear: interpolation == .bilinear)

    let lead = Array(image.shape.dropLast(2))
    let flat = try image.reshape(lead + [h * w])
    func pick(_ x: Tensor, _ tap: Taps) throws -> Tensor {
      try x.indexSelect(-1, Tensor(tap.places)).mul(Tensor(tap.weights).to(x.dtype))
    }
    if interpolation == .nearest {
      var result = try pick(flat, taps[0])
      if let fill {
        let color = try Tensor(fill).to(image.dtype).reshape([fill.count, 1])
        result = try Tensor.where(
          Tensor(taps[0].weights).gt(0.5), result, color.expand(result.shape))
      }
      return try result.reshape(lead + [outH, outW])
    }
    return try throughFloats(flat) { x in
      var result = try pick(x, taps[0])
      var cover = Tensor(taps[0].weights)
      for tap in taps.dropFirst() {
        result = try result + pick(x, tap)
        cover = try cover + Tensor(tap.weights)
      }
      if let fill {
        let color = try Tensor(fill).to(x.dtype).reshape([fill.count, 1])
        result = try result * cover + (1 - cover) * color
      }
      return result
    }.reshape(lead + [outH, outW])
  }
}

/// For every pixel of a result one pixel of the source, and how much it counts: 0 outside.
private struct Taps {
  var places: [Int] = []
  var weights: [Float] = []
}

/// Where in the source each pixel of a turned image comes from; x and y are counted from the middle.
private struct Turn {
  let cos: Double, sin: Double
  private var shiftX = 0.0, shiftY = 0.0

  init(cos: Double, sin: Double) {
    self.cos = cos
    self.sin = sin
  }

  /// Moves the turn so that (`x`, `y`) stays.
  mutating func keep(_ x: Double, _ y: Double) {
    shiftX = x - (cos * x + sin * y)
    shiftY = y - (cos * y - sin * x)
  }

  /// Height and width of a frame around the turned image.
  func extent(_ h: Int, _ w: Int) throws -> (Int, Int) {
    let corners = [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)].map { corner in
      let (x, y) = (corner.0 * Double(w), corner.1 * Double(h))
      return (
        cos * x + sin * y + shiftX + Double(w) / 2, cos * y - sin * x + shiftY + Double(h) / 2
      )
    }
    // A little more than a whole number is a whole number with rounding errors.
    func length(_ values: [Double]) -> Double {
      let tolerance = 1e-4
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return ((high / tolerance).rounded(.towardZero) * tolerance).rounded(.up)
        - ((low / tolerance).rounded(.towardZero) * tolerance).rounded(.down)
    }
    let (width, height) = (length(corners.map(\.0)), length(corners.map(\.1)))
    guard width * height <= Double(ImageFormat.mostPixels) else {
      throw TensorError(
        .value, "rotate", "the turned image would have \(height) by \(width) pixels")
    }
    return (Int(height), Int(width))
  }

  /// One tap a pixel for the nearest, four for bilinear; in float32, as in PyTorch.
  func taps(from source: (h: Int, w: Int), to result: (h: Int, w: Int), bilinear: Bool) -> [Taps] {
    let (w, h) = (Float(source.w), Float(source.h))
    let toX = (Float(cos) / (0.5 * w), Float(sin) / (0.5 * w), Float(shiftX) / (0.5 * w))
    let toY = (Float(-sin) / (0.5 * h), Float(cos) / (0.5 * h), Float(shiftY) / (0.5 * h))
    var taps = [Taps](repeating: Taps(), count: bilinear ? 4 : 1)
    func add(_ tap: Int, _ x: Float, _ y: Float, _ weight: Float) {
      let inside = x >= 0 && x < w && y >= 0 && y < h
      taps[tap].places.append(inside ? Int(y) * source.w + Int(x) : 0)
      taps[tap].weights.append(inside ? weight : 0)
    }
    for row in 0..<result.h {
      let y0 = Float(row) - Float(result.h) * 0.5 + 0.5
      for column in 0..<result.w {
        let x0 = Float(column) - Float(result.w) * 0.5 + 0.5
        let x = ((x0 * toX.0 + y0 * toX.1 + toX.2 + 1) * w - 1) / 2
        let y = ((x0 * toY.0 + y0 * toY.1 + toY.2 + 1) * h - 1) / 2
        if bilinear {
          let (left, top) = (x.rounded(.down), y.rounded(.down))
          let (fx, fy) = (x - left, y - top)
          add(0, left, top, (1 - fx) * (1 - fy))
          add(1, left + 1, top, fx * (1 - fy))
          add(2, left, top + 1, (1 - fx) * fy)
          add(3, left + 1, top + 1, fx * fy)
        } else {
          add(0, x.rounded(.toNearestOrEven), y.rounded(.toNearestOrEven), 1)
        }
      }
    }
    return taps
  }
}
