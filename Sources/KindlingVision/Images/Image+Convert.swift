import KindlingCore

extension Image {
  /// Returns the image in another mode (Pillow: `Image.convert`).
  ///
  /// Gray is ITU-R 601-2 luma, rounded. A missing opacity becomes 255.
  public func convert(_ mode: Mode) throws -> Image {
    if mode == self.mode { return self }
    let (from, to) = (self.mode, mode)
    return try drawn(as: to, height: height, width: width) { source, target in
      let (step, stride) = (from.channels, to.channels)
      for i in 0..<width * height {
        let (s, t) = (i * step, i * stride)
        if to == .l || to == .la {
          target[t] =
            step < 3 ? source[s] : Image.luma(source[s], source[s + 1], source[s + 2])
        } else {
          target[t] = source[s]
          target[t + 1] = source[step < 3 ? s : s + 1]
          target[t + 2] = source[step < 3 ? s : s + 2]
        }
        if to.hasAlpha { target[t + stride - 1] = from.hasAlpha ? source[s + step - 1] : 255 }
      }
    }
  }

  /// Returns Pillow's gray value of a color.
  static func luma(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int(r) * 19595 + Int(g) * 38470 + Int(b) * 7471 + 0x8000) >> 16)
  }

  /// Returns the image with colors multiplied by opacity, which is how Pillow averages pixels.
  func premultiplied() throws -> Image {
    let channels = mode.channels
    return try drawn(height: height, width: width) { source, target in
      for pixel in stride(from: 0, to: source.count, by: channels) {
        let alpha = Int(source[pixel + channels - 1])
        for c in 0..<channels - 1 {
          let product = Int(source[pixel + c]) * alpha + 128
          target[pixel + c] = UInt8(truncatingIfNeeded: ((product >> 8) + product) >> 8)
        }
        target[pixel + channels - 1] = UInt8(alpha)
      }
    }
  }

  /// Returns the inverse of ``premultiplied()``.
  func unpremultiplied() throws -> Image {
    let channels = mode.channels
    return try drawn(height: height, width: width) { source, target in
      for pixel in stride(from: 0, to: source.count, by: channels) {
        let alpha = Int(source[pixel + channels - 1])
        for c in 0..<channels - 1 {
          let value = Int(source[pixel + c])
          target[pixel + c] =
            alpha == 0 || alpha == 255 ? UInt8(value) : UInt8(min(255 * value / alpha, 255))
        }
        target[pixel + channels - 1] = UInt8(alpha)
      }
    }
  }
}
