import KindlingCore

extension TensorForms {
  /// Returns the image in grayscale; integers are truncated, not rounded.
  static func rgbToGrayscale(
    _ image: Tensor, numOutputChannels: Int = 1
  ) throws -> Tensor {
    var gray = image
    if try channels(image, "rgbToGrayscale") == 3 {
      let rgb = try image.unbind(image.ndim - 3)
      gray = try (0.2989 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]).to(image.dtype)
        .unsqueeze(image.ndim - 3)
    } else {
      gray = try image.clone()
    }
    // An image of one channel cannot be expanded to three channels: torchvision returns one.
    return try numOutputChannels == 1 ? gray : gray.expand(image.shape)
  }

  static func invert(_ image: Tensor) throws -> Tensor {
    _ = try channels(image, "invert")
    return try maxValue(image.dtype, "invert") - image
  }

  static func adjustBrightness(_ image: Tensor, _ factor: Double) throws -> Tensor {
    _ = try channels(image, "adjustBrightness")
    return try blend(image, Tensor.zeros(like: image), factor, "adjustBrightness")
  }

  static func adjustContrast(_ image: Tensor, _ factor: Double) throws -> Tensor {
    let gray = try channels(image, "adjustContrast") == 3 ? rgbToGrayscale(image) : image
    let floats = try image.dtype.isFloatingPoint ? gray : gray.to(.float32)
    return try blend(
      image, floats.mean(dims: [-3, -2, -1], keepdim: true), factor, "adjustContrast")
  }

  static func adjustSaturation(_ image: Tensor, _ factor: Double) throws -> Tensor {
    if try channels(image, "adjustSaturation") == 1 { return image }
    return try blend(image, rgbToGrayscale(image), factor, "adjustSaturation")
  }

  static func adjustHue(_ image: Tensor, _ factor: Double) throws -> Tensor {
    if try channels(image, "adjustHue") == 1 { return image }
    let (hue, saturation, value) = try hsv(convertImageDtype(image, .float32))
    let turned = try hue.add(factor).remainder(1)
    return try convertImageDtype(rgb(turned, saturation, value), image.dtype)
  }

  /// Returns `factor` times `a` plus the rest of `b`, clamped to the range of `a`'s dtype.
  static func blend(
    _ a: Tensor, _ b: Tensor, _ factor: Double, _ operation: String
  ) throws -> Tensor {
    let bound = try maxValue(a.dtype, operation)
    return try a.mul(factor).add(b.mul(1 - factor)).clamp(min: 0, max: bound).to(a.dtype)
  }

  // MARK: Hue, saturation, value

  private static func hsv(_ image: Tensor) throws -> (Tensor, Tensor, Tensor) {
    let dim = image.ndim - 3
    let channels = try image.unbind(dim)
    let (r, g, b) = (channels[0], channels[1], channels[2])
    let (high, low) = (try image.amax(dim: dim), try image.amin(dim: dim))
    // Gray has neither hue nor saturation; 1 replaces a divisor of 0.
    let gray = try high .== low, range = try high - low
    let ones = try Tensor.ones(like: high)
    let saturation = try range / Tensor.where(gray, ones, high)
    let divisor = try Tensor.where(gray, ones, range)
    // The distance of each channel from the largest, which determines the third of the color
    // circle.
    let (dr, dg, db) = (
      try (high - r) / divisor, try (high - g) / divisor, try (high - b) / divisor
    )
    let sixths = try Tensor.where(
      high .== r, db - dg, Tensor.where(high .== g, (dr - db).add(2), (dg - dr).add(4)))
    return (try (sixths / 6 + 1).fmod(1), saturation, high)
  }

  private static func rgb(_ hue: Tensor, _ saturation: Tensor, _ value: Tensor) throws -> Tensor {
    let sixth = try (hue * 6).floor(), part = try hue * 6 - sixth
    let index = try sixth.to(.int64).remainder(6).unsqueeze(0)
    let p = try (value * (1 - saturation)).clamp(min: 0, max: 1)
    let q = try (value * (1 - saturation * part)).clamp(min: 0, max: 1)
    let t = try (value * (1 - saturation * (1 - part))).clamp(min: 0, max: 1)
    // Each channel, by the sixth of the color circle that contains the hue.
    let channels = try [
      [value, q, p, p, t, value], [t, value, value, q, p, p], [p, p, t, value, value, q],
    ]
    .map { try Tensor.stack($0).gather(0, index).squeeze(0) }
    return try Tensor.stack(channels, dim: -3)
  }
}
