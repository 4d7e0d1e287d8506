import KindlingCore

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
