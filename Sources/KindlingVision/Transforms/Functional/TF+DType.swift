import KindlingCore

extension TF {
  /// The image in another dtype, its values scaled to that dtype's range (floats: 0 to 1).
  ///
  /// - Throws: `TensorError` where floats cannot hold the integers' range, and for bool.
  public static func convertImageDtype(_ image: Tensor, _ dtype: DType) throws -> Tensor {
    if image.dtype == dtype { return image }
    let (from, to) = (
      try maxValue(image.dtype, "convertImageDtype"), try maxValue(dtype, "convertImageDtype")
    )
    switch (image.dtype.isFloatingPoint, dtype.isFloatingPoint) {
    case (true, true): return try image.to(dtype)
    case (true, false):
      if image.dtype != .float64 && (dtype == .int32 || dtype == .int64)
        || image.dtype == .float64 && dtype == .int64
      {
        throw TensorError(
          .dtype, "convertImageDtype",
          "the cast from \(image.dtype) to \(dtype) cannot be performed safely")
      }
      // Just below one more than the largest value, so that each integer gets an equal share.
      return try image.mul(Double(to) + 1 - 1e-3).to(dtype)
    case (false, true): return try image.to(dtype).div(from)
    case (false, false):
      // Ranges are powers of two, so one is a multiple of the other; int64's is beyond Int itself.
      let factor = Int((UInt(max(from, to)) + 1) / (UInt(min(from, to)) + 1))
      return try from > to
        ? image.div(factor, rounding: .floor).to(dtype) : image.to(dtype).mul(factor)
    }
  }

  /// The image normalised; see ``Normalize``.
  public static func normalize(
    _ image: Tensor, _ mean: [Double], _ std: [Double]
  ) throws -> Tensor { try Normalize(mean, std)(image) }

  /// The image as floats from 0 to 1, channels first; see ``ToTensor``.
  public static func toTensor(_ image: Tensor) throws -> Tensor { try ToTensor()(image) }

  /// A uint8 image `[H, W]` or `[H, W, C]` with channels first, values as they are.
  public static func pilToTensor(_ image: Tensor) throws -> Tensor {
    try channelsFirst(image, "pilToTensor")
  }

  /// What ``ToTensor`` says about shapes.
  static func channelsFirst(_ image: Tensor, _ operation: String) throws -> Tensor {
    switch image.ndim {
    case 2: try image.unsqueeze(0)
    case 3 where image.shape[0] <= 4 && image.shape[2] > 4: image
    case 3: try image.permute(2, 0, 1).contiguous()
    default:
      throw TensorError(
        .shape, operation,
        "pic should be 2/3 dimensional ([H, W] or [H, W, C]), but got \(image.ndim) dimensions, shape \(image.shape)"
      )
    }
  }
}
