import KindlingCore

/// A transform that resizes an image (torchvision: `transforms.Resize`).
///
/// - Shape: `[*, H, W]` → `[*, H′, W′]`.
/// - Dtypes: all; integers are rounded.
public struct Resize: ImageTransform {
  /// The height and width, or the length of the shorter edge.
  public let size: [Int]
  /// The interpolation.
  public let interpolation: InterpolationMode
  /// The maximum length of the longer edge, if `size` is a single number.
  public let maxSize: Int?
  /// Whether to antialias when the image shrinks.
  public let antialias: Bool

  /// Creates a transform to a shorter edge of length `size`, with the aspect ratio kept.
  public init(
    _ size: Int, interpolation: InterpolationMode = .bilinear, maxSize: Int? = nil,
    antialias: Bool = true
  ) {
    self.size = [size]
    self.interpolation = interpolation
    self.maxSize = maxSize
    self.antialias = antialias
  }

  /// Creates a transform to this height and width.
  public init(
    _ size: (height: Int, width: Int), interpolation: InterpolationMode = .bilinear,
    antialias: Bool = true
  ) {
    self.size = [size.height, size.width]
    self.interpolation = interpolation
    maxSize = nil
    self.antialias = antialias
  }

  /// Returns the resized `image`.
  ///
  /// - Throws: `TensorError` for an invalid size.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    try TF.resize(
      image, size, interpolation: interpolation, maxSize: maxSize, antialias: antialias)
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let shown = size.count == 1 ? "\(size[0])" : TextForm.tuple(size)
    return
      "Resize(size=\(shown), interpolation=\(interpolation.rawValue), max_size=\(maxSize.map { "\($0)" } ?? "None"), antialias=\(PythonText.flag(antialias)))"
  }
}
