import KindlingCore

/// Brings an image to another size (torchvision: `transforms.Resize`).
///
/// - Shape: `[*, H, W]` → `[*, H′, W′]`.
/// - Dtypes: all; integers are rounded.
public struct Resize: ImageTransform {
  /// Height and width, or the shorter edge alone.
  public let size: [Int]
  /// How pixels between pixels are made.
  public let interpolation: InterpolationMode
  /// The longest the longer edge may get where one number is given.
  public let maxSize: Int?
  /// Whether all pixels count where the image shrinks.
  public let antialias: Bool

  /// A transform after which the shorter edge is `size` long, with the proportions kept.
  public init(
    _ size: Int, interpolation: InterpolationMode = .bilinear, maxSize: Int? = nil,
    antialias: Bool = true
  ) {
    self.size = [size]
    self.interpolation = interpolation
    self.maxSize = maxSize
    self.antialias = antialias
  }

  /// A transform to this height and width.
  public init(
    _ size: (height: Int, width: Int), interpolation: InterpolationMode = .bilinear,
    antialias: Bool = true
  ) {
    self.size = [size.height, size.width]
    self.interpolation = interpolation
    maxSize = nil
    self.antialias = antialias
  }

  /// `image` at the new size; throws for a size that cannot be.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.resize(
      image, size, interpolation: interpolation, maxSize: maxSize, antialias: antialias)
  }

  /// The arguments, as torchvision prints them.
  public var description: String {
    let shown = size.count == 1 ? "\(size[0])" : TextForm.tuple(size)
    return
      "Resize(size=\(shown), interpolation=\(interpolation.rawValue), max_size=\(maxSize.map { "\($0)" } ?? "None"), antialias=\(PythonText.flag(antialias)))"
  }
}
