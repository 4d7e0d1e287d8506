import KindlingCore

/// The ``TF`` functions for images: Pillow's integer arithmetic, bit for bit.
enum Pillow {
  /// Returns the color of `fill` in `mode`, truncated to integers.
  ///
  /// - Throws: `TensorError` unless there is one number or one for each channel, from 0 to 255.
  static func color(_ fill: [Double], _ mode: Image.Mode, _ operation: String) throws -> [UInt8] {
    guard fill.count == 1 || fill.count == mode.channels else {
      throw TensorError(
        .value, operation,
        "the number of elements in 'fill' does not match the number of channels of the image (\(fill.count) != \(mode.channels))"
      )
    }
    return try fill.map { value in
      guard value > -1, value < 256 else {
        throw TensorError(
          .value, operation, "the fill of an image is from 0 to 255, but got \(got: value)")
      }
      return UInt8(value)
    }
  }

  static func hflip(_ image: Image) throws -> Image {
    try pick(
      image, rows: Array(0..<image.height), columns: (0..<image.width).reversed())
  }

  static func vflip(_ image: Image) throws -> Image {
    try pick(
      image, rows: (0..<image.height).reversed(), columns: Array(0..<image.width))
  }

  /// Returns the image of these rows and columns.
  static func pick(_ image: Image, rows: [Int], columns: [Int]) throws -> Image {
    let channels = image.mode.channels, stride = image.width * channels
    return try image.drawn(height: rows.count, width: columns.count) { source, target in
      var t = 0
      for row in rows {
        let start = row * stride
        for column in columns {
          for c in 0..<channels { target[t + c] = source[start + column * channels + c] }
          t += channels
        }
      }
    }
  }

  /// Returns the rectangle at (`top`, `left`), with `color` beyond the image.
  static func crop(
    _ image: Image, _ top: Int, _ left: Int, _ height: Int, _ width: Int, color: [UInt8]
  ) throws -> Image {
    let result = try Image(image.mode, width: width, height: height, color: color)
    let (y, x) = (max(top, 0), max(left, 0))
    let (bottom, right) = (min(top + height, image.height), min(left + width, image.width))
    guard bottom > y, right > x else { return result }
    _ = try result.pixels.slice(0, y - top, bottom - top).slice(1, x - left, right - left)
      .copy_(image.pixels.slice(0, y, bottom).slice(1, x, right))
    return result
  }

  /// Returns the image rotated counter-clockwise by a multiple of 90 degrees.
  static func turned(_ image: Image, quarters: Int) throws -> Image {
    let (height, width, channels) = (image.height, image.width, image.mode.channels)
    if quarters == 2 { return try vflip(hflip(image)) }
    return try image.drawn(height: width, width: height) { source, target in
      for y in 0..<height {
        for x in 0..<width {
          let row = quarters == 1 ? width - 1 - x : x
          let column = quarters == 1 ? y : height - 1 - y
          for c in 0..<channels {
            target[(row * height + column) * channels + c] = source[(y * width + x) * channels + c]
          }
        }
      }
    }
  }
}
