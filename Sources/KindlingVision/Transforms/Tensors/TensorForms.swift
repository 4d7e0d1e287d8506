import KindlingCore

/// The ``TF`` functions for tensors: PyTorch's arithmetic.
enum TensorForms {
  /// Returns the height and width of `image`.
  static func size(_ image: Tensor, _ operation: String) throws -> (height: Int, width: Int) {
    guard image.ndim >= 2 else {
      throw TensorError(
        .shape, operation,
        "expected an image of shape [..., H, W], but got shape \(got: image.shape)")
    }
    return (image.shape[image.ndim - 2], image.shape[image.ndim - 1])
  }

  /// Returns the number of channels, which must be one of `permitted`.
  static func channels(
    _ image: Tensor, _ operation: String, permitted: [Int] = [1, 3]
  ) throws -> Int {
    guard image.ndim >= 3, permitted.contains(image.shape[image.ndim - 3]) else {
      throw TensorError(
        .shape, operation,
        "expected an image [..., C, H, W] with \(permitted.map { "\($0)" }.joined(separator: " or ")) channels, but got shape \(got: image.shape)"
      )
    }
    return image.shape[image.ndim - 3]
  }

  /// Returns the maximum of a pixel: 1 for floats.
  static func maxValue(_ dtype: DType, _ operation: String) throws -> Int {
    switch dtype {
    case .uint8: return 255
    case .int8: return 127
    case .int16: return 32767
    case .int32: return 2_147_483_647
    case .int64: return .max
    case .float16, .bfloat16, .float32, .float64: return 1
    case .bool: throw TensorError(.dtype, operation, "expected numbers, but got bool")
    }
  }

  /// Returns the result of `body` on `image` as floats, rounded and converted to the image's dtype.
  static func throughFloats(_ image: Tensor, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    if image.dtype == .float32 || image.dtype == .float64 { return try body(image) }
    let result = try body(image.to(.float32))
    return try (image.dtype.isFloatingPoint ? result : result.round()).to(image.dtype)
  }
}
