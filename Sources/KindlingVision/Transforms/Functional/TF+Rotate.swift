import KindlingCore
import Numerics

extension TF {
  /// Returns the image rotated counter-clockwise by `angle` degrees.
  ///
  /// - Parameters:
  ///   - image: an image, or a tensor `[*, C, H, W]`.
  ///   - angle: the angle in degrees, counter-clockwise.
  ///   - interpolation: `.nearest` or `.bilinear`; for an image also `.bicubic`.
  ///   - expand: whether to enlarge the output to contain the whole rotated image; otherwise it has
  ///     the size of the input.
  ///   - center: the center of rotation, as x and y; by default the center of the image.
  ///   - fill: the value of pixels outside the image, for all channels or for each; by default 0.
  /// - Returns: the rotated image, of the same kind and dtype.
  /// - Throws: `TensorError` for a shape that is not an image, or a fill that does not match the
  ///   channels.
  public static func rotate<I: ImageOrTensor>(
    _ image: I, _ angle: Double, interpolation: InterpolationMode = .nearest,
    expand: Bool = false, center: (x: Double, y: Double)? = nil, fill: [Double]? = nil
  ) throws -> I {
    try check("rotate", angle, center.map { [$0.x, $0.y] } ?? [])
    return try image.transformed {
      let (h, w) = try TensorForms.size($0, "rotate")
      let shift = center.map { ($0.x - Double(w) * 0.5, $0.y - Double(h) * 0.5) } ?? (0, 0)
      let matrix = inverse(center: shift, -angle, (0, 0), 1, (0, 0))
      return try TensorForms.affine(
        $0, matrix, interpolation: interpolation, expand: expand, fill: fill, "rotate")
    } image: {
      try Pillow.rotate(
        $0, angle, interpolation, expand: expand, center: center,
        color: Pillow.color(fill ?? [0], $0.mode, "rotate"))
    }
  }

  /// Returns the image rotated, translated, scaled and sheared about its center.
  ///
  /// - Parameters:
  ///   - image: an image, or a tensor `[*, C, H, W]`.
  ///   - angle: the angle in degrees, clockwise.
  ///   - translate: the translation in pixels, to the right and down.
  ///   - scale: the factor, which must be positive.
  ///   - shear: the angles in degrees along x and y; a single number is x.
  ///   - interpolation: `.nearest` or `.bilinear`; for an image also `.bicubic`.
  ///   - fill: the value of pixels outside the image, for all channels or for each; by default 0.
  ///   - center: the center of rotation, as x and y; by default the center of the image.
  /// - Returns: the image, of the same kind, size and dtype.
  /// - Throws: `TensorError` for invalid arguments, or a fill that does not match the channels.
  public static func affine<I: ImageOrTensor>(
    _ image: I, angle: Double, translate: (x: Int, y: Int), scale: Double, shear: [Double],
    interpolation: InterpolationMode = .nearest, fill: [Double]? = nil,
    center: (x: Double, y: Double)? = nil
  ) throws -> I {
    try check("affine", angle, shear + (center.map { [$0.x, $0.y] } ?? []))
    guard scale > 0, scale.isFinite else {
      throw TensorError(
        .value, "affine", "argument scale should be positive, but got \(got: scale)")
    }
    guard (1...2).contains(shear.count) else {
      throw TensorError(
        .value, "affine", "shear should be one or two angles, but got \(got: shear)")
    }
    let shears = (shear[0], shear.count == 2 ? shear[1] : 0)
    let (h, w) = try size(image, "affine")
    let middle = (x: Double(w) * 0.5, y: Double(h) * 0.5)
    let moved = (Double(translate.x), Double(translate.y))
    return try image.transformed {
      let shift = center.map { ($0.x - middle.x, $0.y - middle.y) } ?? (0, 0)
      return try TensorForms.affine(
        $0, inverse(center: shift, angle, moved, scale, shears), interpolation: interpolation,
        expand: false, fill: fill, "affine")
    } image: {
      try Pillow.transform(
        $0, h, w, inverse(center: center ?? middle, angle, moved, scale, shears), interpolation,
        color: Pillow.color(fill ?? [0], $0.mode, "affine"))
    }
  }

  private static func check(_ operation: String, _ angle: Double, _ others: [Double]) throws {
    guard ([angle] + others).allSatisfy({ abs($0) < 1e9 }) else {
      throw TensorError(
        .value, operation,
        "the angle must be finite and within reason, and so must shear and center, but got \(got: [angle] + others)"
      )
    }
  }

  /// Returns the inverse map, from output to input positions, of shear, scale, rotation about
  /// `center` and translation.
  ///
  /// Sums are in torchvision's order.
  private static func inverse(
    center: (x: Double, y: Double), _ angle: Double, _ translate: (x: Double, y: Double),
    _ scale: Double, _ shear: (x: Double, y: Double)
  ) -> Pillow.Affine {
    func radians(_ degrees: Double) -> Double { degrees * (.pi / 180) }
    let (turn, sx, sy) = (radians(angle), radians(shear.x), radians(shear.y))
    let a = Double.cos(turn - sy) / .cos(sy)
    let b = -Double.cos(turn - sy) * .tan(sx) / .cos(sy) - .sin(turn)
    let c = Double.sin(turn - sy) / .cos(sy)
    let d = -Double.sin(turn - sy) * .tan(sx) / .cos(sy) + .cos(turn)
    var map = Pillow.Affine(
      a: d / scale, b: -b / scale, c: 0 / scale, d: -c / scale, e: a / scale, f: 0 / scale)
    map.c += map.a * (-center.x - translate.x) + map.b * (-center.y - translate.y)
    map.f += map.d * (-center.x - translate.x) + map.e * (-center.y - translate.y)
    map.c += center.x
    map.f += center.y
    return map
  }
}
