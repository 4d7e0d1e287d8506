import KindlingCore

/// Takes the colour out of an image (torchvision: `transforms.Grayscale`).
///
/// - Shape: `[*, C, H, W]` → `[*, numOutputChannels, H, W]`, where `C` is 1 or 3.
public struct Grayscale: Transform {
  /// 1, or 3 equal channels.
  public let numOutputChannels: Int

  /// A transform to `numOutputChannels` channels.
  public init(_ numOutputChannels: Int = 1) { self.numOutputChannels = numOutputChannels }

  /// `image` in gray; throws for other numbers of channels.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try TF.rgbToGrayscale(image, numOutputChannels: numOutputChannels)
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "Grayscale(num_output_channels=\(numOutputChannels))" }
}

/// Takes the colour out of an image, or leaves it (torchvision: `transforms.RandomGrayscale`).
public struct RandomGrayscale: Transform {
  /// The probability of gray.
  public let p: Double

  /// A transform that makes images gray with probability `p`.
  public init(_ p: Double = 0.1) { self.p = p }

  /// `image` or its gray, with as many channels.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomGrayscale")
    let channels = try TF.channels(image, "RandomGrayscale")
    return try Draw.happens(p) ? TF.rgbToGrayscale(image, numOutputChannels: channels) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomGrayscale(p=\(p))" }
}

/// Makes a negative of an image, or leaves it (torchvision: `transforms.RandomInvert`).
public struct RandomInvert: Transform {
  /// The probability of a negative.
  public let p: Double

  /// A transform that makes negatives with probability `p`.
  public init(_ p: Double = 0.5) { self.p = p }

  /// `image` or its negative.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomInvert")
    // Compared in double precision, unlike the others, as torchvision does.
    return try Tensor.rand(1).item() < p ? TF.invert(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomInvert(p=\(p))" }
}
