import KindlingCore

/// Turns an image by a random angle (torchvision: `transforms.RandomRotation`).
public struct RandomRotation: ImageTransform {
  /// The angles in degrees, counter-clockwise.
  public let degrees: ClosedRange<Double>
  /// `.nearest` or `.bilinear`.
  public let interpolation: InterpolationMode
  /// Whether the result is large enough for all of the turned image.
  public let expand: Bool
  /// The pixel, as x and y, that stays; the middle where nil.
  public let center: (x: Double, y: Double)?
  /// The value of pixels that come from outside.
  public var fill: Double { writtenFill.value }
  private let writtenFill: WrittenNumber

  /// A transform by up to `degrees` either way.
  public init<F: TensorScalar>(
    _ degrees: Double, interpolation: InterpolationMode = .nearest, expand: Bool = false,
    center: (x: Double, y: Double)? = nil, fill: F = 0
  ) {
    self.init(
      // A negative or undefined number becomes an empty turn, which the call refuses.
      degrees >= 0 ? -degrees...degrees : .infinity ... .infinity, interpolation: interpolation,
      expand: expand, center: center, fill: fill)
  }

  /// A transform by an angle in this range.
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

  /// `image` turned.
  ///
  /// - Throws: `TensorError` for angles that cannot be, and another interpolation.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    guard degrees.lowerBound.isFinite, degrees.upperBound.isFinite else {
      throw TensorError(
        .value, "RandomRotation", "if degrees is a single number, it must be positive and finite")
    }
    return try TF.rotate(
      image, Draw.uniform(degrees), interpolation: interpolation, expand: expand, center: center,
      fill: [fill])
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    let middle = center.map { ", center=\(PythonText.point($0))" } ?? ""
    return
      "RandomRotation(degrees=[\(PrintedNumber.shortest(degrees.lowerBound)), \(PrintedNumber.shortest(degrees.upperBound))], interpolation=\(interpolation.rawValue), expand=\(PythonText.flag(expand))\(middle), fill=\(writtenFill.text))"
  }
}
