import KindlingCore

/// A transform that converts an image to a tensor of floats (torchvision: `transforms.ToTensor`).
///
/// - Shape: an ``Image`` becomes `[C, H, W]`. A tensor `[H, W]` becomes `[1, H, W]`; `[C, H, W]`,
///   as returned by ``readImage(_:mode:)``, is unchanged. Convert an array `[H, W, C]` to an image
///   first: `Image(array, layout: .channelsLast)`.
/// - Dtypes: `uint8` is divided by 255 and becomes the default float type; other dtypes are
///   unchanged.
/// - Throws: `TensorError` unless a tensor has 2 or 3 dimensions and 1 to 4 channels.
public struct ToTensor: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// Images as tensors.
  public typealias Output = Tensor

  /// Creates the transform.
  public init() {}

  /// Returns the pixels of `image` as floats from 0 to 1.
  public func callAsFunction(_ image: Image) throws -> Tensor {
    let floats = try Tensor.empty([image.mode.channels, image.height, image.width])
    _ = try floats.copy_(image.pixels.permute(2, 0, 1))
    return try floats.div_(255)
  }

  /// Returns the tensor as floats from 0 to 1.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try scaled(TF.channelsFirst(image, "ToTensor"))
  }

  /// Converts an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  /// Converts images `[N, H, W]` together to `[N, 1, H, W]`.
  func batch(_ images: Tensor) throws -> Tensor { try scaled(images.unsqueeze(1)) }

  private func scaled(_ image: Tensor) throws -> Tensor {
    guard image.dtype == .uint8 else { return image }
    return try image.to(DType.default).div_(255)
  }
}

/// A transform that converts an image to a tensor of the same values
/// (torchvision: `transforms.PILToTensor`).
///
/// - Shape: as for ``ToTensor``.
public struct PILToTensor: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// Images as tensors.
  public typealias Output = Tensor

  /// Creates the transform.
  public init() {}

  /// Returns the pixels of `image`, `uint8`, `[C, H, W]`.
  public func callAsFunction(_ image: Image) throws -> Tensor { try TF.pilToTensor(image) }

  /// Returns the tensor with a channel dimension.
  public func callAsFunction(_ image: Tensor) throws -> Tensor { try TF.pilToTensor(image) }

  /// Converts an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }
}

/// A transform that converts a tensor to an image (torchvision: `transforms.ToPILImage`).
///
/// - Shape: `[C, H, W]` with 1 to 4 channels, or `[H, W]`.
/// - Dtypes: `uint8`; floats from 0 to 1 are multiplied by 255 and truncated.
public struct ToPILImage: Transform {
  /// The expected mode; `nil` infers it from the number of channels.
  public let mode: Image.Mode?

  /// Creates a transform to images, optionally of a given mode.
  public init(mode: Image.Mode? = nil) { self.mode = mode }

  /// Returns the tensor as an image.
  ///
  /// - Throws: `TensorError` for other shapes and dtypes, and for channels that do not match
  ///   `mode`.
  public func callAsFunction(_ pixels: Tensor) throws -> Image {
    try TF.toPILImage(pixels, mode: mode)
  }

  /// The mode in torchvision's printed form.
  public var description: String {
    "ToPILImage(\(mode.map { "mode=\($0.rawValue)" } ?? ""))"
  }
}

/// A transform that changes the dtype of an image and scales its values
/// (torchvision: `transforms.ConvertImageDtype`).
///
/// The range of an integer dtype corresponds to 0 to 1 in floats.
public struct ConvertImageDtype: Transform {
  /// The output dtype.
  public let dtype: DType

  /// Creates a transform to `dtype`.
  public init(_ dtype: DType) { self.dtype = dtype }

  /// Returns `image` in the other dtype.
  ///
  /// - Throws: `TensorError` if the dtype cannot represent the range of the image.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try TF.convertImageDtype(image, dtype)
  }
}
