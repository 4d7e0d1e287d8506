import KindlingCore

/// A transform that changes brightness, contrast, saturation and hue at random, in random order
/// (torchvision: `transforms.ColorJitter`).
public struct ColorJitter: ImageTransform {
  /// The range of brightness factors; `nil` leaves brightness unchanged.
  public let brightness: ClosedRange<Double>?
  /// The range of contrast factors; `nil` leaves contrast unchanged.
  public let contrast: ClosedRange<Double>?
  /// The range of saturation factors; `nil` leaves saturation unchanged.
  public let saturation: ClosedRange<Double>?
  /// The range of hue shifts, within −0.5 to 0.5; `nil` leaves hue unchanged.
  public let hue: ClosedRange<Double>?
  private let mistake: TensorError?

  /// Creates a transform with factors from max(0, 1 − x) to 1 + x, and hue shifts from −x to x.
  public init(
    brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0
  ) {
    let arguments = [
      ("brightness", brightness), ("contrast", contrast), ("saturation", saturation), ("hue", hue),
    ]
    // The error is kept for the first use: a transform can be the initial value of a stored
    // property.
    mistake = arguments.first { !($0.1 >= 0) || $0.0 == "hue" && $0.1 > 0.5 }.map { name, value in
      TensorError(
        .value, "ColorJitter",
        name == "hue" && value > 0.5
          ? "hue values should be between (-0.5, 0.5), but got \(got: value)"
          : "If \(name) is a single number, it must be non negative, but got \(got: value).")
    }
    func around(_ center: Double, _ reach: Double, from low: Double) -> ClosedRange<Double>? {
      reach > 0 ? max(center - reach, low)...center + reach : nil
    }
    self.brightness = around(1, brightness, from: 0)
    self.contrast = around(1, contrast, from: 0)
    self.saturation = around(1, saturation, from: 0)
    self.hue = around(0, hue, from: -.infinity)
  }

  /// Creates a transform with factors and hue shifts in these ranges; `nil` leaves a property
  /// unchanged.
  public init(
    brightness: ClosedRange<Double>?, contrast: ClosedRange<Double>? = nil,
    saturation: ClosedRange<Double>? = nil, hue: ClosedRange<Double>? = nil
  ) {
    func checked(_ range: ClosedRange<Double>?, _ bound: ClosedRange<Double>) -> Bool {
      range.map { bound.lowerBound <= $0.lowerBound && $0.upperBound <= bound.upperBound } ?? true
    }
    let named = [
      ("brightness", brightness, 0...Double.infinity), ("contrast", contrast, 0...Double.infinity),
      ("saturation", saturation, 0...Double.infinity), ("hue", hue, -0.5...0.5),
    ]
    mistake = named.first { !checked($0.1, $0.2) }.map { name, range, bound in
      TensorError(
        .value, "ColorJitter",
        "\(name) values should be between \(expected: PythonText.range(bound)), but got \(range.map { PythonText.range($0) } ?? "")"
      )
    }
    func used(_ range: ClosedRange<Double>?, _ neutral: Double) -> ClosedRange<Double>? {
      range == neutral...neutral ? nil : range
    }
    self.brightness = used(brightness, 1)
    self.contrast = used(contrast, 1)
    self.saturation = used(saturation, 1)
    self.hue = used(hue, 0)
  }

  /// Returns `image` with random changes.
  ///
  /// - Throws: `TensorError` for invalid ranges, and for images without 1 or 3 channels.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    if let mistake { throw mistake }
    let order = try Tensor.randperm(4).toArray(as: Int.self)
    // All four are drawn first, whatever the order.
    let factors = try [brightness, contrast, saturation, hue].map { try $0.map(Draw.uniform) }
    return try order.reduce(image) { image, property in
      guard let factor = factors[property] else { return image }
      return switch property {
      case 0: try TF.adjustBrightness(image, factor)
      case 1: try TF.adjustContrast(image, factor)
      case 2: try TF.adjustSaturation(image, factor)
      default: try TF.adjustHue(image, factor)
      }
    }
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let parts = [
      ("brightness", brightness), ("contrast", contrast), ("saturation", saturation), ("hue", hue),
    ].map { name, range in "\(name)=\(range.map { PythonText.range($0) } ?? "None")" }
    return "ColorJitter(\(parts.joined(separator: ", ")))"
  }
}
