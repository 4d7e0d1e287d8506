extension Tensor {
  /// Applies group normalization and returns the statistics used
  /// (PyTorch: `torch.native_group_norm`).
  ///
  /// - Returns: the output, and the means and reciprocal standard deviations, `[n, numGroups]`.
  public func nativeGroupNorm(
    _ weight: Tensor?, _ bias: Tensor?, _ n: Int, _ channels: Int, _ places: Int, numGroups: Int,
    eps: Double
  ) throws -> (output: Tensor, mean: Tensor, rstd: Tensor) {
    let name = "group_norm"
    try require(
      numGroups > 0, .value, name, "Expected num groups to be greater than 0, got \(got: numGroups)"
    )
    try require(
      channels >= 0 && channels % numGroups == 0, .value, name,
      "Expected number of channels in input to be divisible by num_groups, but got input of shape \(got: shape) and num_groups=\(got: numGroups)"
    )
    let (sample, overflow) = channels.multipliedReportingOverflow(by: places)
    try require(
      !overflow && n >= 0 && places >= 0
        && sample.multipliedReportingOverflow(by: n) == (numel, false), .shape, name,
      "Expected \(n) · \(channels) · \(places) elements, but the input has shape \(shape)")
    for (part, tensor) in [("weight", weight), ("bias", bias)] {
      guard let tensor, tensor.shape != [channels] else { continue }
      throw TensorError(
        .shape, name,
        "Expected \(part) to be a vector of size equal to the number of channels in input, but got \(part) of shape \(got: tensor.shape) and input of shape \(got: shape)"
      )
    }
    try checkNormTypes(name, weight, bias)
    let norm = GroupNormPlan(
      shape: shape, samples: n, channels: channels, places: places, groups: numGroups, eps: eps)
    let type = weight?.dtype ?? dtype
    let (y, mean, rstd) = try noGrad { () -> (Tensor, Tensor, Tensor) in
      let (y, mean, rstd) = try norm.values(self, weight, bias)
      return (
        try y.laidOut(as: suggestedFormat), try mean.view(n, numGroups).to(type),
        try rstd.view(n, numGroups).to(type)
      )
    }
    try norm.record([y, mean, rstd], self, weight, bias)
    return (y, mean, rstd)
  }
}

/// The sizes of a group normalization.
///
/// Rows are the groups of each sample; the affine map is per channel.
struct GroupNormPlan: Sendable {
  let shape: [Int]
  let samples: Int
  let channels: Int
  let places: Int
  let groups: Int
  let eps: Double

  private var grouped: [Int] {
    [samples, groups, groups == 0 ? 0 : channels / groups * places]
  }

  func values(
    _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?
  ) throws -> (Tensor, mean: Tensor, rstd: Tensor) {
    let rows = RowNorm(
      shape: grouped, normalized: [grouped[2]], rows: samples * groups, size: grouped[2], eps: eps)
    let wide = try x.to(x.dtype.computeType)
    let (unit, mean, rstd) = try rows.values(wide, nil, nil, "group_norm")
    guard weight != nil || bias != nil, wide.numel > 0 else {
      return (try unit.view(shape).to(x.dtype), mean, rstd)
    }
    // PyTorch uses one factor and one offset for each channel of each sample.
    let type = wide.dtype, flat = try wide.contiguous().view([1, samples * channels, places])
    func perChannel(_ x: Tensor) throws -> Tensor {
      try x.view(-1, 1).expand([samples * groups, channels / groups]).contiguous().view(-1)
    }
    func perSample(_ x: Tensor) throws -> Tensor { try x.to(type).repeat([samples]).contiguous() }
    let out = try Tensor(uninitialized: flat.shape, type, on: x.backend, "group_norm")
    try x.backend.normalizeChannels(
      flat, mean: perChannel(mean), rstd: perChannel(rstd), weight: weight.map(perSample),
      bias: bias.map(perSample), into: out)
    return (try out.view(shape).to(x.dtype), mean, rstd)
  }

  /// Records the result and the statistics, through which gradients flow too.
  func record(_ outputs: [Tensor], _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?) throws {
    let none = outputs[0].detach(), hasWeight = weight != nil
    try Recording.record(
      outputs, "NativeGroupNormBackward0", [x, weight ?? none, bias ?? none],
      saving: [x, outputs[1].detach(), outputs[2].detach()] + (weight.map { [$0] } ?? [])
    ) { gradients, saved in
      let x = saved[0], wide = try x.to(x.dtype.computeType).reshape(sizes)
      let moments: (Tensor, Tensor)
      if isGradEnabled {
        // Second derivatives reach the input through the statistics.
        let center = try wide.mean(dims: [2, 3], keepdim: true)
        let variance = try wide.sub(center).square().mean(dims: [2, 3], keepdim: true)
        moments = (center, try variance.add(eps).rsqrt())
      } else {
        moments = (
          try saved[1].view(samples, groups, 1, 1), try saved[2].view(samples, groups, 1, 1)
        )
      }
      return try self.gradients(gradients, wide, moments, hasWeight ? saved[3] : nil).enumerated()
        .map { $0 == 0 ? try $1?.reshape(shape).to(x.dtype) : $1 }
    }
  }

  private var sizes: [Int] {
    [samples, groups, groups == 0 ? 0 : channels / groups, places]
  }

  /// Returns the gradients with respect to the input (in shape `sizes`), weight and bias.
  ///
  /// They are computed from the sums over spatial positions in PyTorch's order, so that infinities
  /// combine as they do there.
  private func gradients(
    _ g: [Tensor?], _ x: Tensor, _ moments: (mean: Tensor, rstd: Tensor), _ weight: Tensor?
  ) throws -> [Tensor?] {
    // Sums are computed in float64: this order loses precision otherwise.
    let type = x.dtype, count = Double(grouped[2])
    let (mean, rstd) = (try moments.mean.to(.float64), try moments.rstd.to(.float64))
    let gamma = try weight?.to(.float64).view(1, groups, sizes[2], 1), cube = try rstd.pow(3)
    var total: Tensor?, scale: Tensor?, shift: Tensor?
    func add(_ part: Tensor) throws { total = try total.map { try $0.add(part) } ?? part }
    if let gradient = try g[0]?.to(type).reshape(sizes) {
      let dots = try gradient.mul(x).sum(dims: [3], keepdim: true, dtype: .float64)
      let sums = try gradient.sum(dims: [3], keepdim: true, dtype: .float64)
      func weighted(_ x: Tensor) throws -> Tensor { try gamma.map { try x.mul($0) } ?? x }
      let dot = try weighted(dots).sum(dims: [2], keepdim: true)
      let sum = try weighted(sums).sum(dims: [2], keepdim: true)
      let slope = try sum.mul(mean).sub(dot).mul(cube).div(count)
      let offset = try slope.mul(mean).neg().sub(sum.mul(rstd).div(count))
      try add(
        gradient.mul(weighted(rstd).to(type)).add(x.mul(slope.to(type))).add(offset.to(type)))
      scale = try dots.sub(sums.mul(mean)).mul(rstd).sum(dim: 0).reshape(channels).to(type)
      shift = try sums.sum(dim: 0).reshape(channels).to(type)
    }
    if let g = try g[2]?.to(.float64).view(samples, groups, 1, 1) {
      try add(x.sub(mean.to(type)).mul(g.mul(cube).div(-count).to(type)))
    }
    if let g = try g[1]?.to(type).view(samples, groups, 1, 1) {
      try add(g.div(count).expand(sizes))
    }
    return [total, scale, shift]
  }
}
