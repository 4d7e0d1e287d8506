public import KindlingCore

extension F {
  /// Computes the binary cross entropy of probabilities and targets in [0, 1]
  /// (PyTorch: `F.binary_cross_entropy`).
  ///
  /// Logarithms are clamped to −100 or more, so that probabilities of 0 and 1 have finite losses.
  /// `weight` broadcasts to `input`.
  ///
  /// - Throws: `TensorError` `.value` if an element of `input` or `target` is NaN or outside [0,
  ///   1], `.shape` and `.dtype` if `target` does not match `input`.
  public static func binaryCrossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) throws -> Tensor {
    let name = "binary_cross_entropy"
    let kind = try reduction.forLoss(name)
    guard target.shape == input.shape else {
      throw TensorError(
        .shape, name,
        "Using a target size (\(target.shape)) that is different to the input size (\(input.shape)) is deprecated. Please ensure they have the same size."
      )
    }
    guard target.dtype == input.dtype, input.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, name,
        "Found dtype \(target.dtype.scalarName) but expected \(input.dtype.scalarName); convert the target with to(.\(input.dtype))"
      )
    }
    try checkProbabilities(input, "input", name)
    try checkProbabilities(target, "target", name)
    let weight = try weight?.expand(input.shape)
    let losses = try noGrad {
      let negative = try input.neg().log1p().clamp(min: -100.0).mul(target.sub(1))
      let losses = try negative.sub(input.log().clamp(min: -100.0).mul(target))
      return try weight.map { try losses.mul($0) } ?? losses
    }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    let hasWeight = weight != nil
    return try noGrad { try losses.reduced(kind) }.recorded(
      "BinaryCrossEntropyBackward0",
      Input(input, saving: input, target, weight) { g, s in
        let spread = try s[0].rsub(1).mul(s[0]).clamp(min: 1e-12)
        let gradient = try s[0].sub(s[1]).div(spread).mul(scale).mul(g)
        return hasWeight ? try gradient.mul(s[2]) : gradient
      },
      Input(target, saving: input, target, weight) { g, s in
        let gradient = try s[0].rsub(1).log().sub(s[0].log()).mul(scale).mul(g)
        return hasWeight ? try gradient.mul(s[2]) : gradient
      })
  }

  private static func checkProbabilities(_ x: Tensor, _ what: String, _ name: String) throws {
    if x.numel == 0 { return }
    let (low, high) = try noGrad { (try x.amin().item(), try x.amax().item()) }
    if low >= 0 && high <= 1 { return }
    throw TensorError(
      .value, name,
      "all elements of \(what) should be between 0 and 1, but they are between \(low) and \(high)"
        + (what == "input" ? "; use binaryCrossEntropyWithLogits for logits" : "")
    )
  }

  /// Computes the binary cross entropy of logits and targets in [0, 1]
  /// (PyTorch: `F.binary_cross_entropy_with_logits`).
  ///
  /// It is numerically stable for logits of any magnitude. `weight` (per element) and `posWeight`
  /// (of positive targets, per class) broadcast.
  ///
  /// - Throws: `TensorError` if the shapes of `target` and `input` differ, or for integers.
  public static func binaryCrossEntropyWithLogits(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean,
    posWeight: Tensor? = nil
  ) throws -> Tensor {
    let name = "binary_cross_entropy_with_logits"
    let kind = try reduction.forLoss(name)
    guard target.shape == input.shape else {
      throw TensorError(
        .shape, name,
        "Target size (\(target.shape)) must be the same as input size (\(input.shape))")
    }
    for tensor in [input, target] where !tensor.dtype.isFloatingPoint {
      throw TensorError(
        .dtype, name,
        "result type Float can't be cast to the desired output type \(tensor.dtype.scalarName); convert it with to(.float32)"
      )
    }
    let weight = try weight?.expand(input.shape), posWeight = try posWeight?.expand(input.shape)
    let losses = try noGrad {
      // −log sigmoid(x) = max(−x, 0) + log(1 + exp(−|x|))
      let softplus = try input.abs().neg().exp().log1p().add(input.neg().clamp(min: 0.0))
      let positive =
        try posWeight.map { try softplus.mul($0.sub(1).mul(target).add(1)) } ?? softplus
      let losses = try target.rsub(1).mul(input).add(positive)
      return try weight.map { try losses.mul($0) } ?? losses
    }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    let (hasWeight, hasPositive) = (weight != nil, posWeight != nil)
    return try noGrad { try losses.reduced(kind) }.recorded(
      "BinaryCrossEntropyWithLogitsBackward0",
      Input(input, saving: input, target, weight ?? posWeight, posWeight) { g, s in
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
      Input(target, saving: input, target, weight ?? posWeight, posWeight) { g, s in
        let gradient: Tensor
        if hasPositive {
          gradient = try logSigmoid(s[0].neg()).sub(s[3].mul(logSigmoid(s[0])))
        } else {
          gradient = try s[0].neg()
        }
        let scaled = try gradient.mul(scale).mul(g)
        return hasWeight ? try scaled.mul(s[2]) : scaled
      })
  }

  /// Computes `log(1 / (1 + exp(−x)))` without overflow.
  private static func logSigmoid(_ x: Tensor) throws -> Tensor {
    try x.clamp(max: 0.0).sub(x.abs().neg().exp().log1p())
  }

  /// Computes the Kullback-Leibler divergence of a target distribution from log-probabilities
  /// (PyTorch: `F.kl_div`).
  ///
  /// With `logTarget` the target holds log-probabilities too. `.batchmean` is the mathematical
  /// definition: the sum divided by the batch size.
  public static func klDiv(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, logTarget: Bool = false
  ) throws -> Tensor {
    for part in [input, target] where !part.dtype.isFloatingPoint {
      throw TensorError(
        .dtype, "kl_div",
        "kl_div: Integral inputs not supported, but got \(part.dtype.scalarName); convert it with to(.float32)"
      )
    }
    let losses =
      logTarget
      ? try target.exp().mul(target.sub(input))
      : try target.xlogy(target).sub(target.mul(input))
    if reduction == .batchmean {
      // A scalar is one sample.
      return try input.shape.first.map { try losses.sum().div($0) } ?? losses.sum()
    }
    if reduction == .mean {
      try Warnings.warn(
        .deprecated, "",
        "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release."
      )
    }
    return try losses.reduced(reduction.forLoss("kl_div"))
  }
}
