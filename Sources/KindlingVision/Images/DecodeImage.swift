import CImageCodecs
import KindlingCore

/// The image in a PNG or JPEG file (torchvision: `io.read_image`).
///
/// - Shape: `[C, H, W]`.
/// - Dtypes: `uint8`, from 0 to 255; `int32`, from 0 to 65535, for PNG files of 16 bits a sample,
///   where torchvision has `uint16`.
/// - Throws: ``VisionError`` where the file is absent, neither PNG nor JPEG, damaged, truncated or
///   absurdly large; the message names the file.
public func readImage(_ path: String, mode: ImageReadMode = .unchanged) throws -> Tensor {
  try VisionError.naming(path) { try decodeImage(FileContents.read(path), mode: mode) }
}

/// Whether the image in a file has no colours.
package func isGrayImage(_ path: String) throws -> Bool {
  try VisionError.naming(path) {
    let bytes = try FileContents.read(path)
    // In PNG the byte after both sizes and the depth says so; a palette's single channel has colours.
    if ImageFormat(bytes) == .png { return bytes.count > 25 && [0, 4].contains(bytes[25]) }
    return try decodeImage(bytes).shape[0] == 1
  }
}

/// Whether a file begins as an image does.
package func isImageFile(_ path: String) throws -> Bool {
  try VisionError.naming(path) { try ImageFormat(FileContents.read(path, upTo: 16)) != nil }
}

/// The image that the bytes of a PNG or JPEG file hold (torchvision: `io.decode_image`).
///
/// The format is told from the first bytes. Values are those of libpng and libjpeg-turbo with the
/// settings of torchvision. What ``readImage(_:mode:)`` says about shape and dtypes holds here too.
///
/// - Throws: ``VisionError`` `.corrupt` where the bytes are neither PNG nor JPEG, damaged, truncated
///   or promise more pixels than they can hold, `.value` for a mode that JPEG does not have.
public func decodeImage(_ bytes: [UInt8], mode: ImageReadMode = .unchanged) throws -> Tensor {
  guard !bytes.isEmpty else { throw VisionError(.corrupt, "the file is empty") }
  guard let format = ImageFormat(bytes) else {
    throw VisionError(.corrupt, "not an image: neither PNG nor JPEG, the formats that are read")
  }
  if format == .jpeg && (mode == .rgbAlpha || mode == .grayAlpha) {
    throw VisionError(
      .value, "JPEG files have no transparency: read them as .unchanged, .gray or .rgb")
  }
  return try bytes.withUnsafeBufferPointer { bytes in
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
    return try decode(bytes, format, mode, info)
  }
}

/// Decodes pixels side by side, then sorts them into planes.
private func decode(
  _ bytes: UnsafeBufferPointer<UInt8>, _ format: ImageFormat, _ mode: ImageReadMode,
  _ info: kc_image_info
) throws -> Tensor {
  let (width, height, channels) = (Int(info.width), Int(info.height), Int(info.channels))
  let is16 = info.bits == 16
  let pixels = try Tensor.empty(
    [height, width, channels], dtype: is16 ? .int16 : .uint8)
  let result =
    channels == 1 && !is16
    ? try pixels.reshape([1, height, width])
    : try Tensor.empty([channels, height, width], dtype: is16 ? .int32 : .uint8)
  var failure: String?
  try pixels.backend.withHostBytes(pixels.storage, mutating: true) { memory in
    failure = codecFailure { format.decode(bytes, mode, memory, $0) }
    if failure != nil || channels == 1 && !is16 { return }
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
  if let failure { throw VisionError(.corrupt, "the image cannot be decoded: \(failure)") }
  return result
}
