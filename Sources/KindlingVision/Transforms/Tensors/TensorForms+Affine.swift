import KindlingCore

extension TensorForms {
  /// Returns the image sampled at the positions of `place`, relative to the image's center.
  static func affine(
    _ image: Tensor, _ place: Pillow.Affine, interpolation: InterpolationMode, expand: Bool,
    fill: [Double]?, _ operation: String
  ) throws -> Tensor {
    let (h, w) = try size(image, operation)
    guard interpolation == .nearest || interpolation == .bilinear else {
      throw TensorError(
        .value, operation,
        "interpolation of a tensor must be nearest or bilinear, but got \(got: interpolation.rawValue)"
      )
    }
    guard h > 0, w > 0 else { return image }
    let channels = image.ndim < 3 ? 1 : image.shape[image.ndim - 3]
    if let fill, fill.count != 1 && fill.count != channels {
      throw TensorError(
        .value, operation, "fill has \(fill.count) numbers, but the image has \(channels) channels")
    }
    let turn = Turn(place)
    let (outH, outW) = expand ? try turn.extent(h, w) : (h, w)
    let isBilinear = interpolation == .bilinear
    // As in PyTorch, with the precision of the image.
    let taps =
      image.dtype == .float64
      ? turn.taps(from: (h, w), to: (outH, outW), bilinear: isBilinear, in: Double.self)
      : turn.taps(from: (h, w), to: (outH, outW), bilinear: isBilinear, in: Float.self)

    let lead = Array(image.shape.dropLast(2))
    let flat = try image.reshape(lead + [h * w])
    func pick(_ x: Tensor, _ tap: Taps) throws -> Tensor {
      try x.indexSelect(-1, Tensor(tap.places)).mul(Tensor(tap.weights, dtype: x.dtype))
    }
    if interpolation == .nearest {
      var result = try pick(flat, taps[0])
      if let fill {
        let color = try Tensor(fill).to(image.dtype).reshape([fill.count, 1])
        result = try Tensor.where(
          Tensor(taps[0].weights).gt(0.5), result, color.expand(result.shape))
      }
      return try result.reshape(lead + [outH, outW])
    }
    return try throughFloats(flat) { x in
      // As in PyTorch's kernel, each product but the first is fused with the sum: halves are
      // rounded next.
      func adding(_ tap: Taps, to sum: Tensor) throws -> Tensor {
        if x.dtype != .float32 { return try sum + pick(x, tap) }
        return try (pick(x.to(.float64), tap) + sum).to(.float32)
      }
      var result = try pick(x, taps[0])
      for tap in taps.dropFirst() { result = try adding(tap, to: result) }
      var cover = try Tensor(taps[0].weights, dtype: x.dtype)
      for tap in taps.dropFirst() { cover = try cover + Tensor(tap.weights, dtype: x.dtype) }
      if let fill {
        let color = try Tensor(fill).to(x.dtype).reshape([fill.count, 1])
        result = try result * cover + (1 - cover) * color
      }
      return result
    }.reshape(lead + [outH, outW])
  }
}

/// One input pixel and its weight for every output pixel; the weight is 0 outside.
private struct Taps {
  var places: [Int] = []
  var weights: [Double] = []
}

/// The input positions of the pixels of a rotated image, relative to its center.
private struct Turn {
  private let map: Pillow.Affine

  init(_ map: Pillow.Affine) { self.map = map }

  /// Returns the height and width of the bounding box of the rotated image.
  ///
  /// It is computed in float32, whose rounding determines whether an integral size stays integral.
  func extent(_ h: Int, _ w: Int) throws -> (Int, Int) {
    let corners: [(Float, Float)] = [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)]
    func length(_ turns: (Float, Float, Float), _ half: Float) -> Float {
      let ends = corners.map { corner in
        turns.2
          .addingProduct(
            1, (corner.0 * Float(w) * turns.0).addingProduct(corner.1 * Float(h), turns.1))
      }
      let tolerance: Float = 1e-4
      func whole(_ value: Float) -> Float {
        ((value + half) / tolerance).rounded(.towardZero) * tolerance
      }
      return whole(ends.max() ?? 0).rounded(.up) - whole(ends.min() ?? 0).rounded(.down)
    }
    let width = length((Float(map.a), Float(map.b), Float(map.c)), Float(w) / 2)
    let height = length((Float(map.d), Float(map.e), Float(map.f)), Float(h) / 2)
    guard Double(width) * Double(height) <= Double(ImageFormat.mostPixels) else {
      throw TensorError(
        .value, "rotate", "the turned image would have \(height) by \(width) pixels")
    }
    return (Int(height), Int(width))
  }

  /// Returns one tap per pixel for nearest, four for bilinear, computed in `Number`.
  func taps<Number: BinaryFloatingPoint>(
    from source: (h: Int, w: Int), to result: (h: Int, w: Int), bilinear: Bool, in: Number.Type
  ) -> [Taps] {
    let (w, h) = (Number(source.w), Number(source.h))
    let toX = (Number(map.a) / (0.5 * w), Number(map.b) / (0.5 * w), Number(map.c) / (0.5 * w))
    let toY = (Number(map.d) / (0.5 * h), Number(map.e) / (0.5 * h), Number(map.f) / (0.5 * h))
    var taps = [Taps](repeating: Taps(), count: bilinear ? 4 : 1)
    func add(_ tap: Int, _ x: Number, _ y: Number, _ weight: Number) {
      let inside = x >= 0 && x < w && y >= 0 && y < h
      taps[tap].places.append(inside ? Int(y) * source.w + Int(x) : 0)
      taps[tap].weights.append(inside ? Double(weight) : 0)
    }
    for row in 0..<result.h {
      let y0 = Number(row) - Number(result.h) * 0.5 + 0.5
      for column in 0..<result.w {
        let x0 = Number(column) - Number(result.w) * 0.5 + 0.5
        // As in PyTorch's kernels, products are fused with sums, since half a pixel matters.
        let toLeft = x0 * toX.0 + y0 * toX.1 + toX.2
        let toTop = x0 * toY.0 + y0 * toY.1 + toY.2
        let x = (-0.5 as Number).addingProduct(toLeft + 1, w / 2)
        let y = (-0.5 as Number).addingProduct(toTop + 1, h / 2)
        if bilinear {
          let (left, top) = (x.rounded(.down), y.rounded(.down))
          let (fx, fy) = (x - left, y - top)
          add(0, left, top, (1 - fx) * (1 - fy))
          add(1, left + 1, top, fx * (1 - fy))
          add(2, left, top + 1, (1 - fx) * fy)
          add(3, left + 1, top + 1, fx * fy)
        } else {
          add(0, x.rounded(.toNearestOrEven), y.rounded(.toNearestOrEven), 1)
        }
      }
    }
    return taps
  }
}
