import KindlingCore

/// Cuts out the middle of an image (torchvision: `transforms.CenterCrop`).
///
/// An image that is smaller gets zeros around it.
public struct CenterCrop: ImageTransform {
  /// Height and width.
  public let size: [Int]

  /// A transform to `size` by `size` pixels.
  public init(_ size: Int) { self.size = [size, size] }

  /// A transform to this height and width.
  public init(_ size: (height: Int, width: Int)) { self.size = [size.height, size.width] }

  /// The middle of `image`; throws for a size that is not positive.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.centerCrop(image, size)
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "CenterCrop(size=\(TextForm.tuple(size)))" }
}

/// Cuts out the four corners and the middle (torchvision: `transforms.FiveCrop`).
public struct FiveCrop: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// The crops of an image.
  public typealias Output = [Tensor]

  /// Height and width.
  public let size: [Int]

  /// A transform to five images of `size` by `size` pixels.
  public init(_ size: Int) { self.size = [size, size] }

  /// A transform to five images of this height and width.
  public init(_ size: (height: Int, width: Int)) { self.size = [size.height, size.width] }

  /// Top left, top right, bottom left, bottom right, middle; throws where `image` is smaller.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> [I] {
    try TF.fiveCrop(image, size)
  }

  /// Crops an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  /// The arguments, as torchvision prints them.
  public var description: String { "FiveCrop(size=\(TextForm.tuple(size)))" }
}

/// The five crops of an image and of its mirror image (torchvision: `transforms.TenCrop`).
public struct TenCrop: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// The crops of an image.
  public typealias Output = [Tensor]

  /// Height and width.
  public let size: [Int]
  /// Whether the image is mirrored top to bottom rather than left to right.
  public let verticalFlip: Bool

  /// A transform to ten images of `size` by `size` pixels.
  public init(_ size: Int, verticalFlip: Bool = false) {
    self.size = [size, size]
    self.verticalFlip = verticalFlip
  }

  /// A transform to ten images of this height and width.
  public init(_ size: (height: Int, width: Int), verticalFlip: Bool = false) {
    self.size = [size.height, size.width]
    self.verticalFlip = verticalFlip
  }

  /// The crops; throws where `image` is smaller.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> [I] {
    try TF.tenCrop(image, size, verticalFlip: verticalFlip)
  }

  /// Crops an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    "TenCrop(size=\(TextForm.tuple(size)), vertical_flip=\(PythonText.flag(verticalFlip)))"
  }
}
