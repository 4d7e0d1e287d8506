package import CKernels
import Synchronization

extension CPUBackend {
  /// The largest number of elements that are selected instead of sorted.
  private static let mostSelected = 64

  package func scan(
    _ op: ScanOp, _ x: Tensor, dim: Int, backwards: Bool, dtype: DType, into out: Tensor,
    indices: Tensor?
  ) throws {
    let type = dtype.computeType
    let loop = try require(
      kk_scan(op, type.rawValue), .dtype, "scan", "not implemented for '\(dtype.scalarName)'")
    let rows = try rows(x, dim, type)
    let results = try Tensor(uninitialized: rows.shape, type, on: self)
    let places = try Tensor(uninitialized: indices == nil ? [] : rows.shape, .int64, on: self)
    let n = rows.shape.last ?? 1
    let lines = n == 0 ? 0 : rows.numel / n
    ThreadPool.shared.forEachPiece(of: lines, max(1, (1 << 14) / max(n, 1))) { first, count in
      for line in first..<first + count {
        let start = line * n, offset = start * type.byteSize
        loop(
          Int64(n), rows.pointer + offset, results.pointer + offset,
          places.pointer.assumingMemoryBound(to: Int64.self) + (indices == nil ? 0 : start),
          backwards)
      }
    }
    try copy(results, into: moved(out, dim))
    if let indices { try copy(places, into: moved(indices, dim)) }
  }

  package func sort(
    _ x: Tensor, dim: Int, descending: Bool, into out: Tensor, indices: Tensor
  ) throws {
    let type = x.dtype.computeType, from = try rows(x, dim, type)
    guard let loop = kk_sort(type.rawValue), let select = kk_select(type.rawValue) else {
      throw TensorError(.dtype, "sort", "not implemented for '\(x.dtype.scalarName)'")
    }
    let n = from.shape.last ?? 1, target = moved(out, dim), k = target.shape.last ?? 1
    let lines = n == 0 ? 0 : from.numel / n, size = type.byteSize
    // A few elements are selected in one pass.
    if k < n && k <= Self.mostSelected {
      let values = try Tensor(uninitialized: target.shape, type, on: self)
      let places = try Tensor(uninitialized: target.shape, .int64, on: self)
      ThreadPool.shared.forEachPiece(of: lines, max(1, (1 << 16) / n)) { first, count in
        for i in first..<first + count {
          select(
            Int64(n), Int64(k), from.pointer + i * n * size, values.pointer + i * k * size,
            places.pointer.assumingMemoryBound(to: Int64.self) + i * k, descending)
        }
      }
      try copy(values, into: target)
      return try copy(places, into: moved(indices, dim))
    }
    let values = try Tensor(uninitialized: from.shape, type, on: self)
    try copy(from, into: values)
    let places = try Tensor(uninitialized: values.shape, .int64, on: self)
    let failed = Atomic<Bool>(false)
    ThreadPool.shared.forEachPiece(of: lines, max(1, (1 << 14) / n)) { first, count in
      guard let scratch = try? Workspace(n * (size + 8)) else {
        return failed.store(true, ordering: .relaxed)
      }
      defer { scratch.free() }
      for i in first..<first + count {
        loop(
          Int64(n), values.pointer + i * n * size,
          places.pointer.assumingMemoryBound(to: Int64.self) + i * n, scratch.base + n * 8,
          scratch.base.assumingMemoryBound(to: Int64.self), descending)
      }
    }
    if failed.load(ordering: .relaxed) { throw Workspace.shortage }
    func first(_ t: Tensor) -> Tensor {
      t.alias(shape: target.shape, strides: t.strides, offset: t.storageOffset)
    }
    try copy(first(values), into: target)
    try copy(first(places), into: moved(indices, dim))
  }

  package func element(_ x: Tensor, ofRank rank: Tensor, into out: Tensor) throws {
    let type = x.dtype.computeType, rows = try rows(x, 0, type)
    let loop = try require(
      kk_rank(type.rawValue), .dtype, "sort", "not implemented for '\(x.dtype.scalarName)'")
    let place = loop(Int64(x.numel), rows.pointer, rank.pointer.load(as: Int64.self))
    try copy(x.alias(shape: [], strides: [], offset: x.storageOffset + Int(place)), into: out)
  }

  /// `x` with `dim` last.
  private func moved(_ x: Tensor, _ dim: Int) -> Tensor {
    if x.ndim == 0 { return x }
    var (shape, strides) = (x.shape, x.strides)
    shape.append(shape.remove(at: dim))
    strides.append(strides.remove(at: dim))
    return x.alias(shape: shape, strides: strides, offset: x.storageOffset)
  }

  /// Returns `x` with `dim` last, contiguous, in `type`.
  private func rows(_ x: Tensor, _ dim: Int, _ type: DType) throws -> Tensor {
    let moved = moved(x, dim)
    if moved.isContiguous && moved.dtype == type { return moved }
    let result = try Tensor(uninitialized: moved.shape, type, on: self)
    try copy(moved, into: result)
    return result
  }
}
