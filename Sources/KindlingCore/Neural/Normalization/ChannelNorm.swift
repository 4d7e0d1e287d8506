extension Tensor {
  /// Applies batch normalization and returns the statistics used
  /// (PyTorch: `torch.native_batch_norm`).
  ///
  /// - Returns: the output. In training also the batch's means and reciprocal standard deviations,
  ///   otherwise two empty tensors.
  /// - Throws: `TensorError` as `F.batchNorm`.
  public func nativeBatchNorm(
    _ weight: Tensor?, _ bias: Tensor?, _ runningMean: Tensor?, _ runningVar: Tensor?,
    training: Bool, momentum: Double, eps: Double
  ) throws -> (output: Tensor, mean: Tensor, rstd: Tensor) {
    let norm = try ChannelNorm(
      self, weight, bias, runningMean, runningVar, training: training, eps: eps)
    let (y, mean, rstd) = try noGrad { () -> (Tensor, Tensor, Tensor) in
      let x = try norm.rows(self), type = x.dtype
      let mean: Tensor, rstd: Tensor
      if training {
        mean = try Tensor(uninitialized: [norm.channels], type, on: backend, "batch_norm")
        let variance = try Tensor(uninitialized: [norm.channels], .float64, on: backend)
        try backend.channelMoments(x, mean: mean, variance: variance)
        // A variance that exceeds the range of float32 is infinite, as in PyTorch.
        let limit = type == .float32 ? Double(Float.greatestFiniteMagnitude) : .infinity
        rstd = try Tensor.where(variance.gt(limit), Double.infinity, variance).add(eps).rsqrt()
          .to(type)
        let count = Double(norm.samples * norm.places)
        func follow(_ running: Tensor?, _ batch: Tensor) throws {
          guard let running else { return }
          // 16-bit statistics are computed in float32 and rounded once.
          let wide = running.dtype.isHalf ? try running.to(.float32) : running
          try wide.mul_(1 - momentum).add_(batch.to(wide.dtype), alpha: momentum)
          if wide !== running { try running.copy_(wide) }
        }
        try follow(runningMean, mean)
        // A single value per channel has no unbiased variance: NaN, as in PyTorch.
        try follow(runningVar, variance.mul(count / (count - 1)))
      } else if let runningMean, let runningVar {
        mean = try runningMean.to(type).contiguous()
        rstd = try runningVar.to(type).contiguous().add(eps).rsqrt()
      } else {
        throw TensorError(
          .value, "batch_norm", "running_mean and running_var must be defined in evaluation mode")
      }
      let out = try Tensor(uninitialized: x.shape, type, on: backend, "batch_norm")
      if out.numel > 0 {
        try backend.normalizeChannels(
          x, mean: mean, rstd: rstd, weight: weight?.prepared(type), bias: bias?.prepared(type),
          into: out)
      }
      return (try norm.restored(out, dtype).laidOut(as: suggestedFormat), mean, rstd)
    }
    try norm.record(y, self, weight, bias, mean: mean, rstd: rstd)
    let type = weight?.dtype ?? dtype
    if training { return (y, try mean.to(type), try rstd.to(type)) }
    let none = try Tensor.zeros([0], dtype: type, device: device)
    return (y, none, none)
  }

  /// Returns a contiguous tensor of the dtype used for normalization.
  func prepared(_ type: DType) throws -> Tensor { try to(type).contiguous() }
}

/// The checked sizes of a batch normalization, and its gradients.
private struct ChannelNorm: Sendable {
  let shape: [Int]
  let training: Bool
  let eps: Double
  var samples: Int { shape[0] }
  var channels: Int { shape[1] }
  var places: Int { shape.dropFirst(2).reduce(1, *) }

  init(
    _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ runningMean: Tensor?, _ runningVar: Tensor?,
    training: Bool, eps: Double
  ) throws {
    let name = "batch_norm"
    try require(
      x.ndim >= 2, .shape, name,
      "expected at least 2D input [N, C, *], but got shape \(got: x.shape)")
    try require(
      x.dtype.isFloatingPoint, .dtype, name,
      "\"batch_norm\" not implemented for '\(x.dtype.scalarName)'; convert the input with to(.float32)"
    )
    for (part, tensor) in [
      ("running_mean", runningMean), ("running_var", runningVar), ("weight", weight),
      ("bias", bias),
    ] {
      guard let tensor else { continue }
      try require(
        tensor.shape == [x.shape[1]], .shape, name,
        "\(part) should contain \(x.shape[1]) elements not \(tensor.numel)")
      try require(
        tensor.dtype == x.dtype || x.dtype.isHalf && tensor.dtype == .float32, .dtype, name,
        "mixed dtype (CPU): all inputs must share same datatype, but the input is \(x.dtype) and \(part) is \(tensor.dtype); convert the input with x.to(.\(tensor.dtype))"
      )
    }
    shape = x.shape
    self.training = training
    self.eps = eps
  }

  /// Returns `x` as a contiguous `[N, C, S]` tensor of the compute dtype.
  func rows(_ x: Tensor) throws -> Tensor {
    let x = try x.prepared(x.dtype.computeType), rows = [samples, channels, places]
    return x.alias(shape: rows, strides: Layout.contiguousStrides(rows), offset: x.storageOffset)
  }

  /// Reverses ``rows(_:)`` for a new tensor.
  func restored(_ rows: Tensor, _ dtype: DType) throws -> Tensor {
    try rows.alias(shape: shape, strides: Layout.contiguousStrides(shape), offset: 0).to(dtype)
  }

  func record(
    _ y: Tensor, _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, mean: Tensor, rstd: Tensor
  ) throws {
    let wanted = (x.requiresGrad, weight?.requiresGrad == true, bias?.requiresGrad == true)
    let hasWeight = weight != nil
    // Where there is no weight or bias, a tensor without gradient stands in its place.
    try Recording.record(
      [y], "NativeBatchNormBackward0", [x, weight ?? mean, bias ?? mean],
      saving: [x, mean, rstd] + (weight.map { [$0] } ?? []), joint: true
    ) { gradients, saved in
      guard let g = gradients[0] else { return [nil, nil, nil] }
      let weight = hasWeight ? saved[3] : nil
      if isGradEnabled { return try composed(g, saved[0], saved[1], saved[2], weight) }
      return try fused(g, saved[0], mean: saved[1], rstd: saved[2], weight, wanted)
    }
  }

  private func fused(
    _ g: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, _ weight: Tensor?,
    _ wanted: (Bool, Bool, Bool)
  ) throws -> [Tensor?] {
    let (gradient, rows) = (try self.rows(g), try self.rows(x)), type = rows.dtype
    func target(_ wanted: Bool, _ shape: [Int]) throws -> Tensor? {
      wanted ? try Tensor(uninitialized: shape, type, on: x.backend, "batch_norm") : nil
    }
    let result = NormGradients(
      input: try target(wanted.0, rows.shape), weight: try target(wanted.1, [channels]),
      bias: try target(wanted.2, [channels]))
    if rows.numel > 0 {
      try x.backend.normalizeChannelsBackward(
        gradient, rows, mean: mean, rstd: rstd, weight: weight?.prepared(type), centered: training,
        into: result)
    } else {
      try result.weight?.zero_()
      try result.bias?.zero_()
    }
    return [try result.input.map { try restored($0, x.dtype) }, result.weight, result.bias]
  }

  /// Computes the same gradients from differentiable operations, for double backward.
  private func composed(
    _ g: Tensor, _ x: Tensor, _ mean: Tensor, _ rstd: Tensor, _ weight: Tensor?
  ) throws -> [Tensor?] {
    let type = x.dtype.computeType, rows = [samples, channels, places]
    let wide = try x.to(type).reshape(rows), gradient = try g.to(type).reshape(rows)
    var norm = NormalizedRows(dims: [0, 2], eps: eps)
    if !training { norm.fixed = (try mean.view(-1, 1), try rstd.view(-1, 1)) }
    let (plain, unit) = try norm.gradient(gradient, wide, weight: nil)
    // The channel's weight is applied last: it may be infinite.
    let input = try weight.map { try plain.mul($0.to(type).view(-1, 1)) } ?? plain
    return [
      try input.reshape(shape).to(x.dtype), try gradient.mul(unit).sum(dims: [0, 2]),
      try gradient.sum(dims: [0, 2]),
    ]
  }
}
