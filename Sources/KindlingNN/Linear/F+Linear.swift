public import KindlingCore

extension F {
  /// Computes `x · weightᵀ + bias` (PyTorch: `F.linear`).
  ///
  /// - Shape: `x` `[*, in]`, `weight` `[out, in]` (or `[in]`), `bias` `[out]` → `[*, out]`.
  /// - Throws: `TensorError` `.shape` if the sizes `in` differ, `.dtype` if the dtypes differ.
  public static func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
    guard x.ndim > 0, weight.ndim > 0 else {
      throw TensorError(
        .shape, "linear",
        "both arguments to linear need to be at least 1D, but they are \(x.ndim)D and \(weight.ndim)D"
      )
    }
    guard x.dtype == weight.dtype else {
      throw TensorError(
        .dtype, "linear",
        "mat1 and mat2 must have the same dtype, but got \(x.dtype.scalarName) and \(weight.dtype.scalarName); convert the input with x.to(.\(weight.dtype)), or the model with model.to(.\(x.dtype))"
      )
    }
    if weight.ndim == 1 {
      let y = try x.matmul(weight)
      return try bias.map { try y.add($0) } ?? y
    }
    if x.ndim == 2 {
      let w = try weight.t()
      return try bias.map { try $0.addmm(x, w) } ?? x.mm(w)
    }
    guard let bias else { return try x.matmul(weight.t()) }
    // As in PyTorch, one matrix product over all rows if they form one matrix in memory.
    if x.isContiguous, x.numel > 0, let features = x.shape.last {
      let rows = try x.view([-1, features])
      return try bias.addmm(rows, weight.t()).unsafeView(
        x.shape.dropLast() + weight.shape.prefix(1))
    }
    return try x.matmul(weight.t()).add(bias)
  }
}

extension Tensor {
  /// Reshapes a new tensor that nothing else refers to; the result is not tracked as a view.
  func unsafeView(_ shape: [Int]) throws -> Tensor {
    let own = self.shape
    return try alias(shape: shape, strides: Layout.contiguousStrides(shape), offset: storageOffset)
      .recorded("UnsafeViewBackward0", Input(self) { g, _ in try g.reshape(own) })
  }
}
