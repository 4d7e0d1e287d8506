import CImageCodecs
import KindlingCore

/// Reads an image file as a tensor (torchvision: `io.read_image`).
///
/// Supported formats are PNG, JPEG, BMP, GIF (the first frame), PBM, PGM and PPM, and WebP and TIFF
/// if libwebp and libtiff are installed.
///
/// - Shape: `[C, H, W]`.
/// - Dtypes: `uint8`, from 0 to 255; for 16-bit PNG files `int32`, from 0 to 65535, where
///   torchvision has `uint16`.
/// - Throws: ``VisionError`` if the file is missing, of another format, damaged, truncated or too
///   large; the message names the file.
public func readImage(_ path: String, mode: ImageReadMode = .unchanged) throws -> Tensor {
  try VisionError.naming(path) { try decodeImage(FileContents.read(path), mode: mode) }
}

/// Reads an image file as a tensor of bytes.
///
/// 16-bit samples are reduced to their upper 8 bits, so that all files of a folder have the same
/// dtype and range.
package func readBytes(_ path: String, mode: ImageReadMode = .unchanged) throws -> Tensor {
  let image = try readImage(path, mode: mode)
  return image.dtype == .uint8 ? image : try image.div(256, rounding: .floor).to(.uint8)
}

/// Returns whether the image in a file is grayscale.
package func isGrayImage(_ path: String) throws -> Bool {
  try VisionError.naming(path) {
    let bytes = try FileContents.read(path)
    // In PNG the byte after the sizes and the depth is the color type; a palette's single channel
    // has colors.
    if ImageFormat(bytes) == .png { return bytes.count > 25 && [0, 4].contains(bytes[25]) }
    return try decodeImage(bytes).shape[0] == 1
  }
}

/// Returns whether a file begins with the signature of an image format.
package func isImageFile(_ path: String) throws -> Bool {
  try VisionError.naming(path) { try ImageFormat(FileContents.read(path, upTo: 16)) != nil }
}

/// Decodes the bytes of an image file to a tensor (torchvision: `io.decode_image`).
///
/// The format is detected from the first bytes. PNG and JPEG files are decoded by libpng and
/// libjpeg-turbo with torchvision's settings; the pixels of other formats are Pillow's. Formats,
/// shape and dtypes are those of ``readImage(_:mode:)``.
///
/// - Throws: ``VisionError`` `.corrupt` if the bytes are of another format, damaged, truncated or
///   promise more pixels than they can hold, `.value` for a mode that JPEG does not support.
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
  /// Returns the format of the bytes of a file.
  ///
  /// - Throws: ``VisionError`` `.corrupt` that names the actual content.
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
  /// The mode of an ``Image``; `nil` leaves it unchanged.
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

/// Decodes to separate planes, one per channel.
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

/// Decodes to interleaved pixels `[H, W, C]`: `uint8`, or `int16` with the bits of 16-bit samples.
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
