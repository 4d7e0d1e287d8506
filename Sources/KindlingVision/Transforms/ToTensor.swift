import KindlingCore

/// Makes an image a channels-first tensor of floats (torchvision: `transforms.ToTensor`).
///
/// - Shape: `[H, W]` → `[1, H, W]`; `[H, W, C]` → `[C, H, W]`; `[C, H, W]`, as ``readImage(_:mode:)``
///   gives it, stays. A first dimension of at most four, where the last one is longer, means channels.
/// - Dtypes: `uint8` is divided by 255 and becomes the default float type; others keep their values
///   and their type.
/// - Throws: `TensorError` unless the image has 2 or 3 dimensions.
public struct ToTensor: Transform {
  /// The one there is: it has no arguments.
  public init() {}

  /// `image`, channels first, from 0 to 1.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try scaled(TF.channelsFirst(image, "ToTensor"))
  }

  /// Images `[N, H, W]` in one go, each as the call would make it: `[N, 1, H, W]`.
  func batch(_ images: Tensor) throws -> Tensor { try scaled(images.unsqueeze(1)) }

  private func scaled(_ image: Tensor) throws -> Tensor {
    guard image.dtype == .uint8 else { return image }
    return try image.to(DType.default).div_(255)
  }
}

/// Makes an image a channels-first tensor of the same values (torchvision: `transforms.PILToTensor`).
///
/// What ``ToTensor`` says about shapes holds here too.
public struct PILToTensor: Transform {
  /// The one there is: it has no arguments.
  public init() {}

  /// `image`, channels first.
  public func callAsFunction(_ image: Tensor) throws -> Tensor { try TF.pilToTensor(image) }
}

/// Changes the dtype of an image and scales its values to that dtype's range, floats from 0 to 1
/// (torchvision: `transforms.ConvertImageDtype`).
public struct ConvertImageDtype: Transform {
  /// The dtype of the result.
  public let dtype: DType

  /// A transform to `dtype`.
  public init(_ dtype: DType) { self.dtype = dtype }

  /// `image` in the other dtype; throws where that has no room for the values' range.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try TF.convertImageDtype(image, dtype)
  }
}
