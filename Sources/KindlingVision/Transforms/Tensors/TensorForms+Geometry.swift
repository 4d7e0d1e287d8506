import KindlingCore

extension TensorForms {
  static func hflip(_ image: Tensor) throws -> Tensor {
    _ = try size(image, "hflip")
    return try image.flip(-1)
  }

  static func vflip(_ image: Tensor) throws -> Tensor {
    _ = try size(image, "vflip")
    return try image.flip(-2)
  }

  /// Returns the rectangle, as a view if it is inside the image.
  static func crop(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int
  ) throws -> Tensor {
    let (h, w) = try size(image, "crop")
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

  /// Returns the image with constant padding.
  static func pad(
    _ image: Tensor, _ left: Int, _ top: Int, _ right: Int, _ bottom: Int, fill: Double
  ) throws -> Tensor {
    let (height, width) = try size(image, "pad")
    let result = try image.newFull(
      image.shape.dropLast(2) + [height + top + bottom, width + left + right], fill)
    try result.slice(-2, top, top + height).slice(-1, left, left + width).copy_(image)
    return result
  }

  static func erase(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int, value: Tensor
  ) throws -> Tensor {
    _ = try size(image, "erase")
    let result = try image.clone()
    let (bottom, right) = (top.addingReportingOverflow(height), left.addingReportingOverflow(width))
    guard top >= 0, left >= 0, height >= 0, width >= 0, !bottom.overflow, !right.overflow else {
      throw TensorError(
        .value, "erase",
        "the rectangle must lie in the image, but got top \(got: top), left \(got: left), height \(got: height), width \(got: width)"
      )
    }
    try result.slice(-2, top, bottom.partialValue).slice(-1, left, right.partialValue).copy_(value)
    return result
  }
}
