import KindlingCore
import Numerics

extension Pillow {
  /// Returns the image rotated counter-clockwise (Pillow: `Image.rotate`).
  static func rotate(
    _ image: Image, _ degrees: Double, _ interpolation: InterpolationMode, expand: Bool,
    center: (x: Double, y: Double)?, color: [UInt8]
  ) throws -> Image {
    let (w, h) = (Double(image.width), Double(image.height))
    // The remainder has the sign of the divisor, as in Python.
    let rest = degrees.truncatingRemainder(dividingBy: 360)
    let degrees = rest < 0 ? rest + 360 : rest
    if center == nil {
      if degrees == 0 { return image }
      if degrees == 180 { return try turned(image, quarters: 2) }
      if (degrees == 90 || degrees == 270) && (expand || image.width == image.height) {
        return try turned(image, quarters: degrees == 90 ? 1 : 3)
      }
    }
    let center = center ?? (w / 2, h / 2)
    let angle = -(degrees * (.pi / 180))
    let (cosine, sine) = (rounded(.cos(angle)), rounded(.sin(angle)))
    var place = Affine(a: cosine, b: sine, c: 0, d: rounded(-.sin(angle)), e: cosine, f: 0)
    (place.c, place.f) = place(-center.x, -center.y)
    place.c += center.x
    place.f += center.y
    guard expand else {
      return try transform(image, image.height, image.width, place, interpolation, color: color)
    }
    let corners = [(0, 0), (w, 0), (w, h), (0, h)].map { place($0.0, $0.1) }
    func length(_ ends: [Double]) -> Double {
      (ends.max() ?? 0).rounded(.up) - (ends.min() ?? 0).rounded(.down)
    }
    let (width, height) = (length(corners.map(\.x)), length(corners.map(\.y)))
    guard width * height <= Double(ImageFormat.mostPixels) else {
      throw TensorError(
        .value, "rotate", "the turned image would have \(height) by \(width) pixels")
    }
    (place.c, place.f) = place(-(width - w) / 2, -(height - h) / 2)
    return try transform(
      image, Int(height), Int(width), place, interpolation, color: color)
  }

  /// Returns `x`, at most 1, correctly rounded to 15 decimals like Python's `round`.
  private static func rounded(_ x: Double) -> Double {
    let scaled = x * 1e15, lost = (-scaled).addingProduct(x, 1e15)
    var whole = scaled.rounded(.toNearestOrEven)
    let rest = scaled - whole + lost
    if rest > 0.5 { whole += 1 } else if rest < -0.5 { whole -= 1 }
    return whole / 1e15
  }
}
