import KindlingCore

/// A transform that randomly erases a rectangle of an image
/// (torchvision: `transforms.RandomErasing`).
public struct RandomErasing: Transform {
  /// The value of the erased rectangle.
  public enum Value: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral
  {
    /// One number for all channels, or one for each.
    case numbers([Double])
    /// One number that was given as an integer.
    case integer(Int)
    /// Standard normal numbers.
    case random

    /// Creates one number for all channels.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// Creates one number for all channels.
    public init(floatLiteral value: Double) { self = .numbers([value]) }
    /// Creates one number for each channel.
    public init(arrayLiteral values: Double...) { self = .numbers(values) }

    /// The numbers; `nil` if they are random.
    var numbers: [Double]? {
      switch self {
      case .random: nil
      case .integer(let value): [Double(value)]
      case .numbers(let values): values
      }
    }
  }

  /// The probability of erasing.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber
  /// The range of the rectangle's fraction of the image area.
  public let scale: ClosedRange<Double>
  /// The range of the rectangle's ratio of height to width.
  public let ratio: ClosedRange<Double>
  /// The value of the erased rectangle.
  public let value: Value

  /// Creates a transform that erases with probability `p`.
  public init(
    p: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33,
    ratio: ClosedRange<Double> = 0.3...3.3, value: Value = 0
  ) {
    self.init(written: WrittenNumber(p), scale, ratio, value)
  }

  /// Creates a transform that always or never erases.
  public init(
    p: Int, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3,
    value: Value = 0
  ) {
    self.init(written: WrittenNumber(p), scale, ratio, value)
  }

  private init(
    written p: WrittenNumber, _ scale: ClosedRange<Double>, _ ratio: ClosedRange<Double>,
    _ value: Value
  ) {
    writtenP = p
    self.scale = scale
    self.ratio = ratio
    self.value = value
  }

  /// Returns `image`, or a copy with an erased rectangle.
  ///
  /// - Throws: `TensorError` for invalid arguments, and for numbers that do not match the channels.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomErasing")
    guard scale.lowerBound >= 0, scale.upperBound <= 1, ratio.lowerBound > 0,
      ratio.upperBound.isFinite
    else {
      throw TensorError(
        .value, "RandomErasing",
        "scale should be between 0 and 1 and ratio positive, but got \(got: PythonText.range(scale)) and \(got: PythonText.range(ratio))"
      )
    }
    guard image.ndim >= 3 else {
      throw TensorError(
        .shape, "RandomErasing",
        "expected an image [..., C, H, W], but got shape \(got: image.shape)")
    }
    let channels = image.shape[image.ndim - 3]
    if let values = value.numbers, values.count != 1 && values.count != channels {
      throw TensorError(
        .value, "RandomErasing",
        "if value is a sequence, it should have either a single value or \(channels) (number of input channels), but it has \(values.count)"
      )
    }
    guard try Draw.happens(p) else { return image }
    let (h, w) = try TensorForms.size(image, "RandomErasing")
    for _ in 0..<10 {
      let (height, width) = try Draw.rectangle(h * w, scale, ratio)
      guard height < h, width < w else { continue }
      let fill =
        try value.numbers.map { try Tensor($0).reshape([$0.count, 1, 1]) }
        ?? Tensor.empty([channels, height, width], dtype: .float32).normal_()
      let top = try Draw.below(h - height + 1), left = try Draw.below(w - width + 1)
      return try TF.erase(image, top, left, height, width, value: fill)
    }
    return image
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let shown =
      switch value {
      case .random: "random"
      case .integer(let value): "\(value)"
      case .numbers(let values) where values.count == 1: PrintedNumber.shortest(values[0])
      case .numbers(let values):
        "(" + values.map(PrintedNumber.shortest).joined(separator: ", ") + ")"
      }
    return
      "RandomErasing(p=\(writtenP.text), scale=\(PythonText.range(scale)), ratio=\(PythonText.range(ratio)), value=\(shown), inplace=False)"
  }
}
