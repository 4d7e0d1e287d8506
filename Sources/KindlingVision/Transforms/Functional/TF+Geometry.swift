import KindlingCore

/// The values of pixels beyond the edges of an image (torchvision: `padding_mode`).
public enum ImagePaddingMode: String, Sendable {
  /// One value everywhere.
  case constant
  /// The edge pixel repeated.
  case edge
  /// Reflection without repeating the edge pixel: `c b | a b c | b a`.
  case reflect
  /// Reflection with the edge pixel repeated: `b a | a b c | c b`.
  case symmetric
}

/// The interpolation of values between pixels (torchvision: `InterpolationMode`).
public enum InterpolationMode: String, Sendable {
  /// The nearest pixel; for tensors computed from pixel corners, as in PyTorch.
  case nearest
  /// The nearest pixel, computed from pixel centers as in Pillow.
  case nearestExact = "nearest-exact"
  /// Linear in both directions.
  case bilinear
  /// Cubic in both directions.
  case bicubic
  /// The mean of a box; for images only.
  case box
  /// A Hamming window; for images only.
  case hamming
  /// A Lanczos window of three pixels; for images only.
  case lanczos
}

extension TF {
  /// Flips the image horizontally.
  public static func hflip<I: ImageOrTensor>(_ image: I) throws -> I {
    try image.transformed(tensor: TensorForms.hflip, image: Pillow.hflip)
  }

  /// Flips the image vertically.
  public static func vflip<I: ImageOrTensor>(_ image: I) throws -> I {
    try image.transformed(tensor: TensorForms.vflip, image: Pillow.vflip)
  }

  /// Returns the rectangle at (`top`, `left`), with 0 beyond the image.
  public static func crop<I: ImageOrTensor>(
    _ image: I, _ top: Int, _ left: Int, _ height: Int, _ width: Int
  ) throws -> I {
    guard height > 0, width > 0, max(height, width) <= ImageFormat.mostPixels,
      [top, left].allSatisfy((-ImageFormat.mostPixels...ImageFormat.mostPixels).contains)
    else {
      throw TensorError(
        .value, "crop",
        "a crop needs a positive height and width within reason, but got top \(got: top), left \(got: left), height \(got: height), width \(got: width)"
      )
    }
    return try image.transformed {
      try TensorForms.crop($0, top, left, height, width)
    } image: {
      try Pillow.crop($0, top, left, height, width, color: [0])
    }
  }

  /// Returns the center of the image; an image smaller than `size` is padded with zeros.
  public static func centerCrop<I: ImageOrTensor>(_ image: I, _ size: [Int]) throws -> I {
    let (height, width) = try pair(size, "centerCrop")
    var image = image
    let (h, w) = try TF.size(image, "centerCrop")
    if height > h || width > w {
      let (dy, dx) = (max(height - h, 0), max(width - w, 0))
      image = try pad(image, [dx / 2, dy / 2, (dx + 1) / 2, (dy + 1) / 2])
    }
    let (top, left) = (max(h, height) - height, max(w, width) - width)
    return try crop(image, half(top), half(left), height, width)
  }

  /// Returns half of `n`, rounded to even as in Python.
  private static func half(_ n: Int) -> Int { n / 2 + (n % 4 == 3 ? 1 : 0) }

  /// Returns the four corners (top left and right, bottom left and right) and the center.
  public static func fiveCrop<I: ImageOrTensor>(_ image: I, _ size: [Int]) throws -> [I] {
    let (height, width) = try pair(size, "fiveCrop")
    let (h, w) = try TF.size(image, "fiveCrop")
    guard height <= h, width <= w else {
      throw TensorError(
        .value, "fiveCrop",
        "requested crop size \([height, width]) is bigger than input size \([h, w])")
    }
    return [
      try crop(image, 0, 0, height, width), try crop(image, 0, w - width, height, width),
      try crop(image, h - height, 0, height, width),
      try crop(image, h - height, w - width, height, width),
      try centerCrop(image, [height, width]),
    ]
  }

  /// Returns the five crops of the image, and those of the flipped image.
  public static func tenCrop<I: ImageOrTensor>(
    _ image: I, _ size: [Int], verticalFlip: Bool = false
  ) throws -> [I] {
    try fiveCrop(image, size)
      + fiveCrop(verticalFlip ? vflip(image) : hflip(image), size)
  }

  /// Returns the image with padding.
  ///
  /// `padding` is one number of pixels for all sides, two (left and right, top and bottom) or four
  /// (left, top, right, bottom). Negative numbers crop. `fill` is the value of constant padding.
  public static func pad<I: ImageOrTensor>(
    _ image: I, _ padding: [Int], fill: Double = 0, paddingMode: ImagePaddingMode = .constant
  ) throws -> I {
    let (left, top, right, bottom) = try sides(padding)
    let (height, width) = try size(image, "pad")
    if min(left, top, right, bottom) < 0 {
      let (x, y) = (max(-left, 0), max(-top, 0))
      let rest = try crop(
        image, y, x, height - y - max(-bottom, 0), width - x - max(-right, 0))
      let outer = [left, top, right, bottom].map { max($0, 0) }
      return try pad(rest, outer, fill: fill, paddingMode: paddingMode)
    }
    if paddingMode == .constant {
      return try image.transformed {
        try TensorForms.pad($0, left, top, right, bottom, fill: fill)
      } image: {
        try Pillow.crop(
          $0, -top, -left, height + top + bottom, width + left + right,
          color: Pillow.color([fill], $0.mode, "pad"))
      }
    }
    let (rows, columns) = (-top..<height + bottom, -left..<width + right)
    return try image.transformed {
      let picked = try $0.indexSelect(-2, Tensor(places(rows, of: height, paddingMode)))
      return try picked.indexSelect(-1, Tensor(places(columns, of: width, paddingMode)))
    } image: {
      try Pillow.pick(
        $0, rows: mirrored(rows, of: height, paddingMode),
        columns: mirrored(columns, of: width, paddingMode))
    }
  }

  private static func sides(_ padding: [Int]) throws -> (Int, Int, Int, Int) {
    let most = ImageFormat.mostPixels
    guard padding.allSatisfy({ (-most...most).contains($0) }) else {
      throw TensorError(.value, "pad", "padding must be within reason, but got \(got: padding)")
    }
    switch padding.count {
    case 1: return (padding[0], padding[0], padding[0], padding[0])
    case 2: return (padding[0], padding[1], padding[0], padding[1])
    case 4: return (padding[0], padding[1], padding[2], padding[3])
    default:
      throw TensorError(
        .value, "pad", "padding must be 1, 2 or 4 numbers, not \(padding.count): \(padding)")
    }
  }

  /// Returns the source index of each position in `range`, reflected repeatedly if necessary.
  ///
  /// This is NumPy's padding, which images use.
  private static func mirrored(
    _ range: Range<Int>, of count: Int, _ mode: ImagePaddingMode
  ) throws -> [Int] {
    guard range.count <= ImageFormat.mostPixels else {
      throw TensorError(.value, "pad", "an image cannot become \(range.count) pixels long")
    }
    let period = mode == .reflect ? max(2 * count - 2, 1) : 2 * count
    return range.map { i in
      if mode == .edge { return min(max(i, 0), count - 1) }
      let place = ((i % period) + period) % period
      return place < count ? place : mode == .reflect ? period - place : period - 1 - place
    }
  }

  /// The pixel of `count` that each of `range` shows.
  private static func places(_ range: Range<Int>, of count: Int, _ mode: ImagePaddingMode) throws
    -> [Int]
  {
    // Reflection can show the whole image once; `reflect` does not repeat the edge pixel.
    let most = mode == .reflect ? count - 1 : count
    guard mode == .edge ? count > 0 : -range.lowerBound <= most && range.upperBound - count <= most
    else {
      throw TensorError(
        .value, "pad",
        "padding of \(-range.lowerBound) and \(range.upperBound - count) is too much for \(mode.rawValue) of \(count) pixels"
      )
    }
    return range.map { i in
      switch mode {
      case .symmetric: i < 0 ? -1 - i : i >= count ? 2 * count - 1 - i : i
      case .reflect: i < 0 ? -i : i >= count ? 2 * count - 2 - i : i
      case .edge, .constant: min(max(i, 0), count - 1)
      }
    }
  }

  /// Returns a copy with the rectangle of `height` by `width` pixels at (`top`, `left`) overwritten
  /// by `value`, which broadcasts.
  public static func erase(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int, value: Tensor
  ) throws -> Tensor {
    try TensorForms.erase(image, top, left, height, width, value: value)
  }

  /// Returns a copy with the rectangle of `height` by `width` pixels at (`top`, `left`) set to
  /// `value`.
  public static func erase<S: TensorScalar>(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int, value: S
  ) throws -> Tensor {
    try erase(image, top, left, height, width, value: Tensor(value))
  }
}
