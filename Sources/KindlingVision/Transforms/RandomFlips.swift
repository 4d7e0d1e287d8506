import KindlingCore

/// A transform that randomly flips an image horizontally
/// (torchvision: `transforms.RandomHorizontalFlip`).
public struct RandomHorizontalFlip: ImageTransform {
  /// The probability of the flip.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that flips with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// Creates the transform with PyTorch's argument label.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image` or its mirror image.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.check(p, "RandomHorizontalFlip")
    return try Draw.happens(p) ? TF.hflip(image) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomHorizontalFlip(p=\(writtenP.text))" }
}

/// A transform that randomly flips an image vertically
/// (torchvision: `transforms.RandomVerticalFlip`).
public struct RandomVerticalFlip: ImageTransform {
  /// The probability of the flip.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// Creates a transform that flips with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// Creates the transform with PyTorch's argument label.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// Returns `image` or its mirror image.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.check(p, "RandomVerticalFlip")
    return try Draw.happens(p) ? TF.vflip(image) : image
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "RandomVerticalFlip(p=\(writtenP.text))" }
}
