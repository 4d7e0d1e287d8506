/// Copies in which one region comes from another tensor.
extension Tensor {
  /// Copies the tensor with element `index` along `dim` replaced by `source`
  /// (PyTorch: `torch.select_scatter`).
  public func selectScatter(_ source: Tensor, _ dim: Int, _ index: Int) throws -> Tensor {
    try replacing(source, "selectScatter", "SelectScatterBackward0") { try $0.select(dim, index) }
  }

  /// Copies the tensor with a slice replaced by `source` (PyTorch: `torch.slice_scatter`); see
  /// ``slice(_:_:_:step:)``.
  public func sliceScatter(
    _ source: Tensor, _ dim: Int = 0, _ start: Int? = nil, _ end: Int? = nil, step: Int = 1
  ) throws -> Tensor {
    try replacing(source, "sliceScatter", "SliceScatterBackward0") {
      try $0.slice(dim, start, end, step: step)
    }
  }

  /// Copies the tensor with a diagonal replaced by `source` (PyTorch: `torch.diagonal_scatter`);
  /// see ``diagonal(offset:dim1:dim2:)``.
  public func diagonalScatter(
    _ source: Tensor, offset: Int = 0, dim1: Int = 0, dim2: Int = 1
  ) throws -> Tensor {
    try replacing(source, "diagonalScatter", "DiagonalScatterBackward0") {
      try $0.diagonal(offset: offset, dim1: dim1, dim2: dim2)
    }
  }

  /// Copies the tensor contiguously with a strided region replaced by `source`
  /// (PyTorch: `torch.as_strided_scatter`); see ``asStrided(_:_:storageOffset:)``.
  public func asStridedScatter(
    _ source: Tensor, _ size: [Int], _ stride: [Int], storageOffset: Int = 0
  ) throws -> Tensor {
    try replacing(source, "asStridedScatter", "AsStridedScatterBackward0") {
      try $0.asStrided(size, stride, storageOffset: storageOffset)
    }
  }

  private func replacing(
    _ source: Tensor, _ operation: String, _ name: String,
    _ region: @escaping (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let result = try cloneKeepingStrides()
    let target = try noGrad { try region(result) }
    try require(
      target.shape == source.shape, .shape, operation,
      "expected src to have a size equal to the slice of self. src size = \(source.shape), slice size = \(target.shape)"
    )
    if target.numel > 0 { try backend.copy(source, into: target.alias()) }
    let shape = source.shape
    return try result.recorded(
      name,
      Input(self) { g, _ in
        try g.contiguous().replacing(g.newZeros(shape), operation, name, region)
      },
      Input(source) { g, _ in try region(g.contiguous()) })
  }

  /// Copies the whole memory of this view with the same strides and offset, unrecorded; a plain
  /// copy if elements overlap.
  private func cloneKeepingStrides() throws -> Tensor {
    if zip(shape, strides).contains(where: { $0 > 1 && $1 == 0 }) {
      return try noGrad { try clone() }
    }
    let count = storage.byteCount / dtype.byteSize
    let result = try Tensor(uninitialized: [count], dtype, on: backend)
    try backend.copy(alias(shape: [count], strides: [1], offset: 0), into: result)
    return result.alias(shape: shape, strides: strides, offset: storageOffset)
  }

  // MARK: Resizing

  /// Changes the shape of this tensor in place; added memory is uninitialized
  /// (PyTorch: `Tensor.resize_`).
  ///
  /// - Throws: ``TensorError`` `.autograd` if this tensor requires a gradient.
  @discardableResult
  public func resize_(_ shape: [Int]) throws -> Tensor {
    try require(!requiresGrad, .autograd, "resize_", "cannot resize variables that require grad")
    if shape == self.shape { return self }
    let count = try Layout.checkedCount(shape, dtype, "resize_")
    if (storageOffset + count) * dtype.byteSize > storage.byteCount {
      let larger = try Tensor(uninitialized: [count], dtype, on: backend, "resize_")
      let held = Swift.min(count, storage.byteCount / dtype.byteSize - storageOffset)
      try backend.copy(
        alias(shape: [held], strides: [1], offset: storageOffset),
        into: larger.alias(shape: [held], strides: [1], offset: 0))
      storage = larger.storage
      storageOffset = 0
    }
    (self.shape, strides) = (shape, Layout.contiguousStrides(shape))
    (numel, isContiguous) = (count, true)
    storage.version += 1
    return self
  }

  /// Applies ``resize_(_:)`` with the shape of `other` (PyTorch: `Tensor.resize_as_`).
  @discardableResult
  public func resizeAs_(_ other: Tensor) throws -> Tensor { try resize_(other.shape) }
}
