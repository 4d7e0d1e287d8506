import KindlingCore

/// An immutable 8-bit image, which image datasets pass to transforms (Pillow: `PIL.Image.Image`).
///
/// Transforms and ``TF`` functions use Pillow's integer arithmetic for an image, and PyTorch's
/// floating-point arithmetic for a tensor. The two round differently, as in torchvision.
///
/// ```swift
/// let image = try Image.open("cat.jpg")                  // <Image mode=RGB size=640x480>
/// let small = try Resize(224)(image)                     // an Image again
/// let x = try ToTensor()(small)                          // float32 [3, 224, 298], from 0 to 1
/// ```
public struct Image: Sendable {
  /// The channels of a pixel, 8 bits each.
  public enum Mode: String, Sendable, CaseIterable {
    /// Gray.
    case l = "L"
    /// Gray and opacity.
    case la = "LA"
    /// Red, green and blue.
    case rgb = "RGB"
    /// Red, green, blue and opacity.
    case rgba = "RGBA"

    /// The number of channels.
    public var channels: Int {
      switch self {
      case .l: 1
      case .la: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    /// Whether the last channel is opacity.
    var hasAlpha: Bool { self == .la || self == .rgba }

    init?(channels: Int) {
      guard let mode = Mode.allCases.first(where: { $0.channels == channels }) else { return nil }
      self = mode
    }
  }

  /// The order of the dimensions of an array of pixels.
  public enum Layout: Sendable {
    /// `[C, H, W]`, as in PyTorch.
    case channelsFirst
    /// `[H, W, C]`, as in NumPy and Pillow.
    case channelsLast
  }

  /// The mode of the image.
  public let mode: Mode
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// The pixels, `uint8`, `[H, W, C]`, contiguous.
  ///
  /// They are never modified.
  let pixels: Tensor

  /// Creates an image that shares the pixels `[H, W, C]`.
  init(sharing pixels: Tensor, _ mode: Mode) {
    self.mode = mode
    height = pixels.shape[0]
    width = pixels.shape[1]
    self.pixels = pixels
  }

  /// Creates an image from a tensor of bytes.
  ///
  /// - Parameters:
  ///   - pixels: `uint8`, `[H, W]`, or in the order of `layout` with 1 to 4 channels.
  ///     ``ToPILImage`` takes floats.
  ///   - layout: the order of the dimensions. It is never guessed from their sizes.
  /// - Throws: `TensorError` for another dtype or shape, or an image without pixels.
  public init(_ pixels: Tensor, layout: Layout = .channelsFirst) throws {
    guard pixels.dtype == .uint8 else {
      throw TensorError(
        .dtype, "Image",
        "an image has pixels of dtype uint8, but got \(got: pixels.dtype); ToPILImage takes floats from 0 to 1"
      )
    }
    guard pixels.ndim == 2 || pixels.ndim == 3 else {
      throw TensorError(
        .shape, "Image",
        "expected pixels [H, W], [C, H, W] or with layout: .channelsLast [H, W, C], but got shape \(got: pixels.shape)"
      )
    }
    let last =
      try pixels.ndim == 2
      ? pixels.unsqueeze(-1) : layout == .channelsLast ? pixels : pixels.permute(1, 2, 0)
    guard let mode = Mode(channels: last.shape[2]) else {
      throw TensorError(
        .shape, "Image",
        "an image has 1 to 4 channels, but got \(got: last.shape[2]) in shape \(got: pixels.shape) with layout: .\(got: layout)"
      )
    }
    guard last.numel > 0 else {
      throw TensorError(.shape, "Image", "an image has pixels, but got shape \(got: pixels.shape)")
    }
    let copy = try Tensor.empty(last.shape, dtype: .uint8)
    try noGrad { _ = try copy.copy_(last) }
    self.init(sharing: copy, mode)
  }

  /// Creates an image from interleaved bytes, row by row.
  ///
  /// - Throws: `TensorError` if the number of bytes is not `width · height · mode.channels`, or is
  ///   0.
  public init(bytes: [UInt8], width: Int, height: Int, mode: Mode) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    let (count, overflows) = area.multipliedReportingOverflow(by: mode.channels)
    guard width > 0, height > 0, !overflow, !overflows, bytes.count == count else {
      throw TensorError(
        .shape, "Image",
        "an image of \(expected: width) by \(expected: height) pixels of mode \(expected: mode.rawValue) has \(expected: mode.channels) bytes a pixel, but got \(got: bytes.count) bytes"
      )
    }
    self.init(
      sharing: try Tensor(bytes, dtype: .uint8).reshape([height, width, mode.channels]), mode)
  }

  /// Creates an image of one color (Pillow: `Image.new`).
  ///
  /// - Throws: `TensorError` unless `color` has one number for all channels or one for each, and
  ///   the image has pixels.
  public init(_ mode: Mode, width: Int, height: Int, color: [UInt8] = [0]) throws {
    guard width > 0, height > 0, max(width, height) <= ImageFormat.mostPixels else {
      throw TensorError(
        .value, "Image", "an image cannot have \(width) by \(height) pixels")
    }
    guard color.count == 1 || color.count == mode.channels else {
      throw TensorError(
        .value, "Image",
        "mode \(expected: mode.rawValue) takes 1 or \(expected: mode.channels) numbers as a color, but got \(got: color)"
      )
    }
    let pixels = try Tensor.empty([height, width, mode.channels], dtype: .uint8)
    _ = try pixels.copy_(Tensor(color, dtype: .uint8))
    self.init(sharing: pixels, mode)
  }

  /// Returns the interleaved bytes, row by row (Pillow: `Image.tobytes`).
  public func bytes() throws -> [UInt8] {
    try pixels.withUnsafeBuffer(of: UInt8.self) { Array($0) }
  }

  /// Returns the channels of the pixel in column `x` and row `y` (Pillow: `Image.getpixel`).
  ///
  /// - Throws: `TensorError` if there is no such pixel.
  public func pixel(x: Int, y: Int) throws -> [UInt8] {
    guard (0..<width).contains(x), (0..<height).contains(y) else {
      throw TensorError(
        .index, "Image", "there is no pixel (\(x), \(y)) in an image of \(width) by \(height)")
    }
    let first = (y * width + x) * mode.channels
    return try pixels.withUnsafeBuffer(of: UInt8.self) { Array($0[first..<first + mode.channels]) }
  }

  /// Returns a new image, of the same or another mode, that `fill` computes from this image's
  /// bytes.
  func drawn(
    as mode: Mode? = nil, height: Int, width: Int,
    _ fill: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) throws -> Void
  ) throws -> Image {
    let mode = mode ?? self.mode
    let result = try Tensor.empty([height, width, mode.channels], dtype: .uint8)
    try pixels.withUnsafeBuffer(of: UInt8.self) { from in
      try result.withUnsafeMutableBuffer(of: UInt8.self) { try fill(from, $0) }
    }
    return Image(sharing: result, mode)
  }
}

extension Image: Equatable {
  /// Returns whether two images have the same mode, size and pixels.
  public static func == (a: Image, b: Image) -> Bool {
    guard a.mode == b.mode, a.width == b.width, a.height == b.height else { return false }
    return
      (try? a.pixels.withUnsafeBuffer(of: UInt8.self) { left in
        try b.pixels.withUnsafeBuffer(of: UInt8.self) { left.elementsEqual($0) }
      }) ?? false
  }
}

extension Image: CustomStringConvertible {
  /// The mode and the width and height in pixels.
  public var description: String { "<Image mode=\(mode.rawValue) size=\(width)x\(height)>" }
}
