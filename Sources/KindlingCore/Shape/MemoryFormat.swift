/// The order of a tensor's dimensions in memory (PyTorch: `torch.memory_format`).
///
/// It only changes the strides: shape, indexing and values stay those of `[N, C, H, W]`.
public enum MemoryFormat: Sendable, CaseIterable {
  /// The elements of the last dimension are adjacent.
  case contiguous
  /// The order of the input, without gaps.
  case preserve
  /// The channels of a pixel are adjacent, in a 4-dimensional tensor.
  case channelsLast
  /// The channels of a voxel are adjacent, in a 5-dimensional tensor.
  case channelsLast3d
}

extension Tensor {
  /// Creates an uninitialized tensor with the shape of `other` in `format`.
  convenience init(
    like other: Tensor, _ dtype: DType, _ format: MemoryFormat, _ operation: String,
    on backend: (any Backend)? = nil
  ) throws {
    try format.checkRank(of: other, operation)
    let strides =
      format == .preserve
      ? Layout.preservedStrides(other.shape, other.strides) : Layout.strides(other.shape, format)
    try self.init(
      uninitialized: other.shape, strides: strides, dtype, on: backend ?? other.backend, operation)
  }

  /// Returns whether the elements have no gaps in `memoryFormat`; `preserve` means `contiguous`
  /// (PyTorch: `Tensor.is_contiguous`).
  public func isContiguous(memoryFormat: MemoryFormat) -> Bool {
    switch memoryFormat {
    case .contiguous, .preserve: isContiguous
    case .channelsLast, .channelsLast3d: Layout.isContiguous(shape, strides, memoryFormat)
    }
  }

  /// Returns this tensor if it is in `memoryFormat`, else a copy
  /// (PyTorch: `Tensor.contiguous(memory_format=…)`).
  ///
  /// - Throws: ``TensorError`` if the format requires another number of dimensions, or is
  ///   `preserve` and the tensor is not contiguous.
  public func contiguous(memoryFormat: MemoryFormat) throws -> Tensor {
    if isContiguous(memoryFormat: memoryFormat) { return self }
    try require(
      memoryFormat != .preserve, .value, "contiguous",
      "preserve memory format is unsupported by the contiguous operator")
    return try clone(memoryFormat: memoryFormat)
  }

  /// Converts the tensor to `memoryFormat`; returns the tensor itself if its strides suggest that
  /// format (PyTorch: `Tensor.to(memory_format=…)`).
  ///
  /// - Throws: ``TensorError`` if the format requires another number of dimensions.
  public func to(memoryFormat: MemoryFormat) throws -> Tensor {
    try to(dtype, memoryFormat: memoryFormat)
  }
}

extension MemoryFormat {
  /// Throws if the format requires another number of dimensions.
  fileprivate func checkRank(of tensor: Tensor, _ operation: String) throws {
    let rank: Int
    switch self {
    case .contiguous, .preserve: return
    case .channelsLast: rank = 4
    case .channelsLast3d: rank = 5
    }
    try require(
      tensor.ndim == rank, .shape, operation,
      "required rank \(expected: rank) tensor to use \(expected: self) format, got shape \(got: tensor.shape)"
    )
  }
}
