/// The gradients of a normalization, nil for those not needed.
///
/// They have the shapes of their tensors, and are contiguous and of the compute dtype.
package struct NormGradients {
  package var input: Tensor?
  package var weight: Tensor?
  package var bias: Tensor?

  package init(input: Tensor?, weight: Tensor?, bias: Tensor?) {
    self.input = input
    self.weight = weight
    self.bias = bias
  }
}

/// The normalizations composed of other operations.
///
/// A new backend can start from them, and other backends use them for sizes without a kernel.
extension Backend {
  /// Computes ``channelMoments(_:mean:variance:)`` from primitives.
  package func composedChannelMoments(_ x: Tensor, mean: Tensor, variance: Tensor) throws {
    try noGrad {
      let wide = try x.to(.float64)
      let center = try wide.mean(dims: [0, 2], keepdim: true)
      try copy(center.reshape(-1), into: mean)
      try copy(wide.sub(center).square().mean(dims: [0, 2]), into: variance)
    }
  }

  /// Computes ``normalizeChannels(_:mean:rstd:weight:bias:into:)`` from primitives.
  package func composedNormalizeChannels(
    _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, bias: Tensor?, into out: Tensor
  ) throws {
    try noGrad {
      let scale = try weight.map { try rstd.mul($0) } ?? rstd
      let y = try x.sub(mean.view(-1, 1)).mul(scale.view(-1, 1))
      try copy(bias.map { try y.add($0.view(-1, 1)) } ?? y, into: out)
    }
  }

  /// Computes ``normalizeChannelsBackward(_:_:mean:rstd:weight:centered:into:)`` from primitives.
  package func composedNormalizeChannelsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, centered: Bool,
    into result: NormGradients
  ) throws {
    try noGrad {
      let unit = try x.sub(mean.view(-1, 1)).mul(rstd.view(-1, 1))
      let sum = try gradient.sum(dims: [0, 2]), dot = try gradient.mul(unit).sum(dims: [0, 2])
      if let bias = result.bias { try copy(sum, into: bias) }
      if let weight = result.weight { try copy(dot, into: weight) }
      guard let input = result.input else { return }
      let scale = try weight.map { try rstd.mul($0) } ?? rstd
      var g = gradient
      if centered {
        let count = x.shape[0] * x.shape[2]
        g = try g.sub(sum.div(count).view(-1, 1)).sub(unit.mul(dot.div(count).view(-1, 1)))
      }
      try copy(g.mul(scale.view(-1, 1)), into: input)
    }
  }

  /// Computes ``normalizeRows(_:eps:weight:bias:into:mean:rstd:)`` from primitives.
  package func composedNormalizeRows(
    _ x: Tensor, eps: Double, weight: Tensor?, bias: Tensor?, into out: Tensor, mean: Tensor,
    rstd: Tensor
  ) throws {
    try noGrad {
      let center = try x.mean(dim: 1, keepdim: true), offset = try x.sub(center)
      let factor = try offset.square().mean(dim: 1, keepdim: true).add(eps).rsqrt()
      // PyTorch's mean is a running one, which an infinite element turns into NaN.
      try copy(Tensor.where(center.isinf(), Double.nan, center).reshape(-1), into: mean)
      try copy(factor.reshape(-1), into: rstd)
      var y = try offset.mul(factor)
      if let weight { y = try y.mul(weight) }
      try copy(bias.map { try y.add($0) } ?? y, into: out)
    }
  }

  /// Computes ``normalizeRowsBackward(_:_:mean:rstd:weight:into:)`` from primitives.
  package func composedNormalizeRowsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?,
    into result: NormGradients
  ) throws {
    try noGrad {
      let factor = try rstd.view(-1, 1), unit = try x.sub(mean.view(-1, 1)).mul(factor)
      if let bias = result.bias { try copy(gradient.sum(dim: 0), into: bias) }
      if let weight = result.weight { try copy(gradient.mul(unit).sum(dim: 0), into: weight) }
      guard let input = result.input else { return }
      // PyTorch's formula fixes how infinities combine, but loses accuracy; therefore it is
      // computed in float64.
      let center = try mean.view(-1, 1).to(.float64), scale = try factor.to(.float64)
      let g = try (weight.map { try gradient.mul($0) } ?? gradient).to(.float64)
      let sum = try g.sum(dim: 1, keepdim: true), dot = try g.mul(x).sum(dim: 1, keepdim: true)
      let slope = try sum.mul(center).sub(dot).mul(scale.pow(3)).div(x.shape[1])
      let shift = try slope.mul(center).neg().sub(sum.mul(scale).div(x.shape[1]))
      try copy(g.mul(scale).add(slope.mul(x)).add(shift), into: input)
    }
  }

  package func channelMoments(_ x: Tensor, mean: Tensor, variance: Tensor) throws {
    try composedChannelMoments(x, mean: mean, variance: variance)
  }

  package func normalizeChannels(
    _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, bias: Tensor?, into out: Tensor
  ) throws {
    try composedNormalizeChannels(
      x, mean: mean, rstd: rstd, weight: weight, bias: bias, into: out)
  }

  package func normalizeChannelsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, centered: Bool,
    into result: NormGradients
  ) throws {
    try composedNormalizeChannelsBackward(
      gradient, x, mean: mean, rstd: rstd, weight: weight, centered: centered, into: result)
  }

  package func normalizeRows(
    _ x: Tensor, eps: Double, weight: Tensor?, bias: Tensor?, into out: Tensor, mean: Tensor,
    rstd: Tensor
  ) throws {
    try composedNormalizeRows(
      x, eps: eps, weight: weight, bias: bias, into: out, mean: mean, rstd: rstd)
  }

  package func normalizeRowsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?,
    into result: NormGradients
  ) throws {
    try composedNormalizeRowsBackward(
      gradient, x, mean: mean, rstd: rstd, weight: weight, into: result)
  }
}
