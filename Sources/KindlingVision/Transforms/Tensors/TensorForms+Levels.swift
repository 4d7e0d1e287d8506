import KindlingCore

extension TensorForms {
  static func adjustGamma(_ image: Tensor, _ gamma: Double, _ gain: Double) throws -> Tensor {
    _ = try channels(image, "adjustGamma")
    let floats =
      try image.dtype.isFloatingPoint ? image : convertImageDtype(image, .float32)
    let result = try floats.pow(gamma).mul(gain).clamp(min: 0, max: 1)
    return try convertImageDtype(result, image.dtype)
  }

  static func adjustSharpness(_ image: Tensor, _ factor: Double) throws -> Tensor {
    _ = try channels(image, "adjustSharpness")
    let (h, w) = try size(image, "adjustSharpness")
    if h <= 2 || w <= 2 { return image }
    let blurred = try image.contiguous().clone()
    let inner = try throughFloats(image) { x in
      let kernel = try Tensor.ones([3, 3], dtype: x.dtype)
      try kernel[1][1].fill_(5)
      try kernel.div_(kernel.sum())
      return try x.reshape([-1, 1, h, w]).convolution(kernel.view(1, 1, 3, 3))
        .reshape(image.shape.dropLast(2) + [h - 2, w - 2])
    }
    try blurred.slice(-2, 1, h - 1).slice(-1, 1, w - 1).copy_(inner)
    return try blend(image, blurred, factor, "adjustSharpness")
  }

  static func posterize(_ image: Tensor, _ bits: Int) throws -> Tensor {
    try checkBytes(image, "posterize")
    return try image.bitwiseAnd(Tensor(256 - (1 << (8 - bits)), dtype: .uint8))
  }

  static func solarize(_ image: Tensor, _ threshold: Double) throws -> Tensor {
    _ = try channels(image, "solarize")
    let bound = try maxValue(image.dtype, "solarize")
    guard threshold <= Double(bound) else {
      throw TensorError(
        .value, "solarize",
        "threshold should be at most \(expected: bound), the bound of \(expected: image.dtype), but got \(got: threshold)"
      )
    }
    return try Tensor.where(image.ge(threshold), invert(image), image)
  }

  static func autocontrast(_ image: Tensor) throws -> Tensor {
    _ = try channels(image, "autocontrast")
    let bound = try maxValue(image.dtype, "autocontrast")
    let dtype = image.dtype.isFloatingPoint ? image.dtype : .float32
    let low = try image.amin(dims: [-2, -1], keepdim: true).to(dtype)
    let high = try image.amax(dims: [-2, -1], keepdim: true).to(dtype)
    let scale = try bound / high.sub(low)
    let isFlat = try scale.isfinite().logicalNot()
    let shift = try low.maskedFill(isFlat, 0), factor = try scale.maskedFill(isFlat, 1)
    return try image.sub(shift).mul(factor).clamp(min: 0, max: bound).to(image.dtype)
  }

  static func equalize(_ image: Tensor) throws -> Tensor {
    try checkBytes(image, "equalize")
    guard image.ndim <= 4 else {
      throw TensorError(
        .shape, "equalize",
        "expected an image of 3 or 4 dimensions, but got shape \(got: image.shape)")
    }
    let (h, w) = try size(image, "equalize")
    let planes = try image.reshape([-1, h, w])
    if planes.numel == 0 { return image }
    return try Tensor.stack(planes.unbind(0).map(equalized)).reshape(image.shape)
  }

  private static func equalized(_ plane: Tensor) throws -> Tensor {
    let counts = try plane.reshape([-1]).bincount(minlength: 256).toArray(as: Int.self)
    let last = counts.last { $0 > 0 } ?? 0
    let step = (plane.numel - last) / 255
    if step == 0 { return plane }
    var sum = step / 2
    let table = counts.map { count in
      defer { sum += count }
      return min(sum / step, 255)
    }
    return try Tensor(table, dtype: .uint8).indexSelect(0, plane.reshape([-1]).to(.int64))
      .reshape(plane.shape)
  }

  private static func checkBytes(_ image: Tensor, _ operation: String) throws {
    _ = try channels(image, operation)
    guard image.dtype == .uint8 else {
      throw TensorError(
        .dtype, operation, "only uint8 image tensors are supported, but got \(got: image.dtype)")
    }
  }
}
