import KindlingCore

/// PyTorch's antialiased resizing of float32 images, bit for bit.
///
/// It runs along rows, then along columns, with PyTorch's weights and its order and rounding of
/// sums. The last bit of these sums determines the rounding of bytes half-way between two levels.
enum SmoothResampling {
  static func apply(_ image: Tensor, _ height: Int, _ width: Int, cubic: Bool) throws -> Tensor {
    let (h, w) = try TensorForms.size(image, "resize")
    let planes = image.numel / max(h * w, 1)
    let columns = Taps(w, to: width, cubic: cubic), rows = Taps(h, to: height, cubic: cubic)
    let wide = try Tensor.empty([planes, h, width], dtype: .float32)
    try image.withUnsafeBuffer(of: Float.self) { source in
      try wide.withUnsafeMutableBuffer(of: Float.self) { target in
        for line in 0..<planes * h {
          for x in 0..<width {
            target[line * width + x] = columns.value(x, source, from: line * w, step: 1)
          }
        }
      }
    }
    let result = try Tensor.empty([planes, height, width], dtype: .float32)
    try wide.withUnsafeBuffer(of: Float.self) { source in
      try result.withUnsafeMutableBuffer(of: Float.self) { target in
        for plane in 0..<planes {
          for y in 0..<height {
            for x in 0..<width {
              target[(plane * height + y) * width + x] = rows.value(
                y, source, from: plane * h * width + x, step: width)
            }
          }
        }
      }
    }
    return try result.reshape(image.shape.dropLast(2) + [height, width])
  }

  /// The input elements and weights of each of `size` outputs, for `count` inputs.
  private struct Taps {
    private var starts: [Int] = []
    private var ends: [Int] = [0]
    private var weights: [Float] = []

    init(_ count: Int, to size: Int, cubic: Bool) {
      let scale = Float(count) / Float(size)
      let support = (cubic ? 2 : 1) * max(scale, 1), inverse = scale >= 1 ? 1 / scale : 1
      for i in 0..<size {
        let center = Float(Double(scale) * (Double(i) + 0.5))
        let first = max(Int(Double(center - support) + 0.5), 0)
        let last = max(min(Int(Double(center + support) + 0.5), count), first)
        let shares = (first..<last).map { j in
          Taps.weight(
            abs(Float((Double(Float(j) - center) + 0.5) * Double(inverse))), cubic: cubic)
        }
        let sum = shares.reduce(0, +)
        weights += shares.map { $0 / sum }
        starts.append(first)
        ends.append(weights.count)
      }
    }

    /// Returns the weight of an element at distance `x`, with products and sums rounded once.
    private static func weight(_ x: Float, cubic: Bool) -> Float {
      if !cubic { return x < 1 ? 1 - x : 0 }
      let a: Float = -0.5
      if x < 1 { return fused(fused(a + 2, x, -(a + 3)) * x, x, 1) }
      if x < 2 { return fused(fused(fused(a, x, -5 * a), x, 8 * a), x, -4 * a) }
      return 0
    }

    /// Returns `a * b + c`, rounded once: the product of two floats is exact in double precision.
    private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float {
      Float(Double(a) * Double(b) + Double(c))
    }

    /// Returns output `i` of input elements with stride `step`.
    func value(_ i: Int, _ source: UnsafeBufferPointer<Float>, from: Int, step: Int) -> Float {
      let first = ends[i], last = ends[i + 1]
      if first == last { return 0 }
      var place = from + starts[i] * step
      var sum = source[place] * weights[first]
      // PyTorch's loop processes four elements at once and rounds their products before adding
      // them.
      let whole = first + 1 + (last - first - 1) / 4 * 4
      for tap in first + 1..<last {
        place += step
        sum =
          tap < whole
          ? sum + source[place] * weights[tap] : Taps.fused(source[place], weights[tap], sum)
      }
      return sum
    }
  }
}
