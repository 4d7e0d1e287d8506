extension Tensor {
  /// Computes the matrix product over the last two dimensions; batch dimensions broadcast
  /// (PyTorch: `torch.matmul`, `@`).
  ///
  /// A vector on the left is a row, on the right a column; its extra dimension is removed from the
  /// result.
  /// - Shape: `[*, n, k]` and `[*, k, m]` → `[*, n, m]`; two vectors → `[]`.
  /// - Throws: ``TensorError`` for 0-dimensional operands, mismatched shapes, or different dtypes.
  public func matmul(_ other: Tensor) throws -> Tensor {
    switch (ndim, other.ndim) {
    case (0, _), (_, 0):
      throw TensorError(
        .shape, "matmul",
        "both arguments to matmul need to be at least 1D, but they are \(ndim)D and \(other.ndim)D")
    case (1, 1): return try dot(other)
    case (2, 1): return try mv(other)
    case (2, 2): return try mm(other)
    case (1, 2):
      let row = try insertingDims([0]).mm(other)
      return try row.view(
        "SqueezeBackward4", shape: [row.shape[1]], strides: [row.strides[1]], offset: 0
      ) { g, _ in try g.insertingDims([0]) }
    default:
      try checkMatmul(other)
      return folds(other) ? try foldedMatmul(other) : try batchedMatmul(other)
    }
  }

  private func checkMatmul(_ other: Tensor) throws {
    let inner = other.shape[Swift.max(other.ndim - 2, 0)]
    try require(
      shape[ndim - 1] == inner, .shape, "matmul",
      "mat1 and mat2 shapes cannot be multiplied (\(shape) and \(other.shape)): the last size of the first is \(shape[ndim - 1]), and the second has \(inner) rows"
    )
    try checkDType("matmul", other)
  }

  /// Returns whether PyTorch folds the batch into the rows of a single matrix product.
  ///
  /// One operand has at most two dimensions. Either it requires a gradient, or the other one can be
  /// folded without a copy.
  private func folds(_ other: Tensor) -> Bool {
    let (large, small) = ndim >= other.ndim ? (self, other) : (other, self)
    guard large.ndim >= 3, small.ndim <= 2 else { return false }
    if small.requiresGrad { return true }
    if ndim == 2 { return false }
    if large.numel == 0 { return true }
    var strides = large.strides, shape = large.shape
    if ndim < other.ndim {
      strides.swapAt(large.ndim - 2, large.ndim - 1)
      shape.swapAt(large.ndim - 2, large.ndim - 1)
    }
    return (0..<large.ndim - 2).allSatisfy { strides[$0] == strides[$0 + 1] * shape[$0 + 1] }
  }

  private func foldedMatmul(_ other: Tensor) throws -> Tensor {
    if ndim < other.ndim {
      // a @ B is (Bᵀ @ aᵀ)ᵀ; only the second form has the batch in the rows.
      let turned = try other.transposed.foldedMatmul(ndim == 2 ? transposed : self)
      return ndim == 2 ? try turned.transposed.contiguous() : turned
    }
    let rows = try reshaped([shape.dropLast().reduce(1, *), shape[ndim - 1]])
    let product = other.ndim == 1 ? try rows.mv(other) : try rows.mm(other)
    return try product.reshaped(
      Array(shape.dropLast()) + other.shape.dropFirst(), node: "UnsafeViewBackward0")
  }

  private func batchedMatmul(_ other: Tensor) throws -> Tensor {
    if ndim == 1 { return try insertingDims([0]).matmul(other).removingDims([other.ndim - 2]) }
    if other.ndim == 1 { return try matmul(other.insertingDims([1])).removingDims([ndim - 1]) }
    let batch = try Layout.broadcast(
      Array(shape.dropLast(2)), Array(other.shape.dropLast(2)), "matmul")
    let (n, k, m) = (shape[ndim - 2], shape[ndim - 1], other.shape[other.ndim - 1])
    if !(isGradEnabled && (requiresGrad || other.requiresGrad)) {
      return try product("matmul", other, batch + [n, m])
    }
    _ = try Layout.checkedCount(batch + [n, k], dtype, "matmul")
    _ = try Layout.checkedCount(batch + [k, m], dtype, "matmul")
    let count = batch.reduce(1, *)
    let a = try expand(batch + [n, k]).reshape([count, n, k])
    let b = try other.expand(batch + [k, m]).reshape([count, k, m])
    return try a.bmm(b).reshaped(batch + [n, m], node: "UnsafeViewBackward0")
  }

  /// Returns the elements in another shape of the same size, copied only if not contiguous.
  func reshaped(_ target: [Int], node: String = "ViewBackward0") throws -> Tensor {
    let source = try contiguous()
    return try source.view(
      source === self ? node : "UnsafeViewBackward0", shape: target,
      strides: Layout.contiguousStrides(target), offset: source.storageOffset
    ) { [shape] g, _ in try g.reshaped(shape) }
  }
}
