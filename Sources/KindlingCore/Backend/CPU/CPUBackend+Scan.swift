package import CKernels

extension CPUBackend {
  package func scan(
    _ op: ScanOp, _ x: Tensor, dim: Int, backwards: Bool, dtype: DType, into out: Tensor,
    indices: Tensor?
  ) throws {
    let type = dtype.computeType
    guard let loop = kk_scan(op, type.rawValue) else {
      throw TensorError(.dtype, "scan", "not implemented for '\(dtype.scalarName)'")
    }
    let rows = try rows(x, dim, type)
    let results = try Tensor(uninitialized: rows.shape, type, on: self)
    let places = try Tensor(uninitialized: indices == nil ? [] : rows.shape, .int64, on: self)
    let n = rows.shape.last ?? 1
    for start in stride(from: 0, to: rows.numel, by: max(n, 1)) {
      let offset = start * type.byteSize
      loop(
        Int64(n), rows.pointer + offset, results.pointer + offset,
        places.pointer.assumingMemoryBound(to: Int64.self) + (indices == nil ? 0 : start), backwards)
    }
    try copy(results, into: moved(out, dim))
    if let indices { try copy(places, into: moved(indices, dim)) }
  }

  package func sort(
    _ x: Tensor, dim: Int, descending: Bool, into out: Tensor, indices: Tensor
  ) throws {
    let type = x.dtype.computeType
    guard let loop = kk_sort(type.rawValue) else {
      throw TensorError(.dtype, "sort", "not implemented for '\(x.dtype.scalarName)'")
    }
    let values = try Tensor(uninitialized: moved(x, dim).shape, type, on: self)
    try copy(moved(x, dim), into: values)
    let places = try Tensor(uninitialized: values.shape, .int64, on: self)
    let n = values.shape.last ?? 1
    let scratch = try Tensor(uninitialized: [n], type, on: self)
    let placeScratch = try Tensor(uninitialized: [n], .int64, on: self)
    for start in stride(from: 0, to: values.numel, by: max(n, 1)) {
      loop(
        Int64(n), values.pointer + start * type.byteSize,
        places.pointer.assumingMemoryBound(to: Int64.self) + start, scratch.pointer,
        placeScratch.pointer.assumingMemoryBound(to: Int64.self), descending)
    }
    try copy(values, into: moved(out, dim))
    try copy(places, into: moved(indices, dim))
  }

  /// `x` with `dim` last.
  private func moved(_ x: Tensor, _ dim: Int) -> Tensor {
    if x.ndim == 0 { return x }
    var (shape, strides) = (x.shape, x.strides)
    shape.append(shape.remove(at: dim))
    strides.append(strides.remove(at: dim))
    return x.alias(shape: shape, strides: strides, offset: x.storageOffset)
  }

  /// `x` with `dim` last, contiguous, in `type`.
  private func rows(_ x: Tensor, _ dim: Int, _ type: DType) throws -> Tensor {
    let moved = moved(x, dim)
    if moved.isContiguous && moved.dtype == type { return moved }
    let result = try Tensor(uninitialized: moved.shape, type, on: self)
    try copy(moved, into: result)
    return result
  }
}
