import KindlingCore

/// A transform that crops an image at the center (torchvision: `transforms.CenterCrop`).
///
/// A smaller image is padded with zeros.
public struct CenterCrop: ImageTransform {
  /// The height and width.
  public let size: [Int]

  /// Creates a transform to `size` by `size` pixels.
  public init(_ size: Int) { self.size = [size, size] }

  /// Creates a transform to this height and width.
  public init(_ size: (height: Int, width: Int)) { self.size = [size.height, size.width] }

  /// Returns the center of `image`.
  ///
  /// - Throws: `TensorError` for a size that is not positive.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.centerCrop(image, size)
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "CenterCrop(size=\(TextForm.tuple(size)))" }
}

/// A transform that crops the four corners and the center (torchvision: `transforms.FiveCrop`).
public struct FiveCrop: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// The crops of an image.
  public typealias Output = [Tensor]

  /// The height and width.
  public let size: [Int]

  /// Creates a transform to five images of `size` by `size` pixels.
  public init(_ size: Int) { self.size = [size, size] }

  /// Creates a transform to five images of this height and width.
  public init(_ size: (height: Int, width: Int)) { self.size = [size.height, size.width] }

  /// Returns the top left, top right, bottom left, bottom right and center crops.
  ///
  /// - Throws: `TensorError` if `image` is smaller than the crop.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> [I] {
    try TF.fiveCrop(image, size)
  }

  /// Crops an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  /// The arguments in torchvision's printed form.
  public var description: String { "FiveCrop(size=\(TextForm.tuple(size)))" }
}

/// A transform that takes the five crops of an image and of its mirror image
/// (torchvision: `transforms.TenCrop`).
public struct TenCrop: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// The crops of an image.
  public typealias Output = [Tensor]

  /// The height and width.
  public let size: [Int]
  /// Whether to flip the image vertically instead of horizontally.
  public let verticalFlip: Bool

  /// Creates a transform to ten images of `size` by `size` pixels.
  public init(_ size: Int, verticalFlip: Bool = false) {
    self.size = [size, size]
    self.verticalFlip = verticalFlip
  }

  /// Creates a transform to ten images of this height and width.
  public init(_ size: (height: Int, width: Int), verticalFlip: Bool = false) {
    self.size = [size.height, size.width]
    self.verticalFlip = verticalFlip
  }

  /// Returns the ten crops.
  ///
  /// - Throws: `TensorError` if `image` is smaller than the crop.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> [I] {
    try TF.tenCrop(image, size, verticalFlip: verticalFlip)
  }

  /// Crops an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    "TenCrop(size=\(TextForm.tuple(size)), vertical_flip=\(PythonText.flag(verticalFlip)))"
  }
}
