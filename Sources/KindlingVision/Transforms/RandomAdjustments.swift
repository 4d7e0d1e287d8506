import KindlingCore

/// A transform that randomly posterizes an image (torchvision: `transforms.RandomPosterize`).
public struct RandomPosterize: ImageTransform {
  /// The number of bits to keep, from 0 to 8.
  public let bits: Int
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that keeps `bits` bits with probability `p`.
  public init<P: TensorScalar>(_ bits: Int, p: P = 0.5) {
    self.bits = bits
    writtenP = WrittenNumber(p)
  }

  /// Returns `image` or its posterized version.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomPosterize") ? TF.posterize(image, bits) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomPosterize(bits=\(bits),p=\(writtenP.text))" }
}

/// A transform that randomly inverts the bright pixels of an image
/// (torchvision: `transforms.RandomSolarize`).
public struct RandomSolarize: ImageTransform {
  /// The smallest value to invert.
  public var threshold: Double { writtenThreshold.value }
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenThreshold: WrittenNumber
  private let writtenP: WrittenNumber

  /// Creates a transform that inverts pixels from `threshold` upwards with probability `p`.
  public init<T: TensorScalar, P: TensorScalar>(_ threshold: T, p: P = 0.5) {
    writtenThreshold = WrittenNumber(threshold)
    writtenP = WrittenNumber(p)
  }

  /// Returns `image` or its solarized version.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomSolarize") ? TF.solarize(image, threshold) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    "RandomSolarize(threshold=\(writtenThreshold.text),p=\(writtenP.text))"
  }
}

/// A transform that randomly adjusts the sharpness of an image
/// (torchvision: `transforms.RandomAdjustSharpness`).
public struct RandomAdjustSharpness: ImageTransform {
  /// The factor: 0 blurs, 1 changes nothing, 2 sharpens.
  public var sharpnessFactor: Double { writtenFactor.value }
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenFactor: WrittenNumber
  private let writtenP: WrittenNumber

  /// Creates a transform that adjusts sharpness by `sharpnessFactor` with probability `p`.
  public init<F: TensorScalar, P: TensorScalar>(_ sharpnessFactor: F, p: P = 0.5) {
    writtenFactor = WrittenNumber(sharpnessFactor)
    writtenP = WrittenNumber(p)
  }

  /// Returns `image`, adjusted or unchanged.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomAdjustSharpness")
      ? TF.adjustSharpness(image, sharpnessFactor) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    "RandomAdjustSharpness(sharpness_factor=\(writtenFactor.text),p=\(writtenP.text))"
  }
}

/// A transform that randomly maximizes the contrast of an image
/// (torchvision: `transforms.RandomAutocontrast`).
public struct RandomAutocontrast: ImageTransform {
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that stretches values with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// Creates the transform with PyTorch's argument label.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image`, stretched or unchanged.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomAutocontrast") ? TF.autocontrast(image) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomAutocontrast(p=\(writtenP.text))" }
}

/// A transform that randomly equalizes the histogram of each channel
/// (torchvision: `transforms.RandomEqualize`).
public struct RandomEqualize: ImageTransform {
  /// The probability of the change.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that equalizes histograms with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// Creates the transform with PyTorch's argument label.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image`, equalized or unchanged.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.happensExactly(p, "RandomEqualize") ? TF.equalize(image) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomEqualize(p=\(writtenP.text))" }
}
