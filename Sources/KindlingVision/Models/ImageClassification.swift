public import KindlingCore

/// What images go through before a classifier (torchvision: `transforms._presets.ImageClassification`):
/// resized, cut to the middle, made floats from 0 to 1, normalised.
///
/// - Shape: `[*, 3, H, W]` → `[*, 3, cropSize, cropSize]`.
/// - Dtypes: `uint8` as images are read, or floats from 0 to 1.
public struct ImageClassification: Transform {
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

  /// The image as the classifier expects it.
  public func callAsFunction(_ image: Tensor) throws -> Tensor {
    let resized = try TF.resize(
      image, [resizeSize], interpolation: interpolation, antialias: antialias)
    let middle = try TF.centerCrop(resized, [cropSize])
    return try Normalize(mean, std)(TF.convertImageDtype(middle, .float32))
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
