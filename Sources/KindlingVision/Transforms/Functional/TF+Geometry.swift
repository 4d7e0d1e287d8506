import KindlingCore

/// How an image goes on beyond its edges (torchvision: `padding_mode`).
public enum PaddingMode: String, Sendable {
  /// One value everywhere.
  case constant
  /// The last pixel.
  case edge
  /// Mirrored, without the last pixel: `c b | a b c | b a`.
  case reflect
  /// Mirrored, with the last pixel: `b a | a b c | c b`.
  case symmetric
}

extension TF {
  /// The image mirrored left to right.
  public static func hflip(_ image: Tensor) throws -> Tensor {
    _ = try size(image, "hflip")
    return try image.flip(-1)
  }

  /// The image mirrored top to bottom.
  public static func vflip(_ image: Tensor) throws -> Tensor {
    _ = try size(image, "vflip")
    return try image.flip(-2)
  }

  /// The rectangle that begins at (`top`, `left`); what lies beyond the image is 0.
  public static func crop(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int
  ) throws -> Tensor {
    let (h, w) = try size(image, "crop")
    guard height > 0, width > 0, max(height, width) <= ImageFormat.mostPixels,
      [top, left].allSatisfy((-ImageFormat.mostPixels...ImageFormat.mostPixels).contains)
    else {
      throw TensorError(
        .value, "crop",
        "a crop needs a positive height and width within reason, but got top \(top), left \(left), height \(height), width \(width)"
      )
    }
    let (y, x) = (max(top, 0), max(left, 0))
    let (bottom, right) = (min(top + height, h), min(left + width, w))
    if y == top, x == left, bottom == top + height, right == left + width {
      return try image.slice(-2, y, bottom).slice(-1, x, right)
    }
    let result = try image.newZeros(image.shape.dropLast(2) + [height, width])
    if bottom > y && right > x {
      try result.slice(-2, y - top, bottom - top).slice(-1, x - left, right - left)
        .copy_(image.slice(-2, y, bottom).slice(-1, x, right))
    }
    return result
  }

  /// The middle of the image; where it is smaller than `size`, with zeros around it.
  public static func centerCrop(_ image: Tensor, _ size: [Int]) throws -> Tensor {
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

  /// Half of `n`, rounded to even as Python rounds.
  private static func half(_ n: Int) -> Int { n / 2 + (n % 4 == 3 ? 1 : 0) }

  /// The four corners (top left and right, bottom left and right) and the middle.
  public static func fiveCrop(_ image: Tensor, _ size: [Int]) throws -> [Tensor] {
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

  /// The five crops, and those of the mirrored image.
  public static func tenCrop(
    _ image: Tensor, _ size: [Int], verticalFlip: Bool = false
  ) throws -> [Tensor] {
    try fiveCrop(image, size)
      + fiveCrop(verticalFlip ? vflip(image) : hflip(image), size)
  }

  /// The image with a border.
  ///
  /// `padding` is pixels on all sides, or left and right, and top and bottom, or left, top, right
  /// and bottom; where it is negative the image is cropped. `fill` is the value of a constant border.
  public static func pad(
    _ image: Tensor, _ padding: [Int], fill: Double = 0, paddingMode: PaddingMode = .constant
  ) throws -> Tensor {
    let (left, top, right, bottom) = try sides(padding)
    if min(left, top, right, bottom) < 0 {
      let (height, width) = try size(image, "pad")
      let (x, y) = (max(-left, 0), max(-top, 0))
      let rest = try crop(
        image, y, x, height - y - max(-bottom, 0), width - x - max(-right, 0))
      let outer = [left, top, right, bottom].map { max($0, 0) }
      return try pad(rest, outer, fill: fill, paddingMode: paddingMode)
    }
    let (height, width) = try size(image, "pad")
    if paddingMode == .constant {
      let result = try image.newFull(
        image.shape.dropLast(2) + [height + top + bottom, width + left + right], fill)
      try result.slice(-2, top, top + height).slice(-1, left, left + width).copy_(image)
      return result
    }
    let rows = try places(-top..<height + bottom, of: height, paddingMode)
    let columns = try places(-left..<width + right, of: width, paddingMode)
    return try image.indexSelect(-2, Tensor(rows)).indexSelect(-1, Tensor(columns))
  }

  private static func sides(_ padding: [Int]) throws -> (Int, Int, Int, Int) {
    let most = ImageFormat.mostPixels
    guard padding.allSatisfy({ (-most...most).contains($0) }) else {
      throw TensorError(.value, "pad", "padding must be within reason, but got \(padding)")
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

  /// Which pixel of `count` each of `range` shows.
  static func places(_ range: Range<Int>, of count: Int, _ mode: PaddingMode) throws -> [Int] {
    // Mirrored, all of the image can be shown once; `reflect` leaves the last pixel out.
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

  /// The image with the rectangle at (`top`, `left`) overwritten by `value`, which is broadcast.
  public static func erase(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int, _ value: Tensor
  ) throws -> Tensor {
    _ = try size(image, "erase")
    let result = try image.clone()
    let (bottom, right) = (top.addingReportingOverflow(height), left.addingReportingOverflow(width))
    guard top >= 0, left >= 0, height >= 0, width >= 0, !bottom.overflow, !right.overflow else {
      throw TensorError(
        .value, "erase",
        "the rectangle must lie in the image, but got top \(top), left \(left), height \(height), width \(width)"
      )
    }
    try result.slice(-2, top, bottom.partialValue).slice(-1, left, right.partialValue).copy_(value)
    return result
  }

  /// The image with the rectangle at (`top`, `left`) set to `value`.
  public static func erase<S: TensorScalar>(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int, _ value: S
  ) throws -> Tensor {
    try erase(image, top, left, height, width, Tensor(value))
  }
}
