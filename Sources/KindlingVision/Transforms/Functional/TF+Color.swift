import KindlingCore

extension TF {
  /// Returns the image in grayscale, with 1 channel or 3 equal ones.
  ///
  /// The weights are those of ITU-R BT.601. Images are rounded, and integer tensors are truncated.
  /// A tensor with one channel keeps one, as in torchvision.
  public static func rgbToGrayscale<I: ImageOrTensor>(
    _ image: I, numOutputChannels: Int = 1
  ) throws -> I {
    guard numOutputChannels == 1 || numOutputChannels == 3 else {
      throw TensorError(
        .value, "rgbToGrayscale",
        "num_output_channels should be either 1 or 3, but got \(got: numOutputChannels)")
    }
    return try image.transformed {
      try TensorForms.rgbToGrayscale($0, numOutputChannels: numOutputChannels)
    } image: {
      let gray = try $0.convert(.l)
      return try numOutputChannels == 1 ? gray : gray.convert(.rgb)
    }
  }

  /// Returns an image in grayscale, with 1 channel or 3 equal ones.
  public static func toGrayscale(_ image: Image, numOutputChannels: Int = 1) throws -> Image {
    try rgbToGrayscale(image, numOutputChannels: numOutputChannels)
  }

  /// Returns the negative: the maximum of the dtype (1 for floats) minus each pixel.
  public static func invert<I: ImageOrTensor>(_ image: I) throws -> I {
    try image.transformed(tensor: TensorForms.invert) {
      try Pillow.mapped($0, "invert") { 255 - $0 }
    }
  }

  /// Multiplies each pixel by `factor`, which must be nonnegative.
  public static func adjustBrightness<I: ImageOrTensor>(_ image: I, _ factor: Double) throws -> I {
    try checkFactor(factor, "brightness_factor", "adjustBrightness")
    return try image.transformed {
      try TensorForms.adjustBrightness($0, factor)
    } image: {
      try Pillow.brightness($0, factor)
    }
  }

  /// Scales the difference between each pixel and the mean gray by `factor`, which must be
  /// nonnegative.
  public static func adjustContrast<I: ImageOrTensor>(_ image: I, _ factor: Double) throws -> I {
    try checkFactor(factor, "contrast_factor", "adjustContrast")
    return try image.transformed {
      try TensorForms.adjustContrast($0, factor)
    } image: {
      try Pillow.contrast($0, factor)
    }
  }

  /// Scales the difference between each pixel and its gray value by `factor`, which must be
  /// nonnegative.
  public static func adjustSaturation<I: ImageOrTensor>(_ image: I, _ factor: Double) throws -> I {
    try checkFactor(factor, "saturation_factor", "adjustSaturation")
    return try image.transformed {
      try TensorForms.adjustSaturation($0, factor)
    } image: {
      try Pillow.saturation($0, factor)
    }
  }

  /// Shifts the hue by `factor`, from −0.5 to 0.5 (half the color circle).
  public static func adjustHue<I: ImageOrTensor>(_ image: I, _ factor: Double) throws -> I {
    guard (-0.5...0.5).contains(factor) else {
      throw TensorError(.value, "adjustHue", "hue_factor (\(factor)) is not in [-0.5, 0.5].")
    }
    return try image.transformed {
      try TensorForms.adjustHue($0, factor)
    } image: {
      try Pillow.hue($0, factor)
    }
  }

  /// Raises each pixel, scaled to 0 to 1, to the power `gamma` and multiplies it by `gain`.
  public static func adjustGamma<I: ImageOrTensor>(
    _ image: I, _ gamma: Double, gain: Double = 1
  ) throws -> I {
    guard gamma >= 0, gamma.isFinite, gain.isFinite else {
      throw TensorError(
        .value, "adjustGamma",
        "gamma should be a non-negative real number and gain finite, but got \(got: gamma) and \(got: gain)"
      )
    }
    return try image.transformed {
      try TensorForms.adjustGamma($0, gamma, gain)
    } image: {
      try Pillow.gamma($0, gamma, gain)
    }
  }

  /// Scales the difference between each pixel and a smoothed image by `factor`, which must be
  /// nonnegative.
  ///
  /// A factor of 0 blurs, 1 changes nothing, and 2 sharpens.
  public static func adjustSharpness<I: ImageOrTensor>(_ image: I, _ factor: Double) throws -> I {
    try checkFactor(factor, "sharpness_factor", "adjustSharpness")
    return try image.transformed {
      try TensorForms.adjustSharpness($0, factor)
    } image: {
      try Pillow.sharpness($0, factor)
    }
  }

  /// Keeps the upper `bits` bits of each channel, from 0 to 8 (for an image from 1); tensors must
  /// be `uint8`.
  public static func posterize<I: ImageOrTensor>(_ image: I, _ bits: Int) throws -> I {
    guard (0...8).contains(bits) else {
      throw TensorError(
        .value, "posterize", "the number of bits should be between 0 and 8, but got \(got: bits)")
    }
    return try image.transformed {
      try TensorForms.posterize($0, bits)
    } image: {
      guard bits > 0 else {
        throw TensorError(
          .value, "posterize", "the number of bits of an image should be between 1 and 8, but got 0"
        )
      }
      let mask = UInt8(truncatingIfNeeded: -(1 << (8 - bits)))
      return try Pillow.mapped($0, "posterize") { $0 & mask }
    }
  }

  /// Inverts the pixels from `threshold` upwards.
  public static func solarize<I: ImageOrTensor>(_ image: I, _ threshold: Double) throws -> I {
    try image.transformed {
      try TensorForms.solarize($0, threshold)
    } image: {
      try Pillow.mapped($0, "solarize") { Double($0) < threshold ? $0 : 255 - $0 }
    }
  }

  /// Stretches the values of each channel to the full range.
  public static func autocontrast<I: ImageOrTensor>(_ image: I) throws -> I {
    try image.transformed(tensor: TensorForms.autocontrast, image: Pillow.autocontrast)
  }

  /// Equalizes the histogram of each channel; tensors must be `uint8`.
  public static func equalize<I: ImageOrTensor>(_ image: I) throws -> I {
    try image.transformed(tensor: TensorForms.equalize, image: Pillow.equalize)
  }

  private static func checkFactor(
    _ factor: Double, _ name: String, _ operation: String
  ) throws {
    guard factor >= 0, factor.isFinite else {
      throw TensorError(.value, operation, "\(name) (\(factor)) is not non-negative.")
    }
  }
}
