import KindlingCore

/// Puts a border around an image (torchvision: `transforms.Pad`).
///
/// - Shape: `[*, H, W]` → `[*, H + top + bottom, W + left + right]`.
public struct Pad: ImageTransform {
  /// Pixels on all sides; left and right, top and bottom; or left, top, right, bottom.
  public let padding: [Int]
  /// The value of a constant border.
  public var fill: Double { writtenFill.value }
  private let writtenFill: WrittenNumber
  /// What the border shows.
  public let paddingMode: ImagePaddingMode

  /// A border of `padding` pixels on all sides.
  public init<F: TensorScalar>(
    _ padding: Int, fill: F = 0, paddingMode: ImagePaddingMode = .constant
  ) {
    self.init([padding], fill: fill, paddingMode: paddingMode)
  }

  /// A border of one, two (left and right, top and bottom) or four numbers of pixels (left, top,
  /// right, bottom).
  public init<F: TensorScalar>(
    _ padding: [Int], fill: F = 0, paddingMode: ImagePaddingMode = .constant
  ) {
    self.padding = padding
    writtenFill = WrittenNumber(fill)
    self.paddingMode = paddingMode
  }

  /// `image` with the border; throws where mirroring needs more pixels than there are.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.pad(image, padding, fill: fill, paddingMode: paddingMode)
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    let shown = padding.count == 1 ? "\(padding[0])" : TextForm.tuple(padding)
    return
      "Pad(padding=\(shown), fill=\(writtenFill.text), padding_mode=\(paddingMode.rawValue))"
  }
}
