import CImageCodecs

/// The supported formats of image files.
enum ImageFormat: String, CaseIterable {
  case png = "PNG"
  case jpeg = "JPEG"
  case bmp = "BMP"
  case gif = "GIF"
  case pnm = "PNM"
  case webp = "WebP"
  case tiff = "TIFF"

  /// Creates the format whose signature `bytes` begin with; `nil` if there is none.
  init?(_ bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(16))
    func begins(_ text: String, at place: Int = 0) -> Bool {
      head.dropFirst(place).starts(with: text.utf8)
    }
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins("GIF87a") || begins("GIF89a") {
      self = .gif
    } else if begins("RIFF"), begins("WEBP", at: 8) {
      self = .webp
    } else if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A])
      || head.starts(with: [0x49, 0x49, 0x2B, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2B])
    {
      self = .tiff
    } else if begins("BM") {
      self = .bmp
    } else if head.count > 2, head[0] == UInt8(ascii: "P"), (0x31...0x36).contains(head[1]),
      head[2] <= 0x20 || head[2] == UInt8(ascii: "#")
    {
      self = .pnm
    } else {
      return nil
    }
  }

  /// Creates the format of a file name's suffix.
  init?(suffixOf path: String) {
    guard let suffix = ImageFormat.suffix(path),
      let format = ImageFormat.allCases.first(where: { $0.suffixes.contains(suffix) })
    else { return nil }
    self = format
  }

  private static func suffix(_ path: String) -> String? {
    path.lastIndex(of: ".").map { path[path.index(after: $0)...].lowercased() }
  }

  /// Whether files of the format can be written.
  var isWritten: Bool { self == .png || self == .jpeg }

  /// The suffixes of file names.
  var suffixes: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg"]
    case .bmp: ["bmp"]
    case .gif: ["gif"]
    case .pnm: ["ppm", "pgm", "pbm", "pnm"]
    case .webp: ["webp"]
    case .tiff: ["tif", "tiff"]
    }
  }

  /// The suffixes of all supported files.
  static let readSuffixes = allCases.flatMap(\.suffixes).map { ".\($0)" }.joined(separator: ", ")

  /// Returns whether a file name has the suffix of an unsupported image format.
  static func isUnread(_ path: String) -> Bool {
    suffix(path).map {
      [
        "avif", "heic", "heif", "jp2", "j2k", "jxl", "tga", "ico", "pcx", "psd", "exr", "hdr",
        "dds", "svg", "pfm", "pam", "xbm", "xpm", "sgi", "ras",
      ].contains($0)
    } ?? false
  }

  /// The names of the supported formats, for messages.
  static let readFormats =
    allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " and "
    + ImageFormat.tiff.rawValue

  /// Returns the name of an unsupported format whose signature `bytes` begin with; `nil` if it is
  /// unknown.
  static func unreadFormat(_ bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(16))
    func begins(_ text: String, at place: Int = 0) -> Bool {
      head.dropFirst(place).starts(with: text.utf8)
    }
    if begins("ftypavif", at: 4) { return "an AVIF file" }
    if begins("ftyphei", at: 4) || begins("ftypmif1", at: 4) { return "a HEIF file" }
    if begins("8BPS") { return "a Photoshop file" }
    if begins("%PDF") { return "a PDF file" }
    if begins("<svg") || begins("<?xml") { return "an SVG or XML file" }
    if head.starts(with: [0xFF, 0x0A]) || begins("JXL ", at: 4) { return "a JPEG XL file" }
    if begins("jP  ", at: 4) { return "a JPEG 2000 file" }
    if head.starts(with: [0, 0, 1, 0]) { return "an icon file" }
    if head.starts(with: [0x1F, 0x8B]) { return "a gzip file" }
    if begins("PK") { return "a zip file" }
    if !head.isEmpty, head.allSatisfy({ (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) })
    {
      return "a text file"
    }
    return nil
  }

  /// The maximum number of pixels in a header, which is Pillow's limit.
  static let mostPixels = 178_956_970
}

/// The formats decoded by C libraries that are linked at build time: PNG and JPEG.
enum CodecFormat {
  case png, jpeg

  /// Returns an upper bound on the pixels of a file of `count` bytes.
  ///
  /// PNG uses deflate, which compresses by at most a factor of 1032, and a pixel has at least one
  /// bit. JPEG uses at least one bit per block of 64 pixels; a factor of 16 allows for arithmetic
  /// coding, which may use less.
  func mostPixels(inBytes count: Int) -> Int {
    let perByte =
      switch self {
      case .png: 1032 * 8
      case .jpeg: 8 * 64 * 16
      }
    let (pixels, overflow) = count.multipliedReportingOverflow(by: perByte)
    return overflow ? ImageFormat.mostPixels : min(pixels, ImageFormat.mostPixels)
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

/// Runs `body` with a buffer for a codec's message; returns the message on failure, otherwise
/// `nil`.
func codecFailure(_ body: (UnsafeMutablePointer<CChar>) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(KC_MESSAGE)) { buffer in
    buffer.initialize(repeating: 0)
    guard let message = buffer.baseAddress else { return "out of memory" }
    return body(message) ? nil : String(cString: message)
  }
}
