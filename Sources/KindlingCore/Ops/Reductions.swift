import CKernels

extension Tensor {
  /// The sum over `dims` (all where nil); integers and bools sum in int64 (PyTorch: `torch.sum`).
  public func sum(dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil) throws -> Tensor {
    let reduced = try Layout.wrap(dims, ndim, "sum")
    let type = dtype ?? (self.dtype.isFloatingPoint ? self.dtype : .int64)
    let kept = keptShape(reducing: reduced)
    let out = try Tensor(uninitialized: kept, type, on: backend, "sum")
    if numel == 0 { try backend.fill(out, .int(0)) } else {
      try backend.reduce(.sum, self, dtype: type, into: out)
    }
    let y = keepdim ? out : out.dropping(reduced)
    return y.recorded(
      dims == nil ? "SumBackward0" : "SumBackward1",
      Input(self) { [shape] g, _ in
        try g.alias(shape: kept, strides: Layout.contiguousStrides(kept), offset: 0).expand(shape)
      })
  }

  /// Sums to `target`, which broadcasts to this shape (PyTorch: `Tensor.sum_to_size`).
  public func sumToSize(_ target: [Int]) throws -> Tensor {
    let lead = ndim - target.count
    let dims = shape.indices.filter { $0 < lead || target[$0 - lead] == 1 && shape[$0] != 1 }
    let summed = dims.isEmpty ? self : try sum(dims: dims, keepdim: true)
    return summed.dropping(Array(0..<lead))
  }

  func keptShape(reducing dims: [Int]) -> [Int] {
    var kept = shape
    for d in dims { kept[d] = 1 }
    return kept
  }

  /// Without the dimensions `dims`, all of size 1; for results not yet recorded.
  func dropping(_ dims: [Int]) -> Tensor {
    if dims.isEmpty { return self }
    let left = shape.indices.filter { !dims.contains($0) }
    return alias(
      shape: left.map { shape[$0] }, strides: left.map { strides[$0] }, offset: storageOffset)
  }
}
