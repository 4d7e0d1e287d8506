import CImageCodecs

/// The formats of image files, and how each is read.
enum ImageFormat {
  case png, jpeg

  /// The format that `bytes` begin like; nil where it is none of these.
  init?(_ bytes: some Collection<UInt8>) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// The format that the end of the file name stands for.
  init?(suffixOf path: String) {
    let suffix = path.lastIndex(of: ".").map { path[path.index(after: $0)...].lowercased() }
    switch suffix {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    default: return nil
    }
  }

  /// More pixels than images have; a header that promises more is not believed.
  static let mostPixels = 1 << 28

  /// More pixels than a file of `count` bytes can hold.
  ///
  /// PNG is deflate, which shrinks nothing more than 1032 times, and a pixel takes at least one bit.
  /// JPEG spends at least a bit on each block of 64 pixels; a factor of 16 leaves room for
  /// arithmetic coding, which may spend less.
  func mostPixels(inBytes count: Int) -> Int {
    let perByte =
      switch self {
      case .png: 1032 * 8
      case .jpeg: 8 * 64 * 16
      }
    let (pixels, overflow) = count.multipliedReportingOverflow(by: perByte)
    return overflow ? Self.mostPixels : min(pixels, Self.mostPixels)
  }

  func info(
    _ bytes: UnsafeBufferPointer<UInt8>, _ mode: ImageReadMode, _ info: inout kc_image_info,
    _ message: UnsafeMutablePointer<CChar>
  ) -> Bool {
    switch self {
    case .png: kc_png_info(bytes.baseAddress, bytes.count, mode.code, &info, message)
    case .jpeg: kc_jpeg_info(bytes.baseAddress, bytes.count, mode.code, &info, message)
    }
  }

  func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ mode: ImageReadMode,
    _ pixels: UnsafeMutableRawBufferPointer, _ message: UnsafeMutablePointer<CChar>
  ) -> Bool {
    switch self {
    case .png:
      kc_png_decode(
        bytes.baseAddress, bytes.count, mode.code, pixels.baseAddress, pixels.count, message)
    case .jpeg:
      kc_jpeg_decode(
        bytes.baseAddress, bytes.count, mode.code, pixels.baseAddress, pixels.count, message)
    }
  }
}

/// Runs `body` with room for a codec's message; returns the message where it fails, else nil.
func codecFailure(_ body: (UnsafeMutablePointer<CChar>) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(KC_MESSAGE)) { buffer in
    buffer.initialize(repeating: 0)
    guard let message = buffer.baseAddress else { return "out of memory" }
    return body(message) ? nil : String(cString: message)
  }
}
