import KindlingCore

/// Takes the colour out of an image (torchvision: `transforms.Grayscale`).
///
/// - Shape: `[*, C, H, W]` → `[*, numOutputChannels, H, W]`, where `C` is 1 or 3; a tensor of one
///   channel keeps one, as in torchvision.
public struct Grayscale: ImageTransform {
  /// 1, or 3 equal channels.
  public let numOutputChannels: Int

  /// A transform to `numOutputChannels` channels.
  public init(_ numOutputChannels: Int = 1) { self.numOutputChannels = numOutputChannels }

  /// The same, with the label that PyTorch's argument has.
  public init(numOutputChannels: Int) { self.init(numOutputChannels) }

  /// `image` in gray; throws for other numbers of channels.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.rgbToGrayscale(image, numOutputChannels: numOutputChannels)
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "Grayscale(num_output_channels=\(numOutputChannels))" }
}

/// Takes the colour out of an image, or leaves it (torchvision: `transforms.RandomGrayscale`).
public struct RandomGrayscale: ImageTransform {
  /// The probability of gray.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// A transform that makes images gray with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.1) { writtenP = WrittenNumber(p) }

  /// The same, with the label that PyTorch\'s argument has.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// `image` or its gray, with as many channels.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.check(p, "RandomGrayscale")
    let channels = try TF.getDimensions(image)[0]
    return try Draw.happens(p) ? TF.rgbToGrayscale(image, numOutputChannels: channels) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomGrayscale(p=\(writtenP.text))" }
}

/// Makes a negative of an image, or leaves it (torchvision: `transforms.RandomInvert`).
public struct RandomInvert: ImageTransform {
  /// The probability of a negative.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// A transform that makes negatives with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// The same, with the label that PyTorch\'s argument has.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// `image` or its negative.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomInvert") ? TF.invert(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomInvert(p=\(writtenP.text))" }
}
