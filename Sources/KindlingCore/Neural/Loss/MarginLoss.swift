/// Losses that compare the score of the correct class with those of the others.
extension Tensor {
  /// Computes `log(1 + exp(−target · x))`.
  package func softMarginLoss(_ target: Tensor, _ kind: LossReduction) throws -> Tensor {
    let name = "soft_margin_loss"
    try require(
      dtype.isFloatingPoint, .dtype, name,
      "result type Float can't be cast to the desired output type \(dtype.scalarName); convert the input with to(.float32)"
    )
    try require(
      Layout.broadcast(shape, target.shape, name) == shape, .shape, name,
      "output with shape \(shape) doesn't match the broadcast shape of the target \(target.shape)")
    let losses = try noGrad { try target.mul(self).neg().exp().log1p() }
    let scale = kind == .mean ? 1 / Double(losses.numel) : 1
    return try noGrad { try losses.reduced(kind) }.recorded(
      "SoftMarginLossBackward0",
      Input(self, saving: self, target) { g, s in
        let share = try s[1].mul(s[0]).neg().sigmoid()
        return try g.mul(share.mul(s[1]).mul(-scale))
      })
  }

  /// Computes the multi-class margin loss.
  package func multiMarginLoss(
    _ target: Tensor, p: Int, margin: Double, weight: Tensor?, _ kind: LossReduction
  ) throws -> Tensor {
    let name = "multi_margin_loss"
    try require(
      p == 1 || p == 2, .value, name, "only p == 1 and p == 2 supported, but got \(got: p)")
    guard (0...2).contains(ndim), let classes = ndim == 0 ? 1 : shape.last,
      classes > 0
    else {
      throw TensorError(
        .shape, name,
        "Expected non-empty vector or matrix with optional 0-dim batch size, but got: \(got: shape)"
      )
    }
    let samples = ndim == 2 ? shape[0] : 1
    try require(
      target.ndim <= 1 && target.numel == samples, .shape, name,
      "target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [\(expected: samples)], but got \(got: target.shape). Input has shape \(got: shape)."
    )
    try require(
      target.dtype == .int64 && dtype.isFloatingPoint, .dtype, name,
      "expected a floating point input and a target of int64, but got \(got: dtype.scalarName) and \(got: target.dtype.scalarName)"
    )
    if let weight, weight.shape != [classes] {
      throw TensorError(
        .shape, name,
        "inconsistent weight size, expected \(expected: classes) but got \(got: weight.shape)")
    }
    for label in try target.toArray(as: Int.self) where label < 0 || label >= classes {
      throw TensorError(
        .index, name, "target out of range: \(label), where there are \(classes) classes")
    }
    let labels = try target.reshape([samples, 1]), resultShape = target.shape
    let hasWeight = weight != nil
    return try Composed.record(
      "MultiMarginLossBackward0", [self, labels] + (weight.map { [$0] } ?? [])
    ) { s in
      let x = try s[0].reshape([samples, classes])
      // PyTorch's order, which matters for huge scores.
      let distance = try x.gather(1, s[1]).rsub(margin).add(x)
      let counts = try noGrad { try distance.gt(0).scatter(1, s[1], false) }
      var excess = try Tensor.where(counts, distance, 0)
      if p == 2 { excess = try excess.mul(excess) }
      if hasWeight {
        // The weights may be infinite or NaN, so they are applied only to elements that count.
        let weights = try s[2].indexSelect(0, s[1].reshape(-1)).unsqueeze(1)
        excess = try excess.mul(Tensor.where(counts, weights, 1))
      }
      let losses = try excess.sum(dim: 1).div(classes)
      return kind == .none ? try losses.reshape(resultShape) : try losses.reduced(kind)
    }
  }

  /// Computes the multi-label margin loss.
  package func multilabelMarginLoss(_ target: Tensor, _ kind: LossReduction) throws -> Tensor {
    let name = "multilabel_margin_loss"
    let classes = shape.last ?? 1, samples = ndim == 2 ? shape[0] : 1
    try require(
      ndim <= 2 && classes > 0, .shape, name,
      "Expected non-empty vector or matrix with optional 0-dim batch size, but got: \(got: shape)")
    try require(
      target.shape == shape || ndim == 0 && target.numel == 1, .shape, name,
      "inconsistent target size: \(target.shape) for input of size: \(shape)")
    try require(
      target.dtype == .int64 && dtype.isFloatingPoint, .dtype, name,
      "expected a floating point input and a target of int64, but got \(got: dtype.scalarName) and \(got: target.dtype.scalarName)"
    )
    // The number of times each class occurs in the sample's target.
    let labels = try target.toArray(as: Int.self)
    if let label = labels.first(where: { $0 < -1 || $0 >= classes }) {
      throw TensorError(
        .index, name, "argument #2 'target' is out of range: \(label) of \(classes) classes")
    }
    var named = [Int](repeating: 0, count: samples * classes)
    for sample in 0..<samples {
      let row = sample * classes
      for label in labels[row..<row + classes] {
        if label < 0 { break }
        named[row + label] += 1
      }
    }
    let hits = try Tensor(named).reshape([samples, classes]).to(device)
    let resultShape = ndim == 2 ? [samples] : []
    return try Composed.record("MultilabelMarginLossBackward0", [self, hits, target]) { s in
      let x = try s[0].reshape([samples, classes])
      let distance = try x.unsqueeze(2).rsub(1).add(x.unsqueeze(1))
      let counts = try s[1].unsqueeze(2).mul(s[1].eq(0).unsqueeze(1))
      let counted = try distance.gt(0).logicalAnd(counts.gt(0))
      let losses = try Tensor.where(counted, distance.mul(counts.to(x.dtype)), 0)
        .sum(dims: [1, 2]).div(classes)
      return kind == .none ? try losses.reshape(resultShape) : try losses.reduced(kind)
    }
  }
}
