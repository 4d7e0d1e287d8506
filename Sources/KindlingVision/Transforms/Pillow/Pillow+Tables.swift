import KindlingCore
import Numerics

/// The functions of Pillow's `ImageOps` that map each byte by a table.
extension Pillow {
  /// Returns the image with every byte mapped by `map`.
  ///
  /// - Throws: `TensorError` for images with opacity, as in Pillow.
  static func mapped(
    _ image: Image, _ operation: String, _ map: (UInt8) -> UInt8
  ) throws -> Image {
    try throughTables(image, operation, [(0...255).map(map)])
  }

  /// Returns the image with each channel mapped by its own table of 256 bytes, or all by one.
  private static func throughTables(
    _ image: Image, _ operation: String, _ tables: [[UInt8]]
  ) throws -> Image {
    guard !image.mode.hasAlpha else {
      throw TensorError(
        .value, operation,
        "not supported for mode \(image.mode.rawValue); convert the image to L or RGB first")
    }
    let channels = image.mode.channels
    return try image.drawn(height: image.height, width: image.width) { source, target in
      for i in 0..<source.count {
        target[i] = tables[tables.count == 1 ? 0 : i % channels][Int(source[i])]
      }
    }
  }

  /// Returns the number of occurrences of each byte in each channel.
  private static func histograms(_ image: Image) throws -> [[Int]] {
    let channels = image.mode.channels
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: channels)
    try image.pixels.withUnsafeBuffer(of: UInt8.self) {
      for i in 0..<$0.count { counts[i % channels][Int($0[i])] += 1 }
    }
    return counts
  }

  static func autocontrast(_ image: Image) throws -> Image {
    let tables = try histograms(image).map { counts -> [UInt8] in
      let low = counts.firstIndex { $0 > 0 } ?? 0, high = counts.lastIndex { $0 > 0 } ?? 0
      guard high > low else { return Array(0...255) }
      let scale = 255 / Double(high - low), offset = Double(-low) * scale
      return (0...255).map { UInt8(min(max(Double($0) * scale + offset, 0), 255)) }
    }
    return try throughTables(image, "autocontrast", tables)
  }

  static func equalize(_ image: Image) throws -> Image {
    let tables = try histograms(image).map { counts -> [UInt8] in
      let used = counts.filter { $0 > 0 }
      let step = (used.reduce(0, +) - (used.last ?? 0)) / 255
      guard used.count > 1, step > 0 else { return Array(0...255) }
      var sum = step / 2
      return counts.map { count in
        defer { sum += count }
        return UInt8(min(sum / step, 255))
      }
    }
    return try throughTables(image, "equalize", tables)
  }

  static func gamma(_ image: Image, _ gamma: Double, _ gain: Double) throws -> Image {
    let mode = image.mode
    let table = (0...255).map { value -> UInt8 in
      let level = (255 + 1 - 1e-3) * gain * .pow(Double(value) / 255, gamma)
      return UInt8(min(max(level, 0), 255))
    }
    return try throughTables(image.convert(.rgb), "adjustGamma", [table]).convert(mode)
  }
}

extension Image {
  /// Returns the sum of `value` over all bytes.
  func bytes(sum value: (UInt8) -> Int) throws -> Int {
    try pixels.withUnsafeBuffer(of: UInt8.self) { $0.reduce(0) { $0 + value($1) } }
  }
}
