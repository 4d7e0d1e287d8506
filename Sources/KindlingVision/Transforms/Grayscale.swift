import KindlingCore

/// A transform that converts an image to grayscale (torchvision: `transforms.Grayscale`).
///
/// - Shape: `[*, C, H, W]` → `[*, numOutputChannels, H, W]`, where `C` is 1 or 3; a tensor with one
///   channel keeps one, as in torchvision.
public struct Grayscale: ImageTransform {
  /// The number of channels: 1, or 3 equal ones.
  public let numOutputChannels: Int

  /// Creates a transform to `numOutputChannels` channels.
  public init(_ numOutputChannels: Int = 1) { self.numOutputChannels = numOutputChannels }

  /// Creates the transform with PyTorch's argument label.
  public init(numOutputChannels: Int) { self.init(numOutputChannels) }

  /// Returns `image` in grayscale.
  ///
  /// - Throws: `TensorError` if `numOutputChannels` is neither 1 nor 3.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.rgbToGrayscale(image, numOutputChannels: numOutputChannels)
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "Grayscale(num_output_channels=\(numOutputChannels))" }
}

/// A transform that randomly converts an image to grayscale
/// (torchvision: `transforms.RandomGrayscale`).
public struct RandomGrayscale: ImageTransform {
  /// The probability of the conversion.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that converts with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.1) { writtenP = WrittenNumber(p) }

  /// Creates the transform with PyTorch's argument label.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image` or its grayscale version, with the same number of channels.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.check(p, "RandomGrayscale")
    let channels = try TF.getDimensions(image)[0]
    return try Draw.happens(p) ? TF.rgbToGrayscale(image, numOutputChannels: channels) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomGrayscale(p=\(writtenP.text))" }
}

/// A transform that randomly inverts an image (torchvision: `transforms.RandomInvert`).
public struct RandomInvert: ImageTransform {
  /// The probability of the inversion.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that inverts with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// Creates the transform with PyTorch's argument label.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image` or its negative.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomInvert") ? TF.invert(image) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomInvert(p=\(writtenP.text))" }
}
