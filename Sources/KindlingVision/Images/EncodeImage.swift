import CImageCodecs
import KindlingCore
import KindlingIO

/// Writes an image to a file whose name ends in `.png`, `.jpg` or `.jpeg`
/// (torchvision: `io.write_png`, `io.write_jpeg`).
///
/// The file is replaced atomically.
///
/// - Parameters:
///   - image: `uint8`, `[C, H, W]`; `saveImage` takes floats.
///   - path: the file; its suffix determines the format.
///   - quality: JPEG's quality, from 1 to 100.
///   - compressionLevel: PNG's level, from 0 to 9; higher is smaller and slower.
/// - Throws: ``VisionError`` `.value` for another suffix or number, `.system` if the file cannot be
///   written; `TensorError` for another dtype or shape of `image`.
public func writeImage(
  _ image: Tensor, to path: String, quality: Int = 75, compressionLevel: Int = 6
) throws {
  let bytes =
    switch ImageFormat(suffixOf: path) {
    case .png: try encodePNG(image, compressionLevel: compressionLevel)
    case .jpeg: try encodeJPEG(image, quality: quality)
    default:
      throw VisionError(
        .value, "\(path): the name of an image file must end in .png, .jpg or .jpeg")
    }
  try FileContents.write(bytes, to: path)
}

/// Encodes an image as PNG (torchvision: `io.encode_png`).
///
/// - Shape: `[C, H, W]` with 1 channel (gray), 2 (gray and opacity), 3 (rgb) or 4 (rgb and
///   opacity).
/// - Dtypes: `uint8`.
/// - Throws: ``VisionError`` `.value` if `compressionLevel` is not in 0…9, `TensorError` for
///   another dtype or shape of `image`.
public func encodePNG(_ image: Tensor, compressionLevel: Int = 6) throws -> [UInt8] {
  guard (0...9).contains(compressionLevel) else {
    throw VisionError(
      .value,
      "encodePNG: compression level should be between 0 and 9, but got \(got: compressionLevel)")
  }
  return try encode(image, "encodePNG", channels: 1...4, largest: Int(Int32.max)) {
    kc_png_encode($0, $1, Int32(compressionLevel), $2, $3, $4)
  }
}

/// Encodes an image as JPEG (torchvision: `io.encode_jpeg`).
///
/// - Shape: `[C, H, W]` with 1 channel (gray) or 3 (rgb), at most 65,500 pixels wide and high.
/// - Dtypes: `uint8`.
/// - Throws: ``VisionError`` `.value` if `quality` is not in 1…100, `TensorError` for another dtype
///   or shape of `image`.
public func encodeJPEG(_ image: Tensor, quality: Int = 75) throws -> [UInt8] {
  guard (1...100).contains(quality) else {
    throw VisionError(
      .value, "encodeJPEG: image quality should be between 1 and 100, but got \(got: quality)")
  }
  guard image.ndim != 3 || image.shape[0] != 2 else {
    throw TensorError(.shape, "encodeJPEG", "the number of channels should be 1 or 3, but got 2")
  }
  return try encode(image, "encodeJPEG", channels: 1...3, largest: 65_500) {
    kc_jpeg_encode($0, $1, Int32(quality), $2, $3, $4)
  }
}

private func encode(
  _ image: Tensor, _ operation: String, channels: ClosedRange<Int>, largest: Int,
  _ codec: (
    UnsafePointer<UInt8>, kc_image_info, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
    UnsafeMutablePointer<Int>, UnsafeMutablePointer<CChar>
  ) -> Bool
) throws -> [UInt8] {
  guard image.dtype == .uint8 else {
    throw TensorError(
      .dtype, operation,
      "input tensor dtype should be uint8, but got \(got: image.dtype); saveImage takes floats from 0 to 1"
    )
  }
  guard image.ndim == 3, channels.contains(image.shape[0]) else {
    throw TensorError(
      .shape, operation,
      "input should be an image [C, H, W] with \(expected: channels.lowerBound) to \(expected: channels.upperBound) channels, but got shape \(got: image.shape)"
    )
  }
  let (count, height, width) = (image.shape[0], image.shape[1], image.shape[2])
  guard (1...largest).contains(height), (1...largest).contains(width) else {
    throw TensorError(
      .shape, operation,
      "height and width should be between 1 and \(expected: largest), but got shape \(got: image.shape)"
    )
  }
  let info = kc_image_info(
    width: UInt32(width), height: UInt32(height), channels: Int32(count), bits: 8)
  // Interleaved pixels, in a tensor, so that running out of memory throws.
  let pixels = try Tensor.empty([height, width, count], dtype: .uint8)
  try noGrad { _ = try pixels.copy_(image.permute(1, 2, 0)) }
  return try pixels.withUnsafeBuffer(of: UInt8.self) { pixels in
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    let failure = codecFailure { message in
      guard let start = pixels.baseAddress else { return false }
      return codec(start, info, &bytes, &size, message)
    }
    defer { kc_free(bytes) }
    if let failure { throw VisionError(.system, "\(operation): \(failure)") }
    return Array(UnsafeBufferPointer(start: bytes, count: size))
  }
}
