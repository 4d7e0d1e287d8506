import KindlingCore
import Numerics

/// Pillow's `ImageEnhance`: interpolation and extrapolation between a degenerate image and the
/// original.
extension Pillow {
  static func brightness(_ image: Image, _ factor: Double) throws -> Image {
    try blended(image, factor) { _, _ in 0 }
  }

  static func contrast(_ image: Image, _ factor: Double) throws -> Image {
    let gray = try image.convert(.l)
    let sum = try gray.bytes(sum: { Int($0) })
    let mean = UInt8(Double(sum) / Double(image.width * image.height) + 0.5)
    return try blended(image, factor) { _, _ in mean }
  }

  static func saturation(_ image: Image, _ factor: Double) throws -> Image {
    let channels = image.mode.channels
    return try blended(image, factor) { source, i in
      if channels < 3 { return source[i] }
      let pixel = i / channels * channels
      return Image.luma(source[pixel], source[pixel + 1], source[pixel + 2])
    }
  }

  static func sharpness(_ image: Image, _ factor: Double) throws -> Image {
    let channels = image.mode.channels, stride = image.width * channels
    let (height, width) = (image.height, image.width)
    let around = (1 as Float) / 13, middle = (5 as Float) / 13
    return try blended(image, factor) { source, i in
      let (row, column) = (i / stride, i % stride / channels)
      guard row > 0, row < height - 1, column > 0, column < width - 1 else { return source[i] }
      func line(_ start: Int, _ center: Float) -> Float {
        Float(source[start - channels]) * around + Float(source[start]) * center
          + Float(source[start + channels]) * around
      }
      var sum: Float = 0.5
      sum += line(i + stride, around)
      sum += line(i, middle)
      sum += line(i - stride, around)
      return UInt8(min(max(sum, 0), 255))
    }
  }

  /// Returns `factor` times the image plus the rest of the degenerate one, given by `plain`
  /// (Pillow: `Image.blend`).
  ///
  /// Opacity is unchanged.
  private static func blended(
    _ image: Image, _ factor: Double,
    _ plain: (UnsafeBufferPointer<UInt8>, Int) -> UInt8
  ) throws -> Image {
    let factor = Float(factor), channels = image.mode.channels
    let opaque = image.mode.hasAlpha ? channels - 1 : channels
    if factor == 1 { return image }
    return try image.drawn(height: image.height, width: image.width) { source, target in
      for i in 0..<source.count {
        if i % channels >= opaque {
          target[i] = source[i]
          continue
        }
        let a = Int(plain(source, i)), b = Int(source[i])
        target[i] = UInt8(min(max(Float(a) + factor * Float(b - a), 0), 255))
      }
    }
  }

  /// Shifts the hue, in 8-bit precision.
  ///
  /// Opacity is lost, as in torchvision.
  static func hue(_ image: Image, _ factor: Double) throws -> Image {
    if image.mode == .l { return image }
    let turn = UInt8(truncatingIfNeeded: Int(factor * 255)), mode = image.mode
    let rgb = try image.convert(.rgb)
    let turned = try rgb.drawn(height: image.height, width: image.width) { source, target in
      for i in stride(from: 0, to: source.count, by: 3) {
        let (h, s, v) = hsv(source[i], source[i + 1], source[i + 2])
        (target[i], target[i + 1], target[i + 2]) = color(h &+ turn, s, v)
      }
    }
    return try turned.convert(mode)
  }

  private static func hsv(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> (UInt8, UInt8, UInt8) {
    let high = max(r, g, b), low = min(r, g, b)
    if high == low { return (0, 0, high) }
    let range = Float(high - low), s = range / Float(high)
    let rc = Float(high - r) / range, gc = Float(high - g) / range, bc = Float(high - b) / range
    let sixths =
      r == high
      ? bc - gc
      : g == high
        ? Float(2 + Double(rc) - Double(bc)) : Float(4 + Double(gc) - Double(rc))
    let h = Float((Double(sixths) / 6 + 1).truncatingRemainder(dividingBy: 1))
    return (
      UInt8(min(max(Double(h) * 255, 0), 255)), UInt8(min(max(Double(s) * 255, 0), 255)), high
    )
  }

  private static func color(_ h: UInt8, _ s: UInt8, _ v: UInt8) -> (UInt8, UInt8, UInt8) {
    if s == 0 { return (v, v, v) }
    let sixths = Double(h) * 6 / 255, whole = sixths.rounded(.down)
    let part = Double(Float(sixths - whole)), share = Double(Float(Double(s) / 255))
    func level(_ x: Double) -> UInt8 {
      UInt8(min(max((Double(v) * x).rounded(.toNearestOrAwayFromZero), 0), 255))
    }
    let p = level(1 - share), q = level(1 - Double(Float(share) * Float(part)))
    let t = level(1 - share * (1 - part))
    switch Int(whole) % 6 {
    case 0: return (v, t, p)
    case 1: return (q, v, p)
    case 2: return (p, v, t)
    case 3: return (p, q, v)
    case 4: return (t, p, v)
    default: return (v, p, q)
    }
  }
}
