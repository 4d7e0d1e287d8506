import KindlingCore

/// Mirrors an image left to right, or leaves it (torchvision: `transforms.RandomHorizontalFlip`).
public struct RandomHorizontalFlip: ImageTransform {
  /// The probability of mirroring.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// A transform that mirrors with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// The same, with the label that PyTorch\'s argument has.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// `image` or its mirror image.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.check(p, "RandomHorizontalFlip")
    return try Draw.happens(p) ? TF.hflip(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomHorizontalFlip(p=\(writtenP.text))" }
}

/// Mirrors an image top to bottom, or leaves it (torchvision: `transforms.RandomVerticalFlip`).
public struct RandomVerticalFlip: ImageTransform {
  /// The probability of mirroring.
  public var p: Double { writtenP.value }
  private let writtenP: WrittenNumber

  /// A transform that mirrors with probability `p`.
  public init<P: TensorScalar>(_ p: P = 0.5) { writtenP = WrittenNumber(p) }

  /// The same, with the label that PyTorch\'s argument has.
  public init<P: TensorScalar>(p: P) { self.init(p) }

  /// `image` or its mirror image.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try Draw.check(p, "RandomVerticalFlip")
    return try Draw.happens(p) ? TF.vflip(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomVerticalFlip(p=\(writtenP.text))" }
}
