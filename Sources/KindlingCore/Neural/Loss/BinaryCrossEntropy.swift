extension Tensor {
  /// Computes the binary cross entropy of these probabilities and targets in [0, 1].
  package func binaryCrossEntropy(
    _ target: Tensor, weight: Tensor?, _ kind: LossReduction
  ) throws -> Tensor {
    let name = "binary_cross_entropy"
    try require(
      target.shape == shape, .shape, name,
      "Using a target size (\(target.shape)) that is different to the input size (\(shape)) is deprecated. Please ensure they have the same size."
    )
    try require(
      target.dtype == dtype && dtype.isFloatingPoint, .dtype, name,
      "Found dtype \(target.dtype.scalarName) but expected \(dtype.scalarName); convert the target with to(.\(dtype))"
    )
    try checkProbabilities("input", name)
    try target.checkProbabilities("target", name)
    let weight = try weight?.expand(shape)
    let losses = try noGrad {
      let negative = try neg().log1p().clamp(min: -100.0).mul(target.sub(1))
      let losses = try negative.sub(log().clamp(min: -100.0).mul(target))
      return try weight.map { try losses.mul($0) } ?? losses
    }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    let hasWeight = weight != nil
    return try noGrad { try losses.reduced(kind) }.recorded(
      "BinaryCrossEntropyBackward0",
      Input(self, saving: self, target, weight) { g, s in
        let spread = try s[0].rsub(1).mul(s[0]).clamp(min: 1e-12)
        let gradient = try s[0].sub(s[1]).div(spread).mul(scale).mul(g)
        return hasWeight ? try gradient.mul(s[2]) : gradient
      },
      Input(target, saving: self, target, weight) { g, s in
        let gradient = try s[0].rsub(1).log().sub(s[0].log()).mul(scale).mul(g)
        return hasWeight ? try gradient.mul(s[2]) : gradient
      })
  }

  private func checkProbabilities(_ what: String, _ name: String) throws {
    if numel == 0 { return }
    let (low, high) = try noGrad { (try amin().item(), try amax().item()) }
    if low >= 0 && high <= 1 { return }
    throw TensorError(
      .value, name,
      "all elements of \(what) should be between 0 and 1, but they are between \(low) and \(high)"
        + (what == "input" ? "; use binaryCrossEntropyWithLogits for logits" : "")
    )
  }

  /// Computes the binary cross entropy of these logits and targets in [0, 1].
  package func binaryCrossEntropyWithLogits(
    _ target: Tensor, weight: Tensor?, posWeight: Tensor?, _ kind: LossReduction
  ) throws -> Tensor {
    let name = "binary_cross_entropy_with_logits"
    try require(
      target.shape == shape, .shape, name,
      "Target size (\(target.shape)) must be the same as input size (\(shape))")
    for tensor in [self, target] where !tensor.dtype.isFloatingPoint {
      throw TensorError(
        .dtype, name,
        "result type Float can't be cast to the desired output type \(tensor.dtype.scalarName); convert it with to(.float32)"
      )
    }
    let weight = try weight?.expand(shape), posWeight = try posWeight?.expand(shape)
    let losses = try noGrad {
      // −log sigmoid(x) = max(−x, 0) + log(1 + exp(−|x|))
      let softplus = try abs().neg().exp().log1p().add(neg().clamp(min: 0.0))
      let positive =
        try posWeight.map { try softplus.mul($0.sub(1).mul(target).add(1)) } ?? softplus
      let losses = try target.rsub(1).mul(self).add(positive)
      return try weight.map { try losses.mul($0) } ?? losses
    }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    let (hasWeight, hasPositive) = (weight != nil, posWeight != nil)
    return try noGrad { try losses.reduced(kind) }.recorded(
      "BinaryCrossEntropyWithLogitsBackward0",
      Input(self, saving: self, target, weight ?? posWeight, posWeight) { g, s in
        let gradient: Tensor
        if hasPositive {
          let t = try s[3].mul(s[1])
          gradient = try t.add(1).sub(s[1]).mul(s[0].sigmoid()).sub(t)
        } else {
          gradient = try s[0].sigmoid().sub(s[1])
        }
        let scaled = try gradient.mul(scale).mul(g)
        return hasWeight ? try scaled.mul(s[2]) : scaled
      },
      Input(target, saving: self, target, weight ?? posWeight, posWeight) { g, s in
        let gradient: Tensor
        if hasPositive {
          gradient = try s[0].neg().logSigmoid().sub(s[3].mul(s[0].logSigmoid()))
        } else {
          gradient = try s[0].neg()
        }
        let scaled = try gradient.mul(scale).mul(g)
        return hasWeight ? try scaled.mul(s[2]) : scaled
      })
  }

  /// Computes `log(1 / (1 + exp(−x)))` without overflow.
  private func logSigmoid() throws -> Tensor {
    try clamp(max: 0.0).sub(abs().neg().exp().log1p())
  }
}
