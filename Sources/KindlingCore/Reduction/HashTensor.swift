extension Tensor {
  /// Combines the bits of the elements over `dims` by exclusive or (PyTorch: `torch.hash_tensor`).
  ///
  /// Elements are widened to float64 or int64 first. If `dims` is nil or empty, all dimensions are
  /// reduced. The result is int64 with the bits of PyTorch's uint64.
  /// - Throws: ``TensorError`` if there are no elements and no `dims` are given.
  public func hashTensor(dims: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    let reduced = try Layout.wrap(dims, ndim, "hash_tensor").sorted()
    try checkRows("hash_tensor", reduced, all: dims?.isEmpty ?? true)
    let left = shape.indices.filter { !reduced.contains($0) }
    let rows = left.reduce(1) { $0 * shape[$1] }, length = reduced.reduce(1) { $0 * shape[$1] }
    let inner = try noGrad { try permute(left + reduced) }
    let hashes = try HostBuffer<Int>(count: rows, "hash_tensor")
    func fold<S>(_ elements: HostBuffer<S>, _ bits: (S) -> Int) {
      elements.withElements { elements in
        for row in 0..<rows {
          hashes[row] = elements[row * length..<(row + 1) * length].reduce(0) { $0 ^ bits($1) }
        }
      }
    }
    if dtype.isFloatingPoint {
      fold(try inner.hostElements(as: Double.self, "hash_tensor")) {
        Int(bitPattern: UInt($0.bitPattern))
      }
    } else {
      fold(try inner.hostElements(as: Int.self, "hash_tensor")) { $0 }
    }
    let kept = keepdim ? keptShape(reducing: reduced) : left.map { shape[$0] }
    return try hashes.tensor(shape: kept, device: device)
  }
}
