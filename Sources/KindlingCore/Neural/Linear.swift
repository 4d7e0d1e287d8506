/// Affine and bilinear maps.
extension Tensor {
  /// Computes `x · weightᵀ + bias`.
  package func linear(_ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    try require(
      ndim > 0 && weight.ndim > 0, .shape, "linear",
      "both arguments to linear need to be at least 1D, but they are \(ndim)D and \(weight.ndim)D")
    try require(
      dtype == weight.dtype, .dtype, "linear",
      "mat1 and mat2 must have the same dtype, but got \(got: dtype.scalarName) and \(got: weight.dtype.scalarName); convert the input with x.to(.\(got: weight.dtype)), or the model with model.to(.\(got: dtype))"
    )
    if weight.ndim == 1 {
      let y = try matmul(weight)
      return try bias.map { try y.add($0) } ?? y
    }
    if ndim == 2 {
      let w = try weight.t()
      return try bias.map { try $0.addmm(self, w) } ?? mm(w)
    }
    guard let bias else { return try matmul(weight.t()) }
    // PyTorch computes one matrix product over all rows if they form one matrix in memory.
    if isContiguous, numel > 0, let features = shape.last {
      let rows = try view([-1, features])
      return try bias.addmm(rows, weight.t()).unsafeView(
        shape.dropLast() + weight.shape.prefix(1))
    }
    return try matmul(weight.t()).add(bias)
  }

  /// Computes `x1ᵀ · weight[o] · x2 + bias[o]` for each output `o`, with this tensor as `x1`.
  package func bilinear(_ x2: Tensor, _ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    let name = "bilinear"
    try require(
      ndim > 0 && ndim == x2.ndim, .shape, name,
      "bilinear(): input dimensions do not match: got \(got: ndim) and \(got: x2.ndim)")
    let lead = Array(shape.dropLast())
    try require(
      lead == Array(x2.shape.dropLast()), .shape, name,
      "bilinear(): input batch dimensions do not match: got \(got: shape) and \(got: x2.shape)")
    try require(
      weight.ndim == 3, .shape, name, "bilinear(): weight should be 3D, but is \(weight.ndim)D")
    for (i, x) in [self, x2].enumerated() where x.shape[x.ndim - 1] != weight.shape[i + 1] {
      throw TensorError(
        .shape, name,
        "bilinear(): input\(i + 1) size does not match weight size: got \(got: x.shape[x.ndim - 1]) but expected \(expected: weight.shape[i + 1])"
      )
    }
    if let bias, bias.shape != [weight.shape[0]] {
      throw TensorError(
        .shape, name,
        "bilinear(): bias size does not match weight size: got \(got: bias.shape) but expected [\(expected: weight.shape[0])]"
      )
    }
    for tensor in [x2, weight] + (bias.map { [$0] } ?? []) where tensor.dtype != dtype {
      throw TensorError(
        .dtype, name,
        "All tensors must have the same dtype, got input1: \(got: dtype) and \(got: tensor.dtype)")
    }
    let (out, in1, in2) = (weight.shape[0], weight.shape[1], weight.shape[2])
    let rows = lead.reduce(1, *)
    let y = try Composed.record(
      "TrilinearBackward0", [reshape([rows, in1]), weight, x2.reshape([rows, in2])],
      isLinear: true
    ) { s in
      let partial = try s[0].matmul(s[1].permute(1, 0, 2).reshape([in1, out * in2]))
      return try partial.reshape([rows, out, in2]).mul(s[2].unsqueeze(1)).sum(dim: 2)
        .to(s[0].dtype)
    }
    let shaped = try y.view(lead + [out])
    return try bias.map { try shaped.add($0) } ?? shaped
  }

  /// Reshapes a new tensor that nothing else refers to; the result is not tracked as a view.
  private func unsafeView(_ shape: [Int]) throws -> Tensor {
    let own = self.shape
    return try alias(shape: shape, strides: Layout.contiguousStrides(shape), offset: storageOffset)
      .recorded("UnsafeViewBackward0", Input(self) { g, _ in try g.reshape(own) })
  }
}
