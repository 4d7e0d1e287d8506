import KindlingCore

/// Puts a border around an image (torchvision: `transforms.Pad`).
///
/// - Shape: `[*, H, W]` → `[*, H + top + bottom, W + left + right]`.
public struct Pad: Transform {
  /// Pixels on all sides; left and right, top and bottom; or left, top, right, bottom.
  public let padding: [Int]
  /// The value of a constant border.
  public let fill: Double
  /// What the border shows.
  public let paddingMode: PaddingMode

  /// A border of `padding` pixels on all sides.
  public init(_ padding: Int, fill: Double = 0, paddingMode: PaddingMode = .constant) {
    self.init([padding], fill: fill, paddingMode: paddingMode)
  }

  /// A border of one, two (left and right, top and bottom) or four numbers of pixels (left, top,
  /// right, bottom).
  public init(_ padding: [Int], fill: Double = 0, paddingMode: PaddingMode = .constant) {
    self.padding = padding
    self.fill = fill
    self.paddingMode = paddingMode
  }

  /// `image` with the border; throws where mirroring needs more pixels than there are.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    try TF.pad(image, padding, fill: fill, paddingMode: paddingMode)
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    let shown = padding.count == 1 ? "\(padding[0])" : TextForm.tuple(padding)
    return
      "Pad(padding=\(shown), fill=\(PythonText.number(fill)), padding_mode=\(paddingMode.rawValue))"
  }
}
