import KindlingCore

extension TF {
  /// Returns the image as floats from 0 to 1; see ``ToTensor``.
  public static func toTensor(_ image: Image) throws -> Tensor { try ToTensor()(image) }

  /// Returns the tensor as floats from 0 to 1; see ``ToTensor``.
  public static func toTensor(_ image: Tensor) throws -> Tensor { try ToTensor()(image) }

  /// Returns the pixels of an image, `uint8`, `[C, H, W]`.
  public static func pilToTensor(_ image: Image) throws -> Tensor {
    let planes = try Tensor.empty(
      [image.mode.channels, image.height, image.width], dtype: .uint8)
    return try planes.copy_(image.pixels.permute(2, 0, 1))
  }

  /// Returns a tensor `[H, W]` with a channel dimension added; `[C, H, W]` is unchanged.
  public static func pilToTensor(_ image: Tensor) throws -> Tensor {
    try channelsFirst(image, "pilToTensor")
  }

  /// Returns a tensor as an image; see ``ToPILImage``.
  public static func toPILImage(_ pixels: Tensor, mode: Image.Mode? = nil) throws -> Image {
    let bytes =
      // Truncated and wrapped, as NumPy converts floats to bytes.
      try pixels.dtype.isFloatingPoint
      ? noGrad { try pixels.mul(255).to(.int32).to(.uint8) } : pixels
    guard bytes.dtype == .uint8 else {
      throw TensorError(
        .dtype, "toPILImage",
        "input type \(pixels.dtype) is not supported; an image is made of uint8, or of floats from 0 to 1"
      )
    }
    let image = try Image(bytes)
    guard mode == nil || mode == image.mode else {
      throw TensorError(
        .value, "toPILImage",
        "incorrect mode (\(mode?.rawValue ?? "")) supplied for \(image.mode.channels) channels; it should be \(image.mode.rawValue)"
      )
    }
    return image
  }

  /// Returns the tensor in the shape that ``ToTensor`` describes.
  static func channelsFirst(_ image: Tensor, _ operation: String) throws -> Tensor {
    switch image.ndim {
    case 2: return try image.unsqueeze(0)
    case 3 where (1...4).contains(image.shape[0]): return image
    case 3:
      throw TensorError(
        .shape, operation,
        "a tensor is an image [C, H, W] of 1 to 4 channels, but got \(got: image.shape[0]) in shape \(got: image.shape); make an array [H, W, C] an image first: Image(array, layout: .channelsLast)"
      )
    default:
      throw TensorError(
        .shape, operation,
        "pic should be 2/3 dimensional ([H, W] or [C, H, W]), but got \(got: image.ndim) dimensions, shape \(got: image.shape)"
      )
    }
  }

  /// Returns the tensor in another dtype, with values scaled to its range (floats: 0 to 1).
  ///
  /// - Throws: `TensorError` if floats cannot represent the range of the integers, and for bool.
  public static func convertImageDtype(_ image: Tensor, _ dtype: DType) throws -> Tensor {
    try TensorForms.convertImageDtype(image, dtype)
  }

  /// Returns the tensor normalized; see ``Normalize``.
  public static func normalize(
    _ image: Tensor, _ mean: [Double], _ std: [Double]
  ) throws -> Tensor { try Normalize(mean, std)(image) }
}
