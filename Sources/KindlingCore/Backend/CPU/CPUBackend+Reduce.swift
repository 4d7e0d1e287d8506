package import CKernels

extension CPUBackend {
  package func reduce(_ op: ReduceOp, _ x: Tensor, dtype: DType, into out: Tensor) throws {
    let type = dtype.computeType
    guard let loop = kk_reduce(op, type.rawValue) else {
      throw TensorError(.dtype, "\(op)", "not implemented for '\(dtype.scalarName)'")
    }
    let resultType: DType =
      switch op {
      case .argmax, .argmin: .int64
      case .any, .all: .bool
      default: type
      }
    // One row per result: kept dimensions first, reduced ones last, contiguous and in `type`.
    let reduced = x.shape.indices.filter { out.shape[$0] != x.shape[$0] }
    let kept = x.shape.indices.filter { !reduced.contains($0) }
    let order = kept + reduced
    let moved = x.alias(
      shape: order.map { x.shape[$0] }, strides: order.map { x.strides[$0] }, offset: x.storageOffset)
    var rows = moved
    if !moved.isContiguous || moved.dtype != type {
      rows = try Tensor(uninitialized: moved.shape, type, on: self)
      try copy(moved, into: rows)
    }
    let n = reduced.reduce(1) { $0 * x.shape[$1] }
    let target = try Tensor(uninitialized: kept.map { x.shape[$0] }, resultType, on: self)
    for i in 0..<target.numel {
      loop(Int64(n), rows.pointer + i * n * type.byteSize, 1, target.pointer + i * resultType.byteSize)
    }
    try copy(
      target.alias(shape: out.shape, strides: Layout.contiguousStrides(out.shape), offset: 0), into: out)
  }
}
