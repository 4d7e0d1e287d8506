import KindlingCore

/// Keeps the upper bits of each channel, or leaves the image (torchvision:
/// `transforms.RandomPosterize`).
public struct RandomPosterize: ImageTransform {
  /// The number of bits kept, from 0 to 8.
  public let bits: Int
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that keeps `bits` bits with probability `p`.
  public init<P: TensorScalar>(_ bits: Int, p: P = 0.5) {
    self.bits = bits
    writtenP = WrittenNumber(p)
  }

  /// Returns `image` or its posterized form.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomPosterize") ? TF.posterize(image, bits) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomPosterize(bits=\(bits),p=\(writtenP.text))" }
}

/// Inverts the bright pixels, or leaves the image (torchvision: `transforms.RandomSolarize`).
public struct RandomSolarize: ImageTransform {
  /// The least value that is inverted.
  public var threshold: Double { writtenThreshold.value }
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenThreshold: WrittenNumber
  private let writtenP: WrittenNumber

  /// Creates a transform that inverts pixels from `threshold` on with probability `p`.
  public init<T: TensorScalar, P: TensorScalar>(_ threshold: T, p: P = 0.5) {
    writtenThreshold = WrittenNumber(threshold)
    writtenP = WrittenNumber(p)
  }

  /// Returns `image` or its solarized form.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomSolarize") ? TF.solarize(image, threshold) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    "RandomSolarize(threshold=\(writtenThreshold.text),p=\(writtenP.text))"
  }
}

/// Sharpens or blurs the image, or leaves it (torchvision: `transforms.RandomAdjustSharpness`).
public struct RandomAdjustSharpness: ImageTransform {
  /// The factor: 0 blurs, 1 changes nothing, 2 sharpens.
  public var sharpnessFactor: Double { writtenFactor.value }
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenFactor: WrittenNumber
  private let writtenP: WrittenNumber

  /// Creates a transform that changes sharpness by `sharpnessFactor` with probability `p`.
  public init<F: TensorScalar, P: TensorScalar>(_ sharpnessFactor: F, p: P = 0.5) {
    writtenFactor = WrittenNumber(sharpnessFactor)
    writtenP = WrittenNumber(p)
  }

  /// Returns `image`, sharpened or as it is.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomAdjustSharpness")
      ? TF.adjustSharpness(image, sharpnessFactor) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    "RandomAdjustSharpness(sharpness_factor=\(writtenFactor.text),p=\(writtenP.text))"
  }
}

/// Stretches the values of each channel, or leaves the image (torchvision:
/// `transforms.RandomAutocontrast`).
public struct RandomAutocontrast: ImageTransform {
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that stretches values with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// The same, with the label that PyTorch's argument has.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image`, with its values stretched or as it is.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomAutocontrast") ? TF.autocontrast(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomAutocontrast(p=\(writtenP.text))" }
}

/// Equalizes the histogram of each channel, or leaves the image (torchvision:
/// `transforms.RandomEqualize`).
public struct RandomEqualize: ImageTransform {
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that equalizes histograms with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// The same, with the label that PyTorch's argument has.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image`, equalized or as it is.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomEqualize") ? TF.equalize(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomEqualize(p=\(writtenP.text))" }
}
