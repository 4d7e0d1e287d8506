import KindlingCore

/// Mirrors an image left to right, or leaves it (torchvision: `transforms.RandomHorizontalFlip`).
public struct RandomHorizontalFlip: Transform {
  /// The probability of mirroring.
  public let p: Double

  /// A transform that mirrors with probability `p`.
  public init(_ p: Double = 0.5) { self.p = p }

  /// `image` or its mirror image.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomHorizontalFlip")
    return try Draw.happens(p) ? TF.hflip(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomHorizontalFlip(p=\(p))" }
}

/// Mirrors an image top to bottom, or leaves it (torchvision: `transforms.RandomVerticalFlip`).
public struct RandomVerticalFlip: Transform {
  /// The probability of mirroring.
  public let p: Double

  /// A transform that mirrors with probability `p`.
  public init(_ p: Double = 0.5) { self.p = p }

  /// `image` or its mirror image.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try Draw.check(p, "RandomVerticalFlip")
    return try Draw.happens(p) ? TF.vflip(image) : image
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "RandomVerticalFlip(p=\(p))" }
}
