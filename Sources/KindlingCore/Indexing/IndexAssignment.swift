/// Assignment to part of a tensor.
///
/// A Swift subscript cannot throw on assignment, so PyTorch's `x[…] = value` is a method here.
extension Tensor {
  /// Overwrites the part of this tensor that `indices` select with `value`, with broadcasting
  /// (PyTorch: `Tensor.__setitem__`).
  ///
  /// All kinds of indices can be mixed, as in ``subscript(_:)-(TensorIndexing...)``:
  ///
  ///     try x.set(0, to: row)              // x[0] = row
  ///     try x.set(x .< 0, to: 0)           // x[x < 0] = 0
  ///     try x.set(1..., mask, to: v)       // x[1:, mask] = v
  ///     try x.set(.newAxis, idx, to: v)    // x[None, idx] = v
  ///     try x.set(idx, to: x[idx] + 1)     // x[idx] += 1
  ///
  /// - Throws: ``TensorError`` like the subscript; `.shape` if `value` does not broadcast to the
  ///   selected part; `.dtype` if masks or index tensors select and `value` has another dtype.
  @discardableResult
  public func set(_ indices: any TensorIndexing..., to value: Tensor) throws -> Tensor {
    try set(indices.map(\.tensorIndex), to: value)
  }

  /// Overwrites the part of this tensor that `indices` select with a number
  /// (PyTorch: `Tensor.__setitem__`).
  ///
  /// - Throws: ``TensorError`` like the subscript; `.value` if the number does not fit the dtype.
  @discardableResult
  public func set<S: TensorScalar>(_ indices: any TensorIndexing..., to value: S) throws -> Tensor {
    try set(indices.map(\.tensorIndex), to: value)
  }

  /// Calls ``set(_:to:)-(TensorIndexing...,Tensor)`` with an array of indices.
  @discardableResult
  public func set(_ indices: [TensorIndex], to value: Tensor) throws -> Tensor {
    let (part, tensors) = try basic(indices)
    let target = tensors.isEmpty ? part.shape : try IndexPlan(part, tensors).shape
    let source = try value.withoutLeadingOnes(rank: target.count)
    if tensors.isEmpty {
      try part.checkBroadcast(source.shape, "copy_")
      // A repeated value may share the memory of this tensor, as in PyTorch.
      try part.copy_(
        source.ndim == 0 ? source.apart(from: part) : source.expand(part.shape))
    } else {
      try part.indexPut_(tensors, source)
    }
    return self
  }

  /// Calls ``set(_:to:)-(_,S)`` with an array of indices.
  @discardableResult
  public func set<S: TensorScalar>(_ indices: [TensorIndex], to value: S) throws -> Tensor {
    let (part, tensors) = try basic(indices)
    if tensors.isEmpty {
      try part.fill_(value)
    } else {
      try value.scalar.check(fits: dtype, "set")
      let number = try Tensor.full([], value, dtype: dtype, device: device)
      try part.indexPut_(tensors, number)
    }
    return self
  }

  /// This tensor without as many leading dimensions of size 1 as it has more than `rank`.
  func withoutLeadingOnes(rank: Int) throws -> Tensor {
    var result = self
    while result.ndim > rank, result.shape[0] == 1 { result = try result.squeeze(0) }
    return result
  }
}
