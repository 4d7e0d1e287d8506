import KindlingCore

/// A transform that rotates an image by a random angle (torchvision: `transforms.RandomRotation`).
public struct RandomRotation: ImageTransform {
  /// The range of angles in degrees, counter-clockwise.
  public let degrees: ClosedRange<Double>
  /// The interpolation: `.nearest` or `.bilinear`.
  public let interpolation: InterpolationMode
  /// Whether to enlarge the output to contain the whole rotated image.
  public let expand: Bool
  /// The center of rotation, as x and y; `nil` means the center of the image.
  public let center: (x: Double, y: Double)?
  /// The value of pixels outside the image.
  public var fill: Double { writtenFill.value }
  private let writtenFill: WrittenNumber

  /// Creates a transform with angles up to ±`degrees`.
  public init<F: TensorScalar>(
    _ degrees: Double, interpolation: InterpolationMode = .nearest, expand: Bool = false,
    center: (x: Double, y: Double)? = nil, fill: F = 0
  ) {
    self.init(
      // A negative or NaN angle gives an invalid range, which the call rejects.
      degrees >= 0 ? -degrees...degrees : .infinity ... .infinity, interpolation: interpolation,
      expand: expand, center: center, fill: fill)
  }

  /// Creates a transform with angles in this range.
  public init<F: TensorScalar>(
    _ degrees: ClosedRange<Double>, interpolation: InterpolationMode = .nearest,
    expand: Bool = false, center: (x: Double, y: Double)? = nil, fill: F = 0
  ) {
    self.degrees = degrees
    self.interpolation = interpolation
    self.expand = expand
    self.center = center
    writtenFill = WrittenNumber(fill)
  }

  /// Returns the rotated `image`.
  ///
  /// - Throws: `TensorError` for invalid angles, and for another interpolation.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    guard degrees.lowerBound.isFinite, degrees.upperBound.isFinite else {
      throw TensorError(
        .value, "RandomRotation", "if degrees is a single number, it must be positive and finite")
    }
    return try TF.rotate(
      image, Draw.uniform(degrees), interpolation: interpolation, expand: expand, center: center,
      fill: [fill])
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let middle = center.map { ", center=\(PythonText.point($0))" } ?? ""
    return
      "RandomRotation(degrees=[\(PrintedNumber.shortest(degrees.lowerBound)), \(PrintedNumber.shortest(degrees.upperBound))], interpolation=\(interpolation.rawValue), expand=\(PythonText.flag(expand))\(middle), fill=\(writtenFill.text))"
  }
}
