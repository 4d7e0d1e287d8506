import KindlingCore

/// A transform that randomly rotates, translates, scales and shears an image about its center
/// (torchvision: `transforms.RandomAffine`).
public struct RandomAffine: ImageTransform {
  /// The range of angles in degrees, clockwise.
  public let degrees: ClosedRange<Double>
  /// The maximum translation as a fraction of width and height; `nil` for none.
  public let translate: (x: Double, y: Double)?
  /// The range of scale factors; `nil` for no scaling.
  public let scale: ClosedRange<Double>?
  /// The ranges of shear angles in degrees, along x and optionally y; `nil` for no shear.
  public let shear: [ClosedRange<Double>]?
  /// The interpolation: `.nearest` or `.bilinear`; for images also `.bicubic`.
  public let interpolation: InterpolationMode
  /// The value of pixels outside the image.
  public var fill: Double { writtenFill.value }
  /// The center of rotation, as x and y; `nil` means the center of the image.
  public let center: (x: Double, y: Double)?
  private let writtenFill: WrittenNumber

  /// Creates a transform with angles up to ±`degrees` and shear along x up to ±`shear`.
  public init<F: TensorScalar>(
    _ degrees: Double, translate: (x: Double, y: Double)? = nil,
    scale: ClosedRange<Double>? = nil, shear: Double? = nil,
    interpolation: InterpolationMode = .nearest, fill: F = 0,
    center: (x: Double, y: Double)? = nil
  ) {
    self.init(
      RandomAffine.around(degrees), translate: translate, scale: scale,
      shear: shear.map { [RandomAffine.around($0)] }, interpolation: interpolation, fill: fill,
      center: center)
  }

  /// Creates a transform with angles and factors in these ranges.
  public init<F: TensorScalar>(
    _ degrees: ClosedRange<Double>, translate: (x: Double, y: Double)? = nil,
    scale: ClosedRange<Double>? = nil, shear: [ClosedRange<Double>]? = nil,
    interpolation: InterpolationMode = .nearest, fill: F = 0,
    center: (x: Double, y: Double)? = nil
  ) {
    self.degrees = degrees
    self.translate = translate
    self.scale = scale
    self.shear = shear
    self.interpolation = interpolation
    self.center = center
    writtenFill = WrittenNumber(fill)
  }

  /// Returns a symmetric range; a negative or NaN angle gives an invalid range, which the call
  /// rejects.
  private static func around(_ angle: Double) -> ClosedRange<Double> {
    angle >= 0 ? -angle...angle : .infinity ... .infinity
  }

  /// Returns `image` after a random affine transform.
  ///
  /// - Throws: `TensorError` for invalid angles, fractions or factors.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    guard
      ([degrees] + (shear ?? [])).allSatisfy({ $0.lowerBound.isFinite && $0.upperBound.isFinite })
    else {
      throw TensorError(
        .value, "RandomAffine",
        "degrees and shear must be finite, and not negative where they are single numbers")
    }
    if let translate, ![translate.x, translate.y].allSatisfy((0...1).contains) {
      throw TensorError(
        .value, "RandomAffine",
        "translation values should be between 0 and 1, but got \(got: translate)"
      )
    }
    if let scale, scale.lowerBound <= 0 || !scale.upperBound.isFinite {
      throw TensorError(
        .value, "RandomAffine",
        "scale values should be positive, but got \(got: PythonText.range(scale))")
    }
    if let shear, !(1...2).contains(shear.count) {
      throw TensorError(
        .value, "RandomAffine", "shear should be one or two ranges, but got \(got: shear.count)")
    }
    let (height, width) = try TF.size(image, "RandomAffine")
    let angle = try Draw.uniform(degrees)
    func shift(_ share: Double, _ count: Int) throws -> Int {
      let most = share * Double(count)
      return Int(try Draw.uniform(-most...most).rounded(.toNearestOrEven))
    }
    let move =
      try translate.map { (x: try shift($0.x, width), y: try shift($0.y, height)) } ?? (0, 0)
    let factor = try scale.map(Draw.uniform) ?? 1
    let shears = try (shear ?? []).map(Draw.uniform)
    return try TF.affine(
      image, angle: angle, translate: move, scale: factor,
      shear: [shears.first ?? 0, shears.count > 1 ? shears[1] : 0], interpolation: interpolation,
      fill: [fill], center: center)
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let number = PrintedNumber.shortest
    func pair(_ values: (x: Double, y: Double)) -> String {
      "(\(number(values.x)), \(number(values.y)))"
    }
    func list(_ ranges: [ClosedRange<Double>]) -> String {
      "["
        + ranges.flatMap { [number($0.lowerBound), number($0.upperBound)] }
        .joined(separator: ", ") + "]"
    }
    var text = "RandomAffine(degrees=\(list([degrees]))"
    text += translate.map { ", translate=\(pair($0))" } ?? ""
    text += scale.map { ", scale=\(PythonText.range($0))" } ?? ""
    text += shear.map { ", shear=\(list($0))" } ?? ""
    text += interpolation == .nearest ? "" : ", interpolation=\(interpolation.rawValue)"
    text += fill == 0 ? "" : ", fill=\(writtenFill.text)"
    text += center.map { ", center=\(PythonText.point($0))" } ?? ""
    return text + ")"
  }
}
