import KindlingCore

/// Makes an image a tensor of floats (torchvision: `transforms.ToTensor`).
///
/// - Shape: an ``Image`` gives `[C, H, W]`. A tensor `[H, W]` gives `[1, H, W]`; `[C, H, W]`, as
///   ``readImage(_:mode:)`` gives it, stays. An array `[H, W, C]` has to be made an image:
///   `Image(array, layout: .channelsLast)`.
/// - Dtypes: `uint8` is divided by 255 and becomes the default float type; others keep their values
///   and their type.
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

  /// Makes a tensor of an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  /// Images `[N, H, W]` in one go, each as the call would make it: `[N, 1, H, W]`.
  func batch(_ images: Tensor) throws -> Tensor { try scaled(images.unsqueeze(1)) }

  private func scaled(_ image: Tensor) throws -> Tensor {
    guard image.dtype == .uint8 else { return image }
    return try image.to(DType.default).div_(255)
  }
}

/// Makes an image a tensor of the same values (torchvision: `transforms.PILToTensor`).
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

  /// Returns the tensor with a dimension of channels.
  public func callAsFunction(_ image: Tensor) throws -> Tensor { try TF.pilToTensor(image) }

  /// Makes a tensor of an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }
}

/// Makes a tensor an image (torchvision: `transforms.ToPILImage`).
///
/// - Shape: `[C, H, W]` with 1 to 4 channels, or `[H, W]`.
/// - Dtypes: `uint8`; floats from 0 to 1 are multiplied by 255 and cut.
public struct ToPILImage: Transform {
  /// The mode that is expected; `nil` takes what the number of channels means.
  public let mode: Image.Mode?

  /// Creates a transform to images, of `mode` where one is given.
  public init(mode: Image.Mode? = nil) { self.mode = mode }

  /// Returns the tensor as an image.
  ///
  /// - Throws: `TensorError` for other shapes and dtypes, and channels that do not fit `mode`.
  public func callAsFunction(_ pixels: Tensor) throws -> Image {
    try TF.toPILImage(pixels, mode: mode)
  }

  /// The mode, as torchvision prints it.
  public var description: String {
    "ToPILImage(\(mode.map { "mode=\($0.rawValue)" } ?? ""))"
  }
}

/// Changes the dtype of an image and scales its values to that dtype's range, floats from 0 to 1
/// (torchvision: `transforms.ConvertImageDtype`).
public struct ConvertImageDtype: Transform {
  /// The dtype of the result.
  public let dtype: DType

  /// Creates a transform to `dtype`.
  public init(_ dtype: DType) { self.dtype = dtype }

  /// Returns `image` in the other dtype; throws where that has no room for the values' range.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try TF.convertImageDtype(image, dtype)
  }
}
