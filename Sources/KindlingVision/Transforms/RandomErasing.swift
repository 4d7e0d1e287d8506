import KindlingCore

/// Overwrites a random rectangle of an image, or none (torchvision: `transforms.RandomErasing`).
public struct RandomErasing: Transform {
  /// What the rectangle is overwritten with.
  public enum Value: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral
  {
    /// One number, or one a channel.
    case numbers([Double])
    /// Standard normal numbers.
    case random

    /// One number everywhere.
    public init(integerLiteral value: Int) { self = .numbers([Double(value)]) }
    /// One number everywhere.
    public init(floatLiteral value: Double) { self = .numbers([value]) }
    /// One number a channel.
    public init(arrayLiteral values: Double...) { self = .numbers(values) }
  }

  /// The probability of erasing.
  public let p: Double
  /// The share of the image's area that is erased.
  public let scale: ClosedRange<Double>
  /// Height to width of the rectangle.
  public let ratio: ClosedRange<Double>
  /// What the rectangle is overwritten with.
  public let value: Value

  /// A transform that erases with probability `p`.
  public init(
    p: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33,
    ratio: ClosedRange<Double> = 0.3...3.3, value: Value = 0
  ) {
    self.p = p
    self.scale = scale
    self.ratio = ratio
    self.value = value
  }

  /// `image`, or a copy with the rectangle.
  ///
  /// - Throws: `TensorError` for arguments that cannot be, and numbers that do not fit the channels.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomErasing")
    guard scale.lowerBound >= 0, scale.upperBound <= 1, ratio.lowerBound > 0,
      ratio.upperBound.isFinite
    else {
      throw TensorError(
        .value, "RandomErasing",
        "scale should be between 0 and 1 and ratio positive, but got \(PythonText.range(scale)) and \(PythonText.range(ratio))"
      )
    }
    guard image.ndim >= 3 else {
      throw TensorError(
        .shape, "RandomErasing", "expected an image [..., C, H, W], but got shape \(image.shape)")
    }
    let channels = image.shape[image.ndim - 3]
    if case .numbers(let values) = value, values.count != 1 && values.count != channels {
      throw TensorError(
        .value, "RandomErasing",
        "if value is a sequence, it should have either a single value or \(channels) (number of input channels), but it has \(values.count)"
      )
    }
    guard try Draw.happens(p) else { return image }
    let (h, w) = try TF.size(image, "RandomErasing")
    for _ in 0..<10 {
      let (height, width) = try Draw.rectangle(h * w, scale, ratio)
      guard height < h, width < w else { continue }
      let fill =
        switch value {
        case .random: try Tensor.empty([channels, height, width], dtype: .float32).normal_()
        case .numbers(let values): try Tensor(values).reshape([values.count, 1, 1])
        }
      let top = try Draw.below(h - height + 1), left = try Draw.below(w - width + 1)
      return try TF.erase(image, top, left, height, width, fill)
    }
    return image
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    let shown =
      switch value {
      case .random: "random"
      case .numbers(let values) where values.count == 1: PythonText.number(values[0])
      case .numbers(let values): "(" + values.map { "\($0)" }.joined(separator: ", ") + ")"
      }
    return
      "RandomErasing(p=\(p), scale=\(PythonText.range(scale)), ratio=\(PythonText.range(ratio)), value=\(shown), inplace=False)"
  }
}
