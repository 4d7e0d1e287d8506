public import KindlingCore

extension F {
  /// Normalizes over the last dimensions, whose sizes are `normalizedShape`
  /// (PyTorch: `F.layer_norm`).
  ///
  /// `eps` is added to the variance for numerical stability.
  ///
  /// - Shape: `x` `[*] + normalizedShape`; `weight` and `bias` have shape `normalizedShape`.
  /// - Throws: `TensorError` `.shape` and `.dtype` if the tensors do not match.
  public static func layerNorm(
    _ x: Tensor, _ normalizedShape: [Int], weight: Tensor? = nil, bias: Tensor? = nil,
    eps: Double = 1e-5
  ) throws -> Tensor {
    try x.nativeLayerNorm(normalizedShape, weight, bias, eps: eps).output
  }

  /// Normalizes groups of channels of each sample (PyTorch: `F.group_norm`).
  ///
  /// `numGroups` must divide the number of channels. `eps` is added to the variance for numerical
  /// stability.
  ///
  /// - Shape: `x` `[N, C, *]`; `weight` and `bias` `[C]`.
  /// - Throws: `TensorError` `.shape`, `.value` and `.dtype` if the arguments do not match.
  public static func groupNorm(
    _ x: Tensor, _ numGroups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
  ) throws -> Tensor {
    guard x.ndim >= 2 else {
      throw TensorError(
        .shape, "group_norm",
        "Expected at least 2 dimensions for input tensor but received \(x.ndim)")
    }
    guard x.shape[1] > 0 else {
      throw TensorError(
        .shape, "group_norm", "Expected number of channels to be greater than 0, got 0")
    }
    let places = x.shape.dropFirst(2).reduce(1, &*)
    guard places > 0 else {
      throw TensorError(.shape, "group_norm", "Expected HxW to be greater than 0, got \(places)")
    }
    // PyTorch's count: the groups of all samples, by the elements of a group.
    let size = [x.shape[0] &* x.shape[1] / max(numGroups, 1), numGroups] + x.shape.dropFirst(2)
    if numGroups > 0, size[0] == 1, places == 1 {
      throw TensorError(
        .value, "group_norm",
        "Expected more than 1 value per channel when training, got input size \(size)")
    }
    return try x.nativeGroupNorm(
      weight, bias, x.shape[0], x.shape[1], places, numGroups: numGroups, eps: eps
    ).output
  }

  /// Divides by the root mean square over the last dimensions (PyTorch: `F.rms_norm`).
  ///
  /// These dimensions have the sizes `normalizedShape`. `eps` defaults to the machine epsilon of
  /// the dtype.
  public static func rmsNorm(
    _ x: Tensor, _ normalizedShape: [Int], weight: Tensor? = nil, eps: Double? = nil
  ) throws -> Tensor {
    try checkNormalized("rms_norm", x, normalizedShape, weight, nil)
    guard x.dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, "rms_norm",
        "expected a floating point input, but got \(x.dtype.scalarName); convert it with to(.float32)"
      )
    }
    let type = x.dtype.computeType, dims = Array((x.ndim - normalizedShape.count)..<x.ndim)
    // 16-bit floats are computed in float32, so its epsilon applies.
    let least = eps ?? (type == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne))
    let wide = try x.to(type)
    let rstd = try wide.pow(2).mean(dims: dims, keepdim: true).add(least).rsqrt()
    let y = try wide.mul(rstd)
    return try (weight.map { try y.mul($0) } ?? y).to(x.dtype).contiguous()
  }

  /// Divides by the p-norm along `dim` (PyTorch: `F.normalize`).
  ///
  /// Norms smaller than `eps` are replaced by `eps`.
  public static func normalize(
    _ x: Tensor, p: Double = 2, dim: Int = 1, eps: Double = 1e-12
  ) throws -> Tensor {
    try x.div(x.norm(p: p, dim: dim, keepdim: true).clamp(min: eps).expand(x.shape))
  }

  /// Normalizes over neighbouring channels (PyTorch: `F.local_response_norm`).
  ///
  /// Each element is divided by `(k + alpha · mean of squares)^beta`, over `size` neighbouring
  /// channels.
  ///
  /// - Shape: `[N, C, *]` with at least one spatial dimension.
  public static func localResponseNorm(
    _ x: Tensor, _ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
  ) throws -> Tensor {
    guard x.ndim >= 3 else {
      throw TensorError(
        .shape, "local_response_norm",
        "Expected 3D or higher dimensionality input (got \(x.ndim) dimensions)")
    }
    guard size > 0 else {
      throw TensorError(
        .value, "local_response_norm", "size must be greater than 0, but got \(size)")
    }
    if x.numel == 0 { return x }
    // The mean over `size` neighbours, with zero padding at the ends. Integers stay integers.
    let channels = x.shape[1], squares = try x.mul(x)
    let places = [Int](repeating: 0, count: 2 * (x.ndim - 2))
    // A window of twice the number of channels always covers all of them.
    let reach = min(size, 2 * channels)
    let wide = try pad(squares, places + [reach / 2, (reach - 1) / 2])
    var sum = try wide.narrow(1, 0, channels)
    for shift in 1..<max(reach, 2) where shift < reach {
      sum = try sum.add(wide.narrow(1, shift, channels))
    }
    let mean =
      x.dtype.isFloatingPoint ? try sum.div(size) : try sum.div(size, rounding: .trunc)
    return try x.div(mean.mul(alpha).add(k).pow(beta))
  }

  static func checkNormalized(
    _ name: String, _ x: Tensor, _ shape: [Int], _ weight: Tensor?, _ bias: Tensor?
  ) throws {
    guard !shape.isEmpty else {
      throw TensorError(
        .shape, name,
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = \(shape)"
      )
    }
    for (part, tensor) in [("weight", weight), ("bias", bias)] {
      guard let tensor, tensor.shape != shape else { continue }
      throw TensorError(
        .shape, name,
        "Expected \(part) to be of same shape as normalized_shape, but got \(part) of shape \(tensor.shape) and normalized_shape = \(shape)"
      )
    }
    guard x.shape.suffix(shape.count) == shape[...] else {
      let sizes = shape.map { ", \($0)" }.joined()
      throw TensorError(
        .shape, name,
        "Given normalized_shape=\(shape), expected input with shape [*\(sizes)], but got input of size\(x.shape)"
      )
    }
  }
}

extension Tensor {
  /// Applies layer normalization and returns the statistics used
  /// (PyTorch: `torch.native_layer_norm`).
  ///
  /// - Returns: the output, the means and the reciprocal standard deviations. The statistics have
  ///   the shape of this tensor with size 1 in the normalized dimensions.
  public func nativeLayerNorm(
    _ normalizedShape: [Int], _ weight: Tensor? = nil, _ bias: Tensor? = nil, eps: Double = 1e-5
  ) throws -> (output: Tensor, mean: Tensor, rstd: Tensor) {
    try F.checkNormalized("layer_norm", self, normalizedShape, weight, bias)
    try checkNormTypes("layer_norm", weight, bias)
    let size = normalizedShape.reduce(1, *), lead = shape.dropLast(normalizedShape.count)
    let norm = RowNorm(
      shape: shape, normalized: normalizedShape, rows: lead.reduce(1, *), size: size, eps: eps)
    let (y, mean, rstd) = try noGrad {
      try norm.values(self, weight?.reshape(-1), bias?.reshape(-1), "layer_norm")
    }
    try norm.record(y, self, weight, bias, mean, rstd)
    let kept = Array(lead) + normalizedShape.map { _ in 1 }
    let type = weight?.dtype ?? dtype
    return (y, try mean.view(kept).to(type), try rstd.view(kept).to(type))
  }

  /// Applies group normalization and returns the statistics used
  /// (PyTorch: `torch.native_group_norm`).
  ///
  /// - Returns: the output, and the means and reciprocal standard deviations, `[n, numGroups]`.
  public func nativeGroupNorm(
    _ weight: Tensor?, _ bias: Tensor?, _ n: Int, _ channels: Int, _ places: Int, numGroups: Int,
    eps: Double
  ) throws -> (output: Tensor, mean: Tensor, rstd: Tensor) {
    let name = "group_norm"
    guard numGroups > 0 else {
      throw TensorError(
        .value, name, "Expected num groups to be greater than 0, got \(numGroups)")
    }
    guard channels >= 0, channels % numGroups == 0 else {
      throw TensorError(
        .value, name,
        "Expected number of channels in input to be divisible by num_groups, but got input of shape \(shape) and num_groups=\(numGroups)"
      )
    }
    let (sample, overflow) = channels.multipliedReportingOverflow(by: places)
    guard !overflow, n >= 0, places >= 0,
      sample.multipliedReportingOverflow(by: n) == (numel, false)
    else {
      throw TensorError(
        .shape, name,
        "Expected \(n) · \(channels) · \(places) elements, but the input has shape \(shape)")
    }
    for (part, tensor) in [("weight", weight), ("bias", bias)] {
      guard let tensor, tensor.shape != [channels] else { continue }
      throw TensorError(
        .shape, name,
        "Expected \(part) to be a vector of size equal to the number of channels in input, but got \(part) of shape \(tensor.shape) and input of shape \(shape)"
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

  private func checkNormTypes(_ name: String, _ weight: Tensor?, _ bias: Tensor?) throws {
    for tensor in [weight, bias] {
      guard let tensor, tensor.dtype != dtype, !(dtype.isHalf && tensor.dtype == .float32) else {
        continue
      }
      throw TensorError(
        .dtype, name,
        "mixed dtype (CPU): all inputs must share same datatype, but the input is \(dtype) and the weights are \(tensor.dtype); convert the input with x.to(.\(tensor.dtype))"
      )
    }
    guard dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, name,
        "\"LayerNormKernelImpl\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
      )
    }
  }
}

/// The sizes of a normalization of contiguous rows, and its gradients.
private struct RowNorm: Sendable {
  let shape: [Int]
  /// The shape of weight and bias.
  let normalized: [Int]
  let rows: Int
  let size: Int
  let eps: Double

  /// Returns the output and the rows' statistics, without recording; `weight` and `bias` are
  /// `[size]`.
  func values(
    _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ name: String
  ) throws -> (Tensor, mean: Tensor, rstd: Tensor) {
    let type = x.dtype.computeType, flat = try matrix(x.prepared(type))
    let out = try Tensor(uninitialized: [rows, size], type, on: x.backend, name)
    let mean = try Tensor(uninitialized: [rows], type, on: x.backend, name)
    let rstd = try Tensor(uninitialized: [rows], type, on: x.backend, name)
    if size == 0 {
      try mean.fill_(0)
      try rstd.fill_(Double.nan)
    } else if rows > 0 {
      try x.backend.normalizeRows(
        flat, eps: eps, weight: weight?.prepared(type), bias: bias?.prepared(type), into: out,
        mean: mean, rstd: rstd)
    }
    let y = out.alias(shape: shape, strides: Layout.contiguousStrides(shape), offset: 0)
    return (try y.to(x.dtype), mean, rstd)
  }

  func matrix(_ x: Tensor) -> Tensor {
    x.alias(shape: [rows, size], strides: [size, 1], offset: x.storageOffset)
  }

  func record(
    _ y: Tensor, _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ mean: Tensor, _ rstd: Tensor
  ) throws {
    let wanted = (x.requiresGrad, weight?.requiresGrad == true, bias?.requiresGrad == true)
    let hasWeight = weight != nil
    try Recording.record(
      [y], "NativeLayerNormBackward0", [x, weight ?? mean, bias ?? mean],
      saving: [x, mean, rstd] + [weight, bias].compactMap(\.self), joint: true
    ) { gradients, saved in
      guard let g = gradients[0] else { return [nil, nil, nil] }
      let weight = hasWeight ? saved[3] : nil
      if isGradEnabled { return try composed(g, saved[0], weight) }
      return try fused(g, saved[0], saved[1], saved[2], weight, wanted)
    }
  }

  private func fused(
    _ g: Tensor, _ x: Tensor, _ mean: Tensor, _ rstd: Tensor, _ weight: Tensor?,
    _ wanted: (Bool, Bool, Bool)
  ) throws -> [Tensor?] {
    let type = x.dtype.computeType
    let (gradient, flat) = (matrix(try g.prepared(type)), matrix(try x.prepared(type)))
    func target(_ wanted: Bool, _ shape: [Int]) throws -> Tensor? {
      wanted ? try Tensor.zeros(shape, dtype: type, device: x.device) : nil
    }
    let result = NormGradients(
      input: try target(wanted.0, [rows, size]), weight: try target(wanted.1, [size]),
      bias: try target(wanted.2, [size]))
    if flat.numel > 0 {
      try x.backend.normalizeRowsBackward(
        gradient, flat, mean: mean, rstd: rstd, weight: weight?.prepared(type).view(-1),
        into: result)
    }
    return [
      try result.input?.view(shape).to(x.dtype), try result.weight?.view(normalized),
      try result.bias?.view(normalized),
    ]
  }

  /// Computes the same gradients from differentiable operations, for double backward.
  private func composed(_ g: Tensor, _ x: Tensor, _ weight: Tensor?) throws -> [Tensor?] {
    let type = x.dtype.computeType
    let flat = try x.to(type).reshape([rows, size]),
      gradient = try g.to(type).reshape([rows, size])
    let (input, unit) = try NormalizedRows(dims: [1], eps: eps).gradient(
      gradient, flat, weight: weight?.to(type).reshape(-1))
    return [
      try input.reshape(shape).to(x.dtype),
      try gradient.mul(unit).sum(dim: 0).reshape(normalized),
      try gradient.sum(dim: 0).reshape(normalized),
    ]
  }
}

/// The sizes of a group normalization.
///
/// Rows are the groups of each sample; the affine map is per channel.
private struct GroupNormPlan: Sendable {
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
    // As in PyTorch, one factor and one offset for each channel of each sample.
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
