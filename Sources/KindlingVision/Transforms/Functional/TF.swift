import KindlingCore

/// Transforms of images as functions (torchvision: `transforms.functional`, usually imported as `TF`).
///
/// Functions that are generic take an ``Image`` or a tensor `[*, H, W]` (where colors matter
/// `[*, C, H, W]` with one channel or three) and give the same kind. Results are torchvision's: of
/// an image those of Pillow, of a tensor those of PyTorch. The two round differently.
public enum TF {
  /// Returns the number of channels, the height and the width (torchvision: `get_dimensions`).
  ///
  /// - Throws: `TensorError` for a tensor of fewer than two dimensions.
  public static func getDimensions(_ image: some ImageOrTensor) throws -> [Int] {
    try image.inspected {
      let (height, width) = try TensorForms.size($0, "getDimensions")
      return [$0.ndim == 2 ? 1 : $0.shape[$0.ndim - 3], height, width]
    } image: {
      [$0.mode.channels, $0.height, $0.width]
    }
  }

  /// Height and width of `image`.
  static func size(
    _ image: some ImageOrTensor, _ operation: String
  ) throws -> (height: Int, width: Int) {
    try image.inspected {
      try TensorForms.size($0, operation)
    } image: {
      ($0.height, $0.width)
    }
  }

  /// Two positive sizes out of one or two.
  static func pair(_ size: [Int], _ operation: String) throws -> (height: Int, width: Int) {
    guard (1...2).contains(size.count), let height = size.first, let width = size.last,
      height > 0, width > 0
    else {
      throw TensorError(
        .value, operation, "the size must be one or two positive numbers, but got \(size)")
    }
    guard max(height, width) <= ImageFormat.mostPixels else {
      throw TensorError(
        .value, operation, "an image cannot become one of \(height) by \(width) pixels")
    }
    return (height, width)
  }
}
