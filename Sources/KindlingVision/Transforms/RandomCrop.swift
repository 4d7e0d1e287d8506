import KindlingCore

/// A transform that crops an image at a random position (torchvision: `transforms.RandomCrop`).
public struct RandomCrop: ImageTransform {
  /// The height and width.
  public let size: [Int]
  /// The padding applied first, in the form of ``Pad``; `nil` for none.
  public let padding: [Int]?
  /// Whether to pad images that are too small.
  public let padIfNeeded: Bool
  /// The value of constant padding.
  public let fill: Double
  /// The values of the border.
  public let paddingMode: ImagePaddingMode

  /// Creates a transform to `size` by `size` pixels, after a padding of `padding` pixels.
  public init(
    _ size: Int, padding: Int? = nil, padIfNeeded: Bool = false, fill: Double = 0,
    paddingMode: ImagePaddingMode = .constant
  ) {
    self.init(
      (size, size), padding: padding.map { [$0] }, padIfNeeded: padIfNeeded, fill: fill,
      paddingMode: paddingMode)
  }

  /// Creates a transform to this height and width, after padding.
  public init(
    _ size: (height: Int, width: Int), padding: [Int]? = nil, padIfNeeded: Bool = false,
    fill: Double = 0, paddingMode: ImagePaddingMode = .constant
  ) {
    self.size = [size.height, size.width]
    self.padding = padding
    self.padIfNeeded = padIfNeeded
    self.fill = fill
    self.paddingMode = paddingMode
  }

  /// Returns a random rectangle of `image`.
  ///
  /// - Throws: `TensorError` if `image` is smaller than the crop.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    let (height, width) = try TF.pair(size, "RandomCrop")
    var image = image
    if let padding { image = try TF.pad(image, padding, fill: fill, paddingMode: paddingMode) }
    var (h, w) = try TF.size(image, "RandomCrop")
    if padIfNeeded && w < width {
      image = try TF.pad(image, [width - w, 0], fill: fill, paddingMode: paddingMode)
    }
    if padIfNeeded && h < height {
      image = try TF.pad(image, [0, height - h], fill: fill, paddingMode: paddingMode)
    }
    (h, w) = try TF.size(image, "RandomCrop")
    guard h >= height, w >= width else {
      throw TensorError(
        .value, "RandomCrop",
        "required crop size \(TextForm.tuple(size)) is larger than input image size (\(h), \(w))")
    }
    if (h, w) == (height, width) { return image }
    let top = try Draw.below(h - height + 1), left = try Draw.below(w - width + 1)
    return try TF.crop(image, top, left, height, width)
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    let border = padding.map { $0.count == 1 ? "\($0[0])" : TextForm.tuple($0) } ?? "None"
    return "RandomCrop(size=\(TextForm.tuple(size)), padding=\(border))"
  }
}

/// A transform that crops a random rectangle and resizes it
/// (torchvision: `transforms.RandomResizedCrop`).
public struct RandomResizedCrop: ImageTransform {
  /// The height and width of the output.
  public let size: [Int]
  /// The range of the rectangle's fraction of the image area.
  public let scale: ClosedRange<Double>
  /// The range of the rectangle's ratio of width to height.
  public let ratio: ClosedRange<Double>
  /// The interpolation for resizing.
  public let interpolation: InterpolationMode
  /// Whether to antialias when the rectangle shrinks.
  public let antialias: Bool

  /// Creates a transform to `size` by `size` pixels.
  public init(
    _ size: Int, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3 / 4...4 / 3,
    interpolation: InterpolationMode = .bilinear, antialias: Bool = true
  ) {
    self.init(
      (size, size), scale: scale, ratio: ratio, interpolation: interpolation, antialias: antialias)
  }

  /// Creates a transform to this height and width.
  public init(
    _ size: (height: Int, width: Int), scale: ClosedRange<Double> = 0.08...1,
    ratio: ClosedRange<Double> = 3 / 4...4 / 3, interpolation: InterpolationMode = .bilinear,
    antialias: Bool = true
  ) {
    self.size = [size.height, size.width]
    self.scale = scale
    self.ratio = ratio
    self.interpolation = interpolation
    self.antialias = antialias
  }

  /// Returns a random rectangle of `image`, resized.
  ///
  /// - Throws: `TensorError` if scale or ratio is negative, or the image is empty.
  public func callAsFunction<I: ImageOrTensor>(_ image: I) throws -> I {
    guard scale.lowerBound >= 0, scale.upperBound.isFinite, ratio.lowerBound > 0,
      ratio.upperBound.isFinite
    else {
      throw TensorError(
        .value, "RandomResizedCrop",
        "scale and ratio must be positive, but got \(got: PythonText.range(scale)) and \(got: PythonText.range(ratio))"
      )
    }
    let (h, w) = try TF.size(image, "RandomResizedCrop")
    var (top, left, height, width) = central(h, w)
    for _ in 0..<10 {
      let (long, short) = try Draw.rectangle(h * w, scale, ratio)
      if 0 < long && long <= w && 0 < short && short <= h {
        (height, width) = (short, long)
        top = try Draw.below(h - height + 1)
        left = try Draw.below(w - width + 1)
        break
      }
    }
    return try TF.resizedCrop(
      image, top, left, height, width, size: size, interpolation: interpolation,
      antialias: antialias)
  }

  /// Returns the rectangle used if no draw fits: the largest centered one whose ratio is allowed.
  private func central(_ h: Int, _ w: Int) -> (Int, Int, Int, Int) {
    var (height, width) = (h, w)
    let proportion = Double(w) / Double(max(h, 1))
    if proportion < ratio.lowerBound {
      height = Int((Double(w) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if proportion > ratio.upperBound {
      width = Int((Double(h) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    return ((h - height) / 2, (w - width) / 2, height, width)
  }

  /// The arguments in torchvision's printed form.
  public var description: String {
    "RandomResizedCrop(size=\(TextForm.tuple(size)), scale=\(PythonText.short(scale)), ratio=\(PythonText.short(ratio)), interpolation=\(interpolation.rawValue), antialias=\(PythonText.flag(antialias)))"
  }
}
