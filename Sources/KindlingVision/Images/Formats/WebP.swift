import KindlingCore

/// A decoder of WebP files, by libwebp.
struct WebP: Sendable {
  private typealias Features =
    @convention(c) (
      UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>, Int32
    ) -> Int32
  private typealias Decode =
    @convention(c) (
      UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Int, Int32
    ) -> UnsafeMutablePointer<UInt8>?

  private let features: Features
  private let rgb: Decode
  private let rgba: Decode

  private static let shared: Result<WebP, VisionError> = Result { () throws(VisionError) in
    try WebP()
  }

  private init() throws(VisionError) {
    #if canImport(Darwin)
      let files = ["libwebp.7.dylib"]
    #else
      let files = ["libwebp.so.7", "libwebp.so.6"]
    #endif
    let library = try CodecLibrary("libwebp", files, package: "libwebp7", reads: "WebP")
    features = try library.function("WebPGetFeaturesInternal", as: Features.self)
    rgb = try library.function("WebPDecodeRGBInto", as: Decode.self)
    rgba = try library.function("WebPDecodeRGBAInto", as: Decode.self)
  }

  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Image {
    let library = try shared.get()
    // Width, height, opacity, animation, format, and reserved fields.
    var found = [Int32](repeating: 0, count: 16)
    // The last argument is the version of the structure, whose upper byte has been 2 since 2012.
    guard library.features(bytes.baseAddress, bytes.count, &found, 0x0209) == 0 else {
      throw ByteCursor.damaged("libwebp refuses its header")
    }
    if found[3] != 0 {
      throw ByteCursor.damaged("it is an animated WebP file; those of one picture are read")
    }
    let mode: Image.Mode = found[2] != 0 ? .rgba : .rgb
    let (width, height) = (Int(found[0]), Int(found[1]))
    let pixels = try Image.promised(
      mode, width: width, height: height, most: ImageFormat.mostPixels, inBytes: bytes.count)
    let isDecoded = try pixels.withUnsafeMutableBuffer(of: UInt8.self) { target in
      let decode = mode == .rgba ? library.rgba : library.rgb
      return decode(
        bytes.baseAddress, bytes.count, target.baseAddress, target.count,
        Int32(width * mode.channels)) != nil
    }
    guard isDecoded else { throw ByteCursor.damaged("libwebp cannot decode it") }
    return Image(sharing: pixels, mode)
  }
}
