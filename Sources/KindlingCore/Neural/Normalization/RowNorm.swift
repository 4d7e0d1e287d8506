extension Tensor {
  /// Applies layer normalization and returns the statistics used
  /// (PyTorch: `torch.native_layer_norm`).
  ///
  /// - Returns: the output, the means and the reciprocal standard deviations. The statistics have
  ///   the shape of this tensor with size 1 in the normalized dimensions.
  public func nativeLayerNorm(
    _ normalizedShape: [Int], _ weight: Tensor? = nil, _ bias: Tensor? = nil, eps: Double = 1e-5
  ) throws -> (output: Tensor, mean: Tensor, rstd: Tensor) {
    try checkNormalized("layer_norm", normalizedShape, weight, bias)
    try checkNormTypes("layer_norm", weight, bias)
    let size = normalizedShape.reduce(1, *), lead = shape.dropLast(normalizedShape.count)
    let norm = RowNorm(
      shape: shape, normalized: normalizedShape, rows: lead.reduce(1, *), size: size, eps: eps)
    let (y, mean, rstd) = try noGrad {
      try norm.values(self, weight?.reshape(-1), bias?.reshape(-1), "layer_norm")
    }
    try norm.record(y, self, weight, bias, mean: mean, rstd: rstd)
    let kept = Array(lead) + normalizedShape.map { _ in 1 }
    let type = weight?.dtype ?? dtype
    return (y, try mean.view(kept).to(type), try rstd.view(kept).to(type))
  }

  /// Checks the arguments of a normalization over the last dimensions, whose sizes are `sizes`.
  package func checkNormalized(
    _ name: String, _ sizes: [Int], _ weight: Tensor?, _ bias: Tensor?
  ) throws {
    try require(
      !sizes.isEmpty, .shape, name,
      "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = \(got: sizes)"
    )
    for (part, tensor) in [("weight", weight), ("bias", bias)] {
      guard let tensor, tensor.shape != sizes else { continue }
      throw TensorError(
        .shape, name,
        "Expected \(part) to be of same shape as normalized_shape, but got \(part) of shape \(got: tensor.shape) and normalized_shape = \(got: sizes)"
      )
    }
    guard shape.suffix(sizes.count) == sizes[...] else {
      let list = sizes.map { ", \($0)" }.joined()
      throw TensorError(
        .shape, name,
        "Given normalized_shape=\(expected: sizes), expected input with shape [*\(expected: list)], but got input of size\(shape)"
      )
    }
  }

  func checkNormTypes(_ name: String, _ weight: Tensor?, _ bias: Tensor?) throws {
    for tensor in [weight, bias] {
      guard let tensor, tensor.dtype != dtype, !(dtype.isHalf && tensor.dtype == .float32) else {
        continue
      }
      throw TensorError(
        .dtype, name,
        "mixed dtype (CPU): all inputs must share same datatype, but the input is \(dtype) and the weights are \(tensor.dtype); convert the input with x.to(.\(tensor.dtype))"
      )
    }
    try require(
      dtype.isFloatingPoint, .dtype, name,
      "\"LayerNormKernelImpl\" not implemented for '\(dtype.scalarName)'; convert the input with to(.float32)"
    )
  }
}

/// The sizes of a normalization of contiguous rows, and its gradients.
struct RowNorm: Sendable {
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
    _ y: Tensor, _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, mean: Tensor, rstd: Tensor
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
      return try fused(g, saved[0], mean: saved[1], rstd: saved[2], weight, wanted)
    }
  }

  private func fused(
    _ g: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, _ weight: Tensor?,
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

/// The gradient of a normalization over `dims`, from differentiable operations.
struct NormalizedRows {
  let dims: [Int]
  let eps: Double
  /// The statistics, if they do not depend on the input.
  var fixed: (mean: Tensor, rstd: Tensor)?

  init(dims: [Int], eps: Double) {
    self.dims = dims
    self.eps = eps
  }

  /// Returns the gradient with respect to `x`, and the normalized `x`.
  func gradient(_ g: Tensor, _ x: Tensor, weight: Tensor?) throws -> (input: Tensor, unit: Tensor) {
    let scaled = try weight.map { try g.mul($0) } ?? g
    if let (mean, rstd) = fixed {
      return (try scaled.mul(rstd), try x.sub(mean).mul(rstd))
    }
    let offset = try x.sub(x.mean(dims: dims, keepdim: true))
    let rstd = try offset.square().mean(dims: dims, keepdim: true).add(eps).rsqrt()
    let unit = try offset.mul(rstd)
    let dot = try scaled.mul(unit).mean(dims: dims, keepdim: true)
    let centered = try scaled.sub(scaled.mean(dims: dims, keepdim: true)).sub(unit.mul(dot))
    return (try centered.mul(rstd), unit)
  }
}
