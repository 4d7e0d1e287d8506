import KindlingCore

/// A transform that pads an image (torchvision: `transforms.Pad`).
///
/// - Shape: `[*, H, W]` → `[*, H + top + bottom, W + left + right]`.
public struct Pad: ImageTransform {
  /// The padding in pixels: all sides; left and right, top and bottom; or left, top, right, bottom.
  public let padding: [Int]
  /// The value of constant padding.
  public var fill: Double { writtenFill.value }
  private let writtenFill: WrittenNumber
  /// The mode that determines the values of the padding.
  public let paddingMode: ImagePaddingMode

  /// Creates a transform that adds `padding` pixels on all sides.
  public init<F: TensorScalar>(
    _ padding: Int, fill: F = 0, paddingMode: ImagePaddingMode = .constant
  ) {
    self.init([padding], fill: fill, paddingMode: paddingMode)
  }

  /// Creates a transform with one, two (left and right, top and bottom) or four numbers of pixels
  /// (left, top, right, bottom).
  public init<F: TensorScalar>(
    _ padding: [Int], fill: F = 0, paddingMode: ImagePaddingMode = .constant
  ) {
    self.padding = padding
    writtenFill = WrittenNumber(fill)
    self.paddingMode = paddingMode
  }

  /// Returns the padded `image`.
  ///
  /// - Throws: `TensorError` if the image has too few pixels to reflect.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.pad(image, padding, fill: fill, paddingMode: paddingMode)
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let shown = padding.count == 1 ? "\(padding[0])" : TextForm.tuple(padding)
    return
      "Pad(padding=\(shown), fill=\(writtenFill.text), padding_mode=\(paddingMode.rawValue))"
  }
}
