import KindlingCore

extension TF {
  /// Returns the image resized.
  ///
  /// - Parameters:
  ///   - image: an image, or a tensor `[*, H, W]`.
  ///   - size: the height and width; a single number is the length of the shorter edge, with the
  ///     aspect ratio kept.
  ///   - interpolation: the interpolation. Tensors support `.nearest`, `.nearestExact`, `.bilinear`
  ///     and `.bicubic`.
  ///   - maxSize: the maximum length of the longer edge, if `size` is a single number.
  ///   - antialias: whether to antialias `.bilinear` and `.bicubic` when a tensor shrinks; images
  ///     are always antialiased.
  /// - Returns: the image, of the same kind and dtype.
  /// - Throws: `TensorError` for an invalid size, and for an empty image.
  public static func resize<I: ImageOrTensor>(
    _ image: I, _ size: [Int], interpolation: InterpolationMode = .bilinear,
    maxSize: Int? = nil, antialias: Bool = true
  ) throws -> I {
    let (h, w) = try TF.size(image, "resize")
    let (height, width) = try resized(h, w, size, maxSize)
    if (h, w) == (height, width) { return image }
    return try image.transformed {
      try TensorForms.resize($0, height, width, interpolation, antialias: antialias)
    } image: {
      try Pillow.resize($0, height, width, interpolation)
    }
  }

  /// Returns a rectangle of the image, resized.
  public static func resizedCrop<I: ImageOrTensor>(
    _ image: I, _ top: Int, _ left: Int, _ height: Int, _ width: Int, size: [Int],
    interpolation: InterpolationMode = .bilinear, antialias: Bool = true
  ) throws -> I {
    try resize(
      crop(image, top, left, height, width), size, interpolation: interpolation,
      antialias: antialias)
  }

  /// Returns the height and width that `size` and `maxSize` specify for an image of `h` by `w`
  /// pixels.
  private static func resized(
    _ h: Int, _ w: Int, _ size: [Int], _ maxSize: Int?
  ) throws -> (Int, Int) {
    var (height, width) = try pair(size, "resize")
    guard h > 0, w > 0 else {
      throw TensorError(.shape, "resize", "an image of \(h) by \(w) pixels has nothing to resize")
    }
    if size.count == 2 && maxSize != nil {
      throw TensorError(
        .value, "resize",
        "max_size should only be passed if size is the length of the smaller edge, but size is \(size)"
      )
    }
    let most = ImageFormat.mostPixels
    if size.count == 1 {
      if let maxSize, maxSize <= size[0] {
        throw TensorError(
          .value, "resize",
          "max_size = \(maxSize) must be strictly greater than the requested size for the smaller edge size = \(size[0])"
        )
      }
      var short = size[0]
      // The quotient of the exact product, as in Python; equal to Double's while the product has 53
      // bits.
      var long = min(Double(most) + 1, Double(short) * Double(max(h, w)) / Double(min(h, w)))
      if let maxSize, long.rounded(.down) > Double(maxSize) {
        short = Int(Double(maxSize) * Double(short) / long.rounded(.down))
        long = Double(maxSize)
      }
      (height, width) = w <= h ? (Int(long), short) : (short, Int(long))
    }
    guard height > 0, width > 0, height <= most / width else {
      throw TensorError(
        .value, "resize",
        "an image of \(h) by \(w) pixels cannot become one of \(height) by \(width)")
    }
    return (height, width)
  }
}
