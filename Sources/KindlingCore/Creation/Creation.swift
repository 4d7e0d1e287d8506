/// Tensors of a given shape, written as numbers or as an array: `zeros(2, 3)`, `zeros([2, 3])`.
///
/// All throw `.shape` for negative sizes, `.memory` for sizes beyond memory, `.device` for an
/// absent device, and `.dtype` if an integer tensor should require a gradient.
extension Tensor {
  /// Creates a tensor with uninitialized elements (PyTorch: `torch.empty`).
  public static func empty(
    _ shape: [Int], dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try Tensor(uninitialized: shape, dtype ?? .default, on: device.backend, "empty")
      .leaf(requiresGrad)
  }

  /// Calls ``empty(_:dtype:device:requiresGrad:)-([Int],_,_,_)`` with the sizes as numbers.
  public static func empty(
    _ sizes: Int..., dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try empty(sizes, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Creates a tensor filled with `value` (PyTorch: `torch.full`).
  ///
  /// If `dtype` is nil, an integer gives int64, a bool gives bool, and a float gives the default
  /// dtype.
  public static func full<S: TensorScalar>(
    _ shape: [Int], _ value: S, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let scalar = value.scalar
    return try filled(
      "full", shape, scalar, dtype ?? scalar.dtype, device, requiresGrad: requiresGrad)
  }

  /// Creates a tensor of zeros (PyTorch: `torch.zeros`).
  public static func zeros(
    _ shape: [Int], dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try filled(
      "zeros", shape, .int(0), dtype ?? .default, device, requiresGrad: requiresGrad)
  }

  /// Calls ``zeros(_:dtype:device:requiresGrad:)-([Int],_,_,_)`` with the sizes as numbers.
  public static func zeros(
    _ sizes: Int..., dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try zeros(sizes, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Creates a tensor of ones (PyTorch: `torch.ones`).
  public static func ones(
    _ shape: [Int], dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try filled(
      "ones", shape, .int(1), dtype ?? .default, device, requiresGrad: requiresGrad)
  }

  /// Calls ``ones(_:dtype:device:requiresGrad:)-([Int],_,_,_)`` with the sizes as numbers.
  public static func ones(
    _ sizes: Int..., dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
  ) throws -> Tensor {
    try ones(sizes, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Creates an `n` × `m` matrix with ones on the diagonal and zeros elsewhere
  /// (PyTorch: `torch.eye`).
  ///
  /// `m` defaults to `n`.
  public static func eye(
    _ n: Int, _ m: Int? = nil, dtype: DType? = nil, device: Device = .cpu,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    let columns = m ?? n
    try require(
      n >= 0 && columns >= 0, .shape, "eye",
      "n and m must be greater or equal to 0, got n=\(got: n) and m=\(got: columns)")
    let result = try filled("eye", [n, columns], .int(0), dtype ?? .default, device)
    let diagonal = result.alias(shape: [Swift.min(n, columns)], strides: [columns + 1], offset: 0)
    if diagonal.numel > 0 { try result.backend.fill(diagonal, .int(1)) }
    return try result.leaf(requiresGrad)
  }

  // MARK: Shaped and typed like another

  /// Creates an uninitialized tensor with the shape and dtype of `other`
  /// (PyTorch: `torch.empty_like`).
  ///
  /// Like the other `like:` functions, it keeps the memory order of `other` unless `memoryFormat`
  /// is another.
  public static func empty(
    like other: Tensor, dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false,
    memoryFormat: MemoryFormat = .preserve
  ) throws -> Tensor {
    try Tensor(like: other, dtype ?? other.dtype, memoryFormat, "empty", on: device?.backend)
      .leaf(requiresGrad)
  }

  /// Creates zeros with the shape and dtype of `other` (PyTorch: `torch.zeros_like`).
  public static func zeros(
    like other: Tensor, dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false,
    memoryFormat: MemoryFormat = .preserve
  ) throws -> Tensor {
    try full(
      like: other, 0, dtype: dtype, device: device, requiresGrad: requiresGrad,
      memoryFormat: memoryFormat)
  }

  /// Creates ones with the shape and dtype of `other` (PyTorch: `torch.ones_like`).
  public static func ones(
    like other: Tensor, dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false,
    memoryFormat: MemoryFormat = .preserve
  ) throws -> Tensor {
    try full(
      like: other, 1, dtype: dtype, device: device, requiresGrad: requiresGrad,
      memoryFormat: memoryFormat)
  }

  /// Creates a tensor filled with `value`, with the shape and dtype of `other`
  /// (PyTorch: `torch.full_like`).
  public static func full<S: TensorScalar>(
    like other: Tensor, _ value: S, dtype: DType? = nil, device: Device? = nil,
    requiresGrad: Bool = false, memoryFormat: MemoryFormat = .preserve
  ) throws -> Tensor {
    try Tensor(like: other, dtype ?? other.dtype, memoryFormat, "full", on: device?.backend)
      .filled(value.scalar, requiresGrad)
  }

  // MARK: Typed like this tensor

  /// Creates an uninitialized tensor of this tensor's dtype and device
  /// (PyTorch: `Tensor.new_empty`).
  public func newEmpty(
    _ shape: [Int], dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try Tensor.empty(
      shape, dtype: dtype ?? self.dtype, device: device ?? self.device, requiresGrad: requiresGrad)
  }

  /// Creates zeros of this tensor's dtype and device (PyTorch: `Tensor.new_zeros`).
  public func newZeros(
    _ shape: [Int], dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try newFull(shape, 0, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Creates ones of this tensor's dtype and device (PyTorch: `Tensor.new_ones`).
  public func newOnes(
    _ shape: [Int], dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try newFull(shape, 1, dtype: dtype, device: device, requiresGrad: requiresGrad)
  }

  /// Creates a tensor filled with `value`, of this tensor's dtype and device
  /// (PyTorch: `Tensor.new_full`).
  public func newFull<S: TensorScalar>(
    _ shape: [Int], _ value: S, dtype: DType? = nil, device: Device? = nil,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try Tensor.filled(
      "newFull", shape, value.scalar, dtype ?? self.dtype, device ?? self.device,
      requiresGrad: requiresGrad)
  }

  /// Creates a tensor from a number or nested arrays, of this tensor's dtype and device
  /// (PyTorch: `Tensor.new_tensor`).
  ///
  /// - Throws: ``TensorError`` `.shape` if rows differ in length.
  public func newTensor<N: TensorNestable>(
    _ data: N, dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    let shape = data.leadingShape()
    var leaves: [N.Leaf] = []
    try data.appendLeaves(to: &leaves, shape: shape, level: 0)
    return try Tensor(
      leaves, shape: shape, dtype: dtype ?? self.dtype, device: device ?? self.device,
      requiresGrad: requiresGrad)
  }

  /// Copies `data` outside the graph; its dtype and device are the defaults
  /// (PyTorch: `Tensor.new_tensor`).
  public func newTensor(
    _ data: Tensor, dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
  ) throws -> Tensor {
    try noGrad {
      try data.to(device ?? data.device).to(dtype ?? data.dtype, copy: true).detach()
    }.leaf(requiresGrad)
  }

  // MARK: Shared

  private static func filled(
    _ operation: String, _ shape: [Int], _ value: Scalar, _ dtype: DType, _ device: Device,
    requiresGrad: Bool = false
  ) throws -> Tensor {
    try Tensor(uninitialized: shape, dtype, on: device.backend, operation)
      .filled(value, requiresGrad)
  }

  private func filled(_ value: Scalar, _ requiresGrad: Bool) throws -> Tensor {
    try value.check(fills: dtype, count: numel, "full")
    if numel > 0 { try backend.fill(self, value) }
    return try leaf(requiresGrad)
  }

  /// Returns this new tensor, which requires a gradient if `requiresGrad` is true.
  package func leaf(_ requiresGrad: Bool) throws -> Tensor {
    requiresGrad ? try requiresGrad_() : self
  }
}
