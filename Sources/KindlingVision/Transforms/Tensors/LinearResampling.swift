import KindlingCore

/// PyTorch's bilinear resizing of float32 images without antialiasing, bit for bit.
enum LinearResampling {
  static func apply(_ image: Tensor, _ height: Int, _ width: Int) throws -> Tensor {
    let (h, w) = try TensorForms.size(image, "resize")
    let planes = image.numel / max(h * w, 1)
    let columns = places(w, to: width), rows = places(h, to: height)
    let result = try Tensor.empty(image.shape.dropLast(2) + [height, width], dtype: .float32)
    try image.withUnsafeBuffer(of: Float.self) { source in
      try result.withUnsafeMutableBuffer(of: Float.self) { target in
        var t = 0
        for plane in 0..<planes {
          for row in rows {
            let top = (plane * h + row.first) * w, bottom = (plane * h + row.second) * w
            for column in columns {
              // The four pixels are added in the order of PyTorch's loop, with one rounding per
              // sum.
              var sum = source[top + column.second] * (row.near * column.far)
              sum = fused(source[top + column.first], row.near * column.near, sum)
              sum = fused(source[bottom + column.first], row.far * column.near, sum)
              target[t] = fused(source[bottom + column.second], row.far * column.far, sum)
              t += 1
            }
          }
        }
      }
    }
    return result
  }

  /// Returns, for each of `size` outputs, the two inputs around it, of `count`, and their weights.
  private static func places(
    _ count: Int, to size: Int
  ) -> [(first: Int, second: Int, near: Float, far: Float)] {
    let scale = Float(count) / Float(size)
    return (0..<size).map { i in
      if count == size { return (i, i, 1, 0) }
      let place = max(fused(scale, Float(i) + 0.5, -0.5), 0)
      let first = min(Int(place), count - 1)
      let far = min(max(place - Float(first), 0), 1)
      return (first, first < count - 1 ? first + 1 : first, 1 - far, far)
    }
  }

  /// Returns `a * b + c`, rounded once: the product of two floats is exact in double precision.
  private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float {
    Float(Double(a) * Double(b) + Double(c))
  }
}
