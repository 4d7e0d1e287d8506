extension Tensor {
  /// Computes the negative log-likelihood loss of the classes `target`, of these log-probabilities.
  package func nllLoss(
    _ target: Tensor, weight: Tensor?, ignoreIndex: Int, _ kind: LossReduction
  ) throws -> Tensor {
    try checkClasses(target, weight)
    let classDim = ndim == 1 ? 0 : 1
    let spatial = Array(shape.dropFirst(2))
    let plan = NLLPlan(
      input: shape, batch: ndim == 1 ? 1 : shape[0], classes: shape[classDim],
      spatial: spatial, ignoreIndex: ignoreIndex, reduction: kind)
    let labels = try noGrad { try target.to(.int64).contiguous() }
    let (y, totalWeight) = try plan.loss(self, labels, weight)
    guard isGradEnabled, requiresGrad else { return y }
    return try y.recorded(
      spatial.isEmpty ? "NllLossBackward0" : "NllLoss2DBackward0",
      plan.input(self, labels, totalWeight, weight))
  }

  private func checkClasses(_ target: Tensor, _ weight: Tensor?) throws {
    try require(
      target.dtype == .int64 || target.dtype == .uint8, .dtype, "nll_loss",
      "expected target dtype to be Long or Byte, but got \(got: target.dtype.scalarName); convert the labels with to(.int64)"
    )
    try require(
      dtype.isFloatingPoint, .dtype, "nll_loss",
      "\"nll_loss_out_frame\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
    )
    try require(ndim > 0, .shape, "nll_loss", "input tensor should be 1D or more, but it is 0D")
    if ndim <= 2 && target.ndim > 1 {
      throw TensorError(
        .shape, "nll_loss",
        "0D or 1D target tensor expected, multi-target not supported; got a target of shape \(got: target.shape)"
      )
    }
    let wanted = ndim == 1 ? [] : [shape[0]] + shape.dropFirst(2)
    // The target of a single sample may have shape `[1]` too.
    guard target.shape == wanted || ndim == 1 && target.shape == [1] else {
      if ndim > 1, let rows = target.shape.first, rows != shape[0] {
        throw TensorError(
          .shape, "nll_loss",
          "Expected input batch_size (\(shape[0])) to match target batch_size (\(rows)).")
      }
      throw TensorError(
        .shape, "nll_loss",
        "size mismatch (got input: \(got: shape), target: \(got: target.shape)); the target should have shape \(expected: wanted)"
      )
    }
    guard let weight else { return }
    let classes = shape[ndim == 1 ? 0 : 1]
    try require(
      weight.shape == [classes], .shape, "nll_loss",
      "weight tensor should be defined either for all \(expected: classes) classes or no classes but got weight tensor of shape: \(got: weight.shape)"
    )
    try require(
      weight.dtype == dtype, .dtype, "nll_loss",
      "expected scalar type \(dtype.scalarName) but found \(weight.dtype.scalarName); convert the weight with to(.\(dtype))"
    )
  }
}

/// The sizes of a negative log-likelihood loss.
///
/// The loss is linear in its input, so the gradient of its gradient is the loss itself.
private struct NLLPlan {
  let input: [Int]
  let batch: Int
  let classes: Int
  let spatial: [Int]
  let ignoreIndex: Int
  let reduction: LossReduction

  private var places: Int { spatial.reduce(1, *) }
  private var resultShape: [Int] {
    reduction != .none ? [] : (input.count == 1 ? [] : [batch]) + spatial
  }

  /// Returns the loss and the sum of the weights used, both without recording.
  func loss(_ x: Tensor, _ labels: Tensor, _ weight: Tensor?) throws -> (Tensor, total: Tensor) {
    try noGrad {
      let values = try x.computable().alias3(batch, classes, places)
      let out = try Tensor(uninitialized: resultShape, values.dtype, on: x.backend, "nll_loss")
      let total = try Tensor(uninitialized: [], values.dtype, on: x.backend, "nll_loss")
      try x.backend.nllLoss(
        values, labels, weight: weight?.computable(), ignoreIndex: ignoreIndex,
        reduction: reduction, totalWeight: total, into: out)
      return (try out.to(x.dtype), total)
    }
  }

  /// Returns the graph input of a loss of `x`.
  func input(_ x: Tensor, _ labels: Tensor, _ total: Tensor, _ weight: Tensor?) -> Input {
    let hasWeight = weight != nil
    return Input(x, saving: labels, total, x, weight) { g, s in
      try gradient(g, s[0], s[1], hasWeight ? s[3] : nil)
        .flat(in: s[2], "NllLoss\(spatial.isEmpty ? "" : "2D")BackwardBackward0")
    }
  }

  /// Returns the gradient with respect to the input from that of the loss.
  private func gradient(
    _ g: Tensor, _ labels: Tensor, _ total: Tensor, _ weight: Tensor?
  ) throws -> Tensor {
    let result = try noGrad {
      let values = try g.computable()
      let out = try Tensor(
        uninitialized: [batch, classes, places], values.dtype, on: g.backend, "nll_loss")
      try g.backend.nllLossBackward(
        values, labels, weight: weight?.computable(), ignoreIndex: ignoreIndex,
        reduction: reduction, totalWeight: total, into: out)
      return try out.alias(shape: input, strides: Layout.contiguousStrides(input), offset: 0).to(
        g.dtype)
    }
    guard isGradEnabled, g.requiresGrad else { return result }
    let hasWeight = weight != nil
    return try result.recorded(
      spatial.isEmpty ? "NllLossBackwardBackward0" : "NllLoss2DBackwardBackward0",
      Input(g, saving: labels, total, weight) { gg, s in
        let weight = hasWeight ? s[2] : nil
        let (y, total) = try loss(gg, s[0], weight)
        return try y.recorded("NllLossBackward0", input(gg, s[0], total, weight))
      })
  }
}

extension Tensor {
  /// Returns a contiguous tensor of the dtype used for sums.
  fileprivate func computable() throws -> Tensor { try to(dtype.computeType).contiguous() }

  /// Returns a contiguous tensor as three dimensions.
  fileprivate func alias3(_ a: Int, _ b: Int, _ c: Int) -> Tensor {
    alias(shape: [a, b, c], strides: Layout.contiguousStrides([a, b, c]), offset: storageOffset)
  }
}
