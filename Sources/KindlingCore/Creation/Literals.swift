/// Tensors from Swift's numbers and arrays.
///
/// If no dtype is given, integers give int64, `Bool` gives bool, and `Float` gives float32.
/// `Double` gives the default dtype, like Python's floats, since Swift does not distinguish
/// literals from variables. Values are converted like in ``to(_:copy:)``.
extension Tensor {
  /// Creates a 0-dimensional tensor from a number (PyTorch: `torch.tensor(3.0)`).
  public convenience init<S: TensorScalar>(_ value: S) {
    self.init(copying: [value], shape: [], nil)
  }

  /// Creates a 1-dimensional tensor from numbers (PyTorch: `torch.tensor([1, 2, 3])`).
  public convenience init<S: TensorScalar>(_ values: [S]) {
    self.init(copying: values, shape: [values.count], nil)
  }

  /// Creates a 0-dimensional tensor of a floating-point dtype, which can hold any `Double`.
  package convenience init(_ value: Double, floating dtype: DType) {
    self.init(copying: [value], shape: [], dtype)
  }

  /// Creates a 0-dimensional tensor with a dtype, a device or a gradient (PyTorch: `torch.tensor`).
  ///
  /// - Throws: ``TensorError`` `.value` if the number does not fit `dtype`.
  public convenience init<S: TensorScalar>(
    _ value: S, dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws {
    try self.init(moving: Tensor(checking: [value], shape: [], dtype), device, requiresGrad)
  }

  /// Creates a 1-dimensional tensor with a dtype, a device or a gradient (PyTorch: `torch.tensor`).
  ///
  /// - Throws: ``TensorError`` `.value` if a number does not fit `dtype`.
  public convenience init<S: TensorScalar>(
    _ values: [S], dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws {
    try self.init(
      moving: Tensor(checking: values, shape: [values.count], dtype), device, requiresGrad)
  }

  /// Creates a tensor from nested arrays: `try Tensor([[1, 2], [3, 4]])` (PyTorch: `torch.tensor`).
  ///
  /// - Throws: ``TensorError`` `.shape` if rows differ in length.
  public convenience init<N: TensorNestable>(
    _ rows: [[N]], dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws {
    let shape = rows.leadingShape()
    var leaves: [N.Leaf] = []
    try rows.appendLeaves(to: &leaves, shape: shape, level: 0)
    try self.init(moving: Tensor(checking: leaves, shape: shape, dtype), device, requiresGrad)
  }

  /// Creates a tensor of `shape` from `values` in row-major order.
  ///
  /// - Throws: ``TensorError`` `.shape` if the number of values does not match `shape`.
  public convenience init<S: TensorScalar>(
    _ values: [S], shape: [Int], dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws {
    let count = try Layout.checkedCount(shape, dtype ?? S.dtype, "Tensor")
    try require(
      count == values.count, .shape, "Tensor",
      "shape \(shape) is invalid for input of size \(values.count)")
    try self.init(moving: Tensor(checking: values, shape: shape, dtype), device, requiresGrad)
  }

  /// Creates a tensor from one number, of the default dtype if nil
  /// (PyTorch: `torch.scalar_tensor`).
  public static func scalarTensor<S: TensorScalar>(
    _ value: S, dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try full([], value, dtype: dtype ?? .default, device: device, requiresGrad: requiresGrad)
  }

  /// Adopts `source` after moving it to `device`.
  private convenience init(moving source: Tensor, _ device: Device, _ requiresGrad: Bool) throws {
    self.init(adopting: try source.to(device))
    if requiresGrad { try requiresGrad_() }
  }

  private convenience init(adopting t: Tensor) {
    self.init(
      storage: t.storage, shape: t.shape, strides: t.strides, offset: 0, dtype: t.dtype,
      numel: t.numel, isContiguous: true)
  }

  /// Creates a tensor like ``init(copying:shape:_:)``, but throws if a number does not fit `dtype`.
  private convenience init<S: TensorScalar>(
    checking values: [S], shape: [Int], _ dtype: DType?
  ) throws {
    if let dtype, dtype.isInteger, S.dtype != dtype, S.self != Bool.self {
      for value in values where !value.scalar.fits(dtype) {
        throw value.scalar.overflow(dtype.description, "Tensor")
      }
    }
    self.init(copying: values, shape: shape, dtype)
  }

  /// Creates a tensor by copying numbers that fill `shape`.
  ///
  /// Only memory could fail, and Swift has just allocated as much for the array.
  private convenience init<S: TensorScalar>(copying values: [S], shape: [Int], _ dtype: DType?) {
    if S.self == Scalar.self, let scalars = values as? [Scalar] {
      let common = scalars.map(\.dtype).reduce(nil) { $0?.promoted(with: $1) ?? $1 }
      if common?.isFloatingPoint ?? true {
        self.init(copying: scalars.map(\.doubleValue), shape: shape, dtype ?? common)
      } else {
        self.init(copying: scalars.map { Int(scalar: $0) ?? 0 }, shape: shape, dtype ?? common)
      }
      return
    }
    self.init(hostMemory: shape, dtype ?? S.literalDType)
    values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      CPUBackend.convert(base, S.dtype, to: pointer, self.dtype, count: numel)
    }
  }

  /// Allocates host memory for `shape` from the allocator, or from Swift if the limit is reached.
  private convenience init(hostMemory shape: [Int], _ dtype: DType) {
    let count = shape.reduce(1, *), bytes = count * dtype.byteSize
    let backend = CPUBackend.shared
    let storage: Storage
    if let block = try? backend.allocate(byteCount: bytes) {
      storage = block
    } else {
      let block = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(bytes, 1), alignment: 64)
      nonisolated(unsafe) let address = block
      storage = Storage(
        external: block, byteCount: bytes, backend: backend, release: { address.deallocate() })
    }
    self.init(
      storage: storage, shape: shape, strides: Layout.contiguousStrides(shape), offset: 0,
      dtype: dtype, numel: count, isContiguous: true)
  }
}

extension TensorScalar {
  /// The dtype of a tensor created from literals of this type; `Double` gives the default dtype.
  static var literalDType: DType { Self.self == Double.self ? .default : dtype }
}
