import KindlingCore

/// Makes an image a channels-first tensor of floats (torchvision: `transforms.ToTensor`).
///
/// - Shape: `[H, W]` → `[1, H, W]`; `[H, W, C]` → `[C, H, W]`; `[C, H, W]`, as ``readImage(_:mode:)``
///   gives it, stays. A first dimension of at most four, where the last one is longer, means channels.
/// - Dtypes: `uint8` is divided by 255 and becomes the default float type; others keep their values
///   and their type.
/// - Throws: ``TensorError`` unless the image has 2 or 3 dimensions.
public struct ToTensor: Transform {
  /// The one there is: it has no arguments.
  public init() {}

  /// `image`, channels first, from 0 to 1.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    switch image.ndim {
    case 2: try scaled(image.unsqueeze(0))
    case 3 where image.shape[0] <= 4 && image.shape[2] > 4: try scaled(image)
    case 3: try scaled(image.permute(2, 0, 1)).contiguous()
    default:
      throw TensorError(
        .shape, "ToTensor",
        "pic should be 2/3 dimensional ([H, W] or [H, W, C]), but got \(image.ndim) dimensions, shape \(image.shape)")
    }
  }

  /// Images `[N, H, W]` in one go, each as the call would make it: `[N, 1, H, W]`.
  func batch(_ images: Tensor) throws -> Tensor { try scaled(images.unsqueeze(1)) }

  private func scaled(_ image: Tensor) throws -> Tensor {
    guard image.dtype == .uint8 else { return image }
    return try image.to(DType.default).div_(255)
  }
}
