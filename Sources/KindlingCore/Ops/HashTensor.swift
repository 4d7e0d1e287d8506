extension Tensor {
  /// The exclusive or over `dims`, all where nil or empty, of the elements' bits after widening to
  /// float64 or int64 (PyTorch: `torch.hash_tensor`).
  ///
  /// The result is int64 with the bits of PyTorch's uint64.
  /// - Throws: ``TensorError`` where there are no elements and no `dims` are named.
  public func hashTensor(dims: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let reduced = try Layout.wrap(dims, ndim, "hash_tensor").sorted()
    try checkRows("hash_tensor", reduced, all: dims?.isEmpty ?? true)
    let left = shape.indices.filter { !reduced.contains($0) }
    let rows = left.reduce(1) { $0 * shape[$1] }, length = reduced.reduce(1) { $0 * shape[$1] }
    let bits: [Int] = try noGrad {
      let inner = try permute(left + reduced)
      return dtype.isFloatingPoint
        ? try inner.toArray(as: Double.self).map { Int(bitPattern: UInt($0.bitPattern)) }
        : try inner.to(.int64).toArray(as: Int.self)
    }
    let hashes = (0..<rows).map { row in
      bits[row * length..<(row + 1) * length].reduce(0, ^)
    }
    let kept = keepdim ? keptShape(reducing: reduced) : left.map { shape[$0] }
    return try Tensor(hashes, shape: kept, dtype: .int64, device: device)
  }
}
