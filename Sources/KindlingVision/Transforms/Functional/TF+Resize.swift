import KindlingCore
import KindlingNN

/// How pixels between pixels are made (torchvision: `InterpolationMode`).
public enum InterpolationMode: String, Sendable {
  /// The nearest pixel, found from corners as PyTorch does.
  case nearest
  /// The nearest pixel, found from centres as Pillow does.
  case nearestExact = "nearest-exact"
  /// Along straight lines between pixels.
  case bilinear
  /// Along cubic curves through pixels.
  case bicubic
}

extension TF {
  /// The image at another size.
  ///
  /// - Parameters:
  ///   - image: `[*, H, W]`.
  ///   - size: height and width; one number is the shorter edge, with the proportions kept.
  ///   - interpolation: how new pixels follow from old ones.
  ///   - maxSize: the longest the longer edge may get where one number is given.
  ///   - antialias: whether `.bilinear` and `.bicubic` take all pixels into account when they
  ///     shrink.
  /// - Returns: the image, of the same dtype.
  /// - Throws: `TensorError` for a size that cannot be, and for an empty image.
  public static func resize(
    _ image: Tensor, _ size: [Int], interpolation: InterpolationMode = .bilinear,
    maxSize: Int? = nil, antialias: Bool = true
  ) throws -> Tensor {
    let (h, w) = try TF.size(image, "resize")
    let (height, width) = try resized(h, w, size, maxSize)
    if (h, w) == (height, width) { return image }
    switch interpolation {
    case .nearest, .nearestExact:
      let exact = interpolation == .nearestExact
      return try image.indexSelect(-2, Tensor(Resampling.nearest(h, to: height, exact: exact)))
        .indexSelect(-1, Tensor(Resampling.nearest(w, to: width, exact: exact)))
    case .bilinear, .bicubic:
      let cubic = interpolation == .bicubic
      return try throughFloats(image) { x in
        let y = try Resampling.apply(
          x, rows: Resampling.weights(h, to: height, x.dtype, cubic: cubic, antialias: antialias),
          columns: Resampling.weights(w, to: width, x.dtype, cubic: cubic, antialias: antialias))
        return cubic && image.dtype == .uint8 ? try y.clamp(min: 0, max: 255) : y
      }
    }
  }

  /// A rectangle of the image at another size.
  public static func resizedCrop(
    _ image: Tensor, _ top: Int, _ left: Int, _ height: Int, _ width: Int, _ size: [Int],
    interpolation: InterpolationMode = .bilinear, antialias: Bool = true
  ) throws -> Tensor {
    try resize(
      crop(image, top, left, height, width), size, interpolation: interpolation,
      antialias: antialias)
  }

  /// The height and width that `size` and `maxSize` mean for an image of `h` by `w` pixels.
  private static func resized(
    _ h: Int, _ w: Int, _ size: [Int], _ maxSize: Int?
  ) throws -> (Int, Int) {
    var (height, width) = try pair(size, "resize")
    guard h > 0, w > 0 else {
      throw TensorError(.shape, "resize", "an image of \(h) by \(w) pixels has nothing to resize")
    }
    if size.count == 2 && maxSize != nil {
      throw TensorError(
        .value, "resize",
        "max_size should only be passed if size is the length of the smaller edge, but size is \(size)"
      )
    }
    let most = ImageFormat.mostPixels
    if size.count == 1 {
      if let maxSize, maxSize <= size[0] {
        throw TensorError(
          .value, "resize",
          "max_size = \(maxSize) must be strictly greater than the requested size for the smaller edge size = \(size[0])"
        )
      }
      var short = size[0]
      var long = min(Double(most) + 1, Double(short) * Double(max(h, w)) / Double(min(h, w)))
      if let maxSize, long.rounded(.down) > Double(maxSize) {
        short = Int(Double(maxSize) * Double(short) / long.rounded(.down))
        long = Double(maxSize)
      }
      (height, width) = w <= h ? (Int(long), short) : (short, Int(long))
    }
    guard height > 0, width > 0, height <= most / width else {
      throw TensorError(
        .value, "resize",
        "an image of \(h) by \(w) pixels cannot become one of \(height) by \(width)")
    }
    return (height, width)
  }
}

/// Linear maps along one dimension of an image, as matrices `[out, in]`: resizing and blurring.
enum Resampling {
  /// `rows` · image · `columns`ᵀ.
  static func apply(_ image: Tensor, rows: Tensor, columns: Tensor) throws -> Tensor {
    let wide = try image.matmul(columns.to(image.dtype).t())
    return try rows.to(image.dtype).matmul(wide)
  }

  /// The pixel of `count` that each of `size` shows.
  static func nearest(_ count: Int, to size: Int, exact: Bool) -> [Int] {
    let scale = Float(count) / Float(size)
    return (0..<size).map { i in
      min(Int((exact ? Float(i) + 0.5 : Float(i)) * scale), count - 1)
    }
  }

  /// The share of each of `count` pixels in each of `size` pixels, float64 `[size, count]`.
  ///
  /// With antialiasing the filter is stretched when the image shrinks, so that no pixel is skipped;
  /// cubic curves are then those of Pillow (a = −0.5), otherwise those of PyTorch (a = −0.75). `dtype` is
  /// that of the image.
  static func weights(
    _ count: Int, to size: Int, _ dtype: DType, cubic: Bool, antialias: Bool
  ) throws -> Tensor {
    let result = try Tensor.zeros([size, count], dtype: .float64)
    // PyTorch's arithmetic: float32 but for images of float64.
    let single = dtype != .float64
    func rounded(_ x: Double) -> Double { single ? Double(Float(x)) : x }
    let scale = rounded(Double(count) / Double(size))
    let filtered =
      antialias
      ? AntialiasFilter.rows(count, size, scale: scale, cubic: cubic, single: single) : []
    try result.withUnsafeMutableBuffer(of: Double.self) { table in
      for i in 0..<size {
        let row = UnsafeMutableBufferPointer(rebasing: table[i * count..<(i + 1) * count])
        if antialias {
          for (k, weight) in filtered[i].weights.enumerated() {
            row[filtered[i].first + k] = weight
          }
        } else {
          // Beyond the edges the last pixel goes on.
          let center = rounded(rounded(scale * (Double(i) + 0.5)) - 0.5)
          let place = cubic ? center : max(center, 0)
          let base = Int(place.rounded(.down))
          for j in (cubic ? base - 1 : base)...(cubic ? base + 2 : base + 1) {
            row[min(max(j, 0), count - 1)] += filter(Double(j) - place, cubic, -0.75)
          }
        }
      }
    }
    return result
  }

  /// The weight of a pixel at distance `x`.
  private static func filter(_ x: Double, _ cubic: Bool, _ a: Double) -> Double {
    let x = abs(x)
    if !cubic { return max(1 - x, 0) }
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }
}
