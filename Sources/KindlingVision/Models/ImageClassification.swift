public import KindlingCore

/// The preprocessing of images for a classifier
/// (torchvision: `transforms._presets.ImageClassification`).
///
/// It resizes, takes the center crop, converts to floats from 0 to 1, and normalizes.
///
/// - Shape: `[*, 3, H, W]` → `[*, 3, cropSize, cropSize]`.
/// - Dtypes: `uint8`, as images are read, or floats from 0 to 1.
public struct ImageClassification: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// Images as tensors.
  public typealias Output = Tensor

  /// The height and width of the output.
  public let cropSize: Int
  /// The length of the shorter edge after resizing.
  public let resizeSize: Int
  /// The mean to subtract from each channel.
  public let mean: [Double]
  /// The standard deviation to divide each channel by.
  public let std: [Double]
  /// The interpolation for resizing.
  public let interpolation: InterpolationMode
  /// Whether to antialias when the image shrinks.
  public let antialias: Bool

  /// Creates the preset, by default with the mean and standard deviation of ImageNet.
  public init(
    cropSize: Int, resizeSize: Int = 256, mean: [Double] = [0.485, 0.456, 0.406],
    std: [Double] = [0.229, 0.224, 0.225], interpolation: InterpolationMode = .bilinear,
    antialias: Bool = true
  ) {
    self.cropSize = cropSize
    self.resizeSize = resizeSize
    self.mean = mean
    self.std = std
    self.interpolation = interpolation
    self.antialias = antialias
  }

  /// Returns the input of the classifier.
  public func callAsFunction(_ image: Tensor) throws -> Tensor { try normalized(middle(image)) }

  /// Returns the input of the classifier.
  public func callAsFunction(_ image: Image) throws -> Tensor {
    try normalized(TF.pilToTensor(middle(image)))
  }

  /// Returns the input of the classifier for an image or a tensor.
  public func apply(_ value: Any) throws -> Any {
    if let image = value as? Image { return try self(image) }
    if let tensor = value as? Tensor { return try self(tensor) }
    throw unexpected(value, wanted: "an Image or a Tensor")
  }

  private func middle<I: ImageOrTensor>(_ image: I) throws -> I {
    let resized = try TF.resize(
      image, [resizeSize], interpolation: interpolation, antialias: antialias)
    return try TF.centerCrop(resized, [cropSize])
  }

  private func normalized(_ pixels: Tensor) throws -> Tensor {
    try Normalize(mean, std)(TF.convertImageDtype(pixels, .float32))
  }

  /// The preset in torchvision's printed form.
  public var description: String {
    func list(_ values: [Double]) -> String {
      "[" + values.map(PrintedNumber.shortest).joined(separator: ", ") + "]"
    }
    return """
      ImageClassification(
          crop_size=[\(cropSize)]
          resize_size=[\(resizeSize)]
          mean=\(list(mean))
          std=\(list(std))
          interpolation=InterpolationMode.\(interpolation.rawValue.uppercased())
      )
      """
  }
}
