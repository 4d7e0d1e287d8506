import KindlingCore

/// Functional image transforms (torchvision: `transforms.functional`, usually imported as `TF`).
///
/// Generic functions take an ``Image`` or a tensor `[*, H, W]` and return the same kind. Functions
/// of color need `[*, C, H, W]` with one or three channels. Results are torchvision's: those of
/// Pillow for an image, those of PyTorch for a tensor. The two round differently.
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

  /// Returns the height and width of `image`.
  static func size(
    _ image: some ImageOrTensor, _ operation: String
  ) throws -> (height: Int, width: Int) {
    try image.inspected {
      try TensorForms.size($0, operation)
    } image: {
      ($0.height, $0.width)
    }
  }

  /// Returns two positive sizes from one or two.
  static func pair(_ size: [Int], _ operation: String) throws -> (height: Int, width: Int) {
    guard (1...2).contains(size.count), let height = size.first, let width = size.last,
      height > 0, width > 0
    else {
      throw TensorError(
        .value, operation, "the size must be one or two positive numbers, but got \(got: size)")
    }
    guard max(height, width) <= ImageFormat.mostPixels else {
      throw TensorError(
        .value, operation, "an image cannot become one of \(height) by \(width) pixels")
    }
    return (height, width)
  }
}
