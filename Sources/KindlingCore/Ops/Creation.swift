extension Tensor {
  /// A tensor whose elements are all `value` (PyTorch: `torch.full`).
  public static func full<S: TensorScalar>(
    _ shape: [Int], _ value: S, dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype ?? value.scalar.dtype, on: device.backend, "full")
    try result.backend.fill(result, value.scalar)
    return requiresGrad ? try result.requiresGrad_() : result
  }

  /// Zeros (PyTorch: `torch.zeros`).
  public static func zeros(
    _ shape: [Int], dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try full(shape, 0, dtype: dtype ?? .default, device: device, requiresGrad: requiresGrad)
  }

  /// Ones shaped and typed like `other` (PyTorch: `torch.ones_like`).
  public static func ones(like other: Tensor, dtype: DType? = nil, requiresGrad: Bool = false) throws -> Tensor {
    try full(other.shape, 1, dtype: dtype ?? other.dtype, device: other.device, requiresGrad: requiresGrad)
  }

  /// A 0-dimensional tensor of one number.
  public convenience init<S: TensorScalar>(_ value: S, dtype: DType? = nil) {
    let made = Tensor.host([value], shape: [], dtype: dtype ?? value.scalar.dtype)
    self.init(adopting: made)
  }

  /// A 1-dimensional tensor of numbers; integers make int64, floats the default float type.
  public convenience init<S: TensorScalar>(_ values: [S], dtype: DType? = nil) {
    self.init(adopting: Tensor.host(values, shape: [values.count], dtype: dtype ?? S.literalDType))
  }

  private convenience init(adopting t: Tensor) {
    self.init(
      storage: t.storage, shape: t.shape, strides: t.strides, offset: 0, dtype: t.dtype,
      numel: t.numel, isContiguous: true)
  }

  private static func host<S: TensorScalar>(_ values: [S], shape: [Int], dtype: DType) -> Tensor {
    do {
      let result = try Tensor(uninitialized: shape, dtype, on: CPUBackend.shared)
      for (i, value) in values.enumerated() {
        let one = result.alias(shape: [], strides: [], offset: i)
        try result.backend.fill(one, value.scalar)
      }
      return result
    } catch {
      fatalError("out of memory: \(error)")
    }
  }
}

extension TensorScalar {
  /// The dtype of a tensor made from literals of this type: `Double` stands for the default float.
  static var literalDType: DType { Self.self == Double.self ? .default : dtype }
}
