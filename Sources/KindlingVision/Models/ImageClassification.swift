public import KindlingCore

/// What images go through before a classifier (torchvision: `transforms._presets.ImageClassification`):
/// resized, cut to the middle, made floats from 0 to 1, normalised.
///
/// - Shape: `[*, 3, H, W]` → `[*, 3, cropSize, cropSize]`.
/// - Dtypes: `uint8` as images are read, or floats from 0 to 1.
public struct ImageClassification: Transform {
  /// Images as tensors.
  public typealias Input = Tensor
  /// Images as tensors.
  public typealias Output = Tensor

  /// The height and width of the result.
  public let cropSize: Int
  /// The shorter edge after resizing.
  public let resizeSize: Int
  /// What is subtracted, one number a channel.
  public let mean: [Double]
  /// What is divided by, one number a channel.
  public let std: [Double]
  /// How pixels between pixels are made.
  public let interpolation: InterpolationMode
  /// Whether all pixels count where the image shrinks.
  public let antialias: Bool

  /// The preset, by default with the means and deviations of ImageNet.
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

  /// Returns the tensor that the classifier expects.
  public func callAsFunction(_ image: Tensor) throws -> Tensor { try normalized(middle(image)) }

  /// Returns the tensor that the classifier expects.
  public func callAsFunction(_ image: Image) throws -> Tensor {
    try normalized(TF.pilToTensor(middle(image)))
  }

  /// Makes a tensor of an image or a tensor.
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

  /// As torchvision prints it.
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
