import KindlingCore
import KindlingNN

extension TensorForms {
  static func resize(
    _ image: Tensor, _ height: Int, _ width: Int, _ interpolation: InterpolationMode,
    antialias: Bool
  ) throws -> Tensor {
    let (h, w) = try size(image, "resize")
    switch interpolation {
    case .nearest, .nearestExact:
      let exact = interpolation == .nearestExact
      return try image.indexSelect(-2, Tensor(Resampling.nearest(h, to: height, exact: exact)))
        .indexSelect(-1, Tensor(Resampling.nearest(w, to: width, exact: exact)))
    case .bilinear, .bicubic:
      let cubic = interpolation == .bicubic
      return try throughFloats(image) { x in
        // Exact to the last bit unless a gradient is needed; only the matrix form is
        // differentiable.
        let isExact = x.dtype == .float32 && !(isGradEnabled && x.requiresGrad)
        let y =
          if isExact && antialias {
            try SmoothResampling.apply(x, height, width, cubic: cubic)
          } else if isExact && !cubic {
            try LinearResampling.apply(x, height, width)
          } else {
            try Resampling.apply(
              x,
              rows: Resampling.weights(h, to: height, x.dtype, cubic: cubic, antialias: antialias),
              columns: Resampling.weights(w, to: width, x.dtype, cubic: cubic, antialias: antialias)
            )
          }
        return cubic && image.dtype == .uint8 ? try y.clamp(min: 0, max: 255) : y
      }
    case .box, .hamming, .lanczos:
      throw TensorError(
        .value, "resize",
        "interpolation mode \(interpolation.rawValue) is unsupported with tensors; make the tensor an image with ToPILImage"
      )
    }
  }
}

/// Linear maps along one dimension of an image, as matrices `[out, in]`, for resizing and blurring.
enum Resampling {
  /// Returns `rows` · image · `columns`ᵀ.
  static func apply(_ image: Tensor, rows: Tensor, columns: Tensor) throws -> Tensor {
    let wide = try image.matmul(columns.to(image.dtype).t())
    return try rows.to(image.dtype).matmul(wide)
  }

  /// Returns the input index, of `count`, of each of `size` outputs.
  static func nearest(_ count: Int, to size: Int, exact: Bool) -> [Int] {
    let scale = Float(count) / Float(size)
    return (0..<size).map { i in
      min(Int((exact ? Float(i) + 0.5 : Float(i)) * scale), count - 1)
    }
  }

  /// Returns the weight of each of `count` inputs in each of `size` outputs, float64
  /// `[size, count]`.
  ///
  /// With antialiasing the filter is stretched when the image shrinks, so that no pixel is skipped.
  /// Cubic kernels are then Pillow's (a = −0.5), otherwise PyTorch's (a = −0.75). `dtype` is the
  /// dtype of the image.
  static func weights(
    _ count: Int, to size: Int, _ dtype: DType, cubic: Bool, antialias: Bool
  ) throws -> Tensor {
    let result = try Tensor.zeros([size, count], dtype: .float64)
    // PyTorch's arithmetic: float32 unless the image is float64.
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
          // Beyond the edges the edge pixel is repeated.
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

  /// Returns the weight of a pixel at distance `x`.
  private static func filter(_ x: Double, _ cubic: Bool, _ a: Double) -> Double {
    let x = abs(x)
    if !cubic { return max(1 - x, 0) }
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }
}
