import CImageCodecs
import KindlingCore

/// Returns the image in a file as a tensor (torchvision: `io.read_image`).
///
/// PNG, JPEG, BMP, GIF (the first frame) and PBM, PGM and PPM files are read, WebP and TIFF files where
/// the machine has libwebp and libtiff.
///
/// - Shape: `[C, H, W]`.
/// - Dtypes: `uint8`, from 0 to 255; `int32`, from 0 to 65535, for PNG files of 16 bits a sample,
///   where torchvision has `uint16`.
/// - Throws: ``VisionError`` where the file is absent, of another format, damaged, truncated or
///   absurdly large; the message names the file.
public func readImage(_ path: String, mode: ImageReadMode = .unchanged) throws -> Tensor {
  try VisionError.naming(path) { try decodeImage(FileContents.read(path), mode: mode) }
}

/// Returns the image in a file as a tensor of bytes: of samples of 16 bits the upper 8, so that the
/// files of a folder give the same dtype and range.
package func readBytes(_ path: String, mode: ImageReadMode = .unchanged) throws -> Tensor {
  let image = try readImage(path, mode: mode)
  return image.dtype == .uint8 ? image : try image.div(256, rounding: .floor).to(.uint8)
}

/// Whether the image in a file has no colors.
package func isGrayImage(_ path: String) throws -> Bool {
  try VisionError.naming(path) {
    let bytes = try FileContents.read(path)
    // In PNG the byte after both sizes and the depth says so; a palette's single channel has colors.
    if ImageFormat(bytes) == .png { return bytes.count > 25 && [0, 4].contains(bytes[25]) }
    return try decodeImage(bytes).shape[0] == 1
  }
}

/// Whether a file begins as an image does.
package func isImageFile(_ path: String) throws -> Bool {
  try VisionError.naming(path) { try ImageFormat(FileContents.read(path, upTo: 16)) != nil }
}

/// Returns the image that the bytes of a file hold as a tensor (torchvision: `io.decode_image`).
///
/// The format is told from the first bytes. Values of PNG and JPEG files are those of libpng and
/// libjpeg-turbo with the settings of torchvision, those of other files Pillow's. What
/// ``readImage(_:mode:)`` says about formats, shape and dtypes holds here too.
///
/// - Throws: ``VisionError`` `.corrupt` where the bytes are of another format, damaged, truncated or
///   promise more pixels than they can hold, `.value` for a mode that JPEG does not have.
public func decodeImage(_ bytes: [UInt8], mode: ImageReadMode = .unchanged) throws -> Tensor {
  let format = try ImageFormat.known(bytes)
  if format == .jpeg && (mode == .rgbAlpha || mode == .grayAlpha) {
    throw VisionError(
      .value, "JPEG files have no transparency: read them as .unchanged, .gray or .rgb")
  }
  return try bytes.withUnsafeBufferPointer { bytes in
    switch format {
    case .png: return try decodePlanes(bytes, .png, mode)
    case .jpeg: return try decodePlanes(bytes, .jpeg, mode)
    case .bmp, .gif, .pnm, .webp, .tiff:
      let image = try Image(decoding: bytes, format)
      return try TF.pilToTensor(mode.imageMode.map(image.convert) ?? image)
    }
  }
}

extension ImageFormat {
  /// The format of the bytes of a file.
  ///
  /// - Throws: ``VisionError`` `.corrupt` that says what the bytes are instead.
  static func known(_ bytes: [UInt8]) throws -> ImageFormat {
    guard !bytes.isEmpty else { throw VisionError(.corrupt, "the file is empty") }
    guard let format = ImageFormat(bytes) else {
      let kind = unreadFormat(bytes).map { "is \($0)" } ?? "not an image"
      throw VisionError(.corrupt, "\(kind); \(readFormats) files are read")
    }
    return format
  }
}

extension ImageReadMode {
  /// The mode of an ``Image``; nil where it is left as it is.
  var imageMode: Image.Mode? {
    switch self {
    case .unchanged: nil
    case .gray: .l
    case .grayAlpha: .la
    case .rgb: .rgb
    case .rgbAlpha: .rgba
    }
  }
}

/// Decodes to planes, one a channel.
private func decodePlanes(
  _ bytes: UnsafeBufferPointer<UInt8>, _ format: CodecFormat, _ mode: ImageReadMode
) throws -> Tensor {
  let pixels = try decodePixels(bytes, format, mode)
  let (height, width, channels) = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
  let is16 = pixels.dtype == .int16
  if channels == 1 && !is16 { return try pixels.reshape([1, height, width]) }
  let result = try Tensor.empty([channels, height, width], dtype: is16 ? .int32 : .uint8)
  try pixels.backend.withHostBytes(pixels.storage, mutating: false) { memory in
    try result.backend.withHostBytes(result.storage, mutating: true) { planes in
      guard let from = memory.baseAddress, let to = planes.baseAddress else { return }
      if is16 {
        kc_to_planes_16(
          from.assumingMemoryBound(to: UInt16.self), width * height, channels,
          to.assumingMemoryBound(to: Int32.self))
      } else {
        kc_to_planes_8(
          from.assumingMemoryBound(to: UInt8.self), width * height, channels,
          to.assumingMemoryBound(to: UInt8.self))
      }
    }
  }
  return result
}

/// Decodes to pixels side by side, `[H, W, C]`: `uint8`, or `int16` whose bits are 16-bit samples.
func decodePixels(
  _ bytes: UnsafeBufferPointer<UInt8>, _ format: CodecFormat, _ mode: ImageReadMode
) throws -> Tensor {
  var info = kc_image_info()
  if let failure = codecFailure({ format.info(bytes, mode, &info, $0) }) {
    throw VisionError(.corrupt, "the image cannot be decoded: \(failure)")
  }
  // Neither product overflows: sizes are below 2³² and 2³¹.
  let (width, height) = (Int(info.width), Int(info.height))
  let most = format.mostPixels(inBytes: bytes.count)
  guard width > 0, height > 0, height <= most / width else {
    throw VisionError(
      .corrupt,
      "the image cannot be decoded: its header promises \(width) by \(height) pixels, more than a file of \(bytes.count) bytes holds"
    )
  }
  let pixels = try Tensor.empty(
    [height, width, Int(info.channels)], dtype: info.bits == 16 ? .int16 : .uint8)
  var failure: String?
  try pixels.backend.withHostBytes(pixels.storage, mutating: true) { memory in
    failure = codecFailure { format.decode(bytes, mode, memory, $0) }
  }
  if let failure { throw VisionError(.corrupt, "the image cannot be decoded: \(failure)") }
  return pixels
}
