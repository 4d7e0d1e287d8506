import KindlingCore

extension Image {
  /// Opens an image file and reads its pixels (Pillow: `Image.open`).
  ///
  /// Formats are those of ``readImage(_:mode:)``. Palette images become RGB, or RGBA if they have
  /// transparent pixels. 16-bit PNG files are converted as in Pillow: gray is clamped at 255, and
  /// other images keep the upper 8 bits.
  ///
  /// - Throws: ``VisionError`` if the file cannot be read; the message names it.
  public static func open(_ path: String) throws -> Image {
    try VisionError.naming(path) { try Image(decoding: FileContents.read(path)) }
  }

  /// Creates an image from the bytes of a file; see ``open(_:)``.
  public init(decoding bytes: [UInt8]) throws {
    let format = try ImageFormat.known(bytes)
    self = try bytes.withUnsafeBufferPointer { try Image(decoding: $0, format) }
  }

  init(decoding bytes: UnsafeBufferPointer<UInt8>, _ format: ImageFormat) throws {
    switch format {
    case .png: self = try Image.png(bytes)
    case .jpeg:
      let pixels = try decodePixels(bytes, .jpeg, .unchanged)
      // CMYK is converted as in Pillow.
      self.init(
        sharing: try pixels.shape[2] == 4 ? decodePixels(bytes, .jpeg, .rgb) : pixels,
        pixels.shape[2] == 1 ? .l : .rgb)
    case .bmp: self = try BMP.decode(bytes)
    case .gif: self = try GIF.decode(bytes)
    case .pnm: self = try PNM.decode(bytes)
    case .webp: self = try WebP.decode(bytes)
    case .tiff: self = try TIFF.decode(bytes)
    }
  }

  private static func png(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Image {
    // The byte after the sizes and the depth is the color type: 3 is a palette.
    let isPalette = bytes.count > 25 && bytes[25] == 3
    let pixels = try decodePixels(bytes, .png, isPalette ? .rgbAlpha : .unchanged)
    guard let mode = Mode(channels: pixels.shape[2]) else {
      throw ByteCursor.damaged("a PNG file of \(pixels.shape[2]) channels is not known")
    }
    if pixels.dtype == .int16 { return try Image(sharing: eightBits(pixels), mode) }
    let image = Image(sharing: pixels, mode)
    if isPalette, try image.isOpaque() { return try image.convert(.rgb) }
    return image
  }

  /// Returns 16-bit samples reduced to 8 bits as in Pillow.
  private static func eightBits(_ samples: Tensor) throws -> Tensor {
    let result = try Tensor.empty(samples.shape, dtype: .uint8), isGray = samples.shape[2] == 1
    try samples.withUnsafeBuffer(of: Int16.self) { from in
      try result.withUnsafeMutableBuffer(of: UInt8.self) { to in
        for i in 0..<from.count {
          let sample = UInt16(bitPattern: from[i])
          to[i] = isGray ? UInt8(min(sample, 255)) : UInt8(sample >> 8)
        }
      }
    }
    return result
  }

  private func isOpaque() throws -> Bool {
    let channels = mode.channels
    return try pixels.withUnsafeBuffer(of: UInt8.self) { bytes in
      stride(from: channels - 1, to: bytes.count, by: channels).allSatisfy { bytes[$0] == 255 }
    }
  }
}
