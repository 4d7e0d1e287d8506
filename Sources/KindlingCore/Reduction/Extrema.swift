import CKernels

// MARK: Values
extension Tensor {
  /// Returns the largest element, or NaN if there is one (PyTorch: `torch.max`).
  ///
  /// - Throws: ``TensorError`` for an empty tensor.
  public func max() throws -> Tensor { try extremum(.max, "max", "MaxBackward1") }
  /// Returns the smallest element, or NaN if there is one (PyTorch: `torch.min`).
  ///
  /// - Throws: ``TensorError`` for an empty tensor.
  public func min() throws -> Tensor { try extremum(.min, "min", "MinBackward1") }

  /// Returns the maxima along `dim` and the index of the first of each (PyTorch: `torch.max`).
  public func max(dim: Int, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    try extremum(.max, .argmax, "max", "MaxBackward0", dim: dim, keepdim)
  }
  /// Returns the minima along `dim` and the index of the first of each (PyTorch: `torch.min`).
  public func min(dim: Int, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    try extremum(.min, .argmin, "min", "MinBackward0", dim: dim, keepdim)
  }

  /// Computes the maximum over `dims`; equal elements share the gradient (PyTorch: `torch.amax`).
  public func amax(dims: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    try extremum(.max, "amax", "AmaxBackward0", dims, keepdim)
  }
  /// Computes the maximum along one dimension.
  public func amax(dim: Int, keepdim: Bool = false) throws -> Tensor {
    try amax(dims: [dim], keepdim: keepdim)
  }
  /// Computes the minimum over `dims`; equal elements share the gradient (PyTorch: `torch.amin`).
  public func amin(dims: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    try extremum(.min, "amin", "AminBackward0", dims, keepdim)
  }
  /// Computes the minimum along one dimension.
  public func amin(dim: Int, keepdim: Bool = false) throws -> Tensor {
    try amin(dims: [dim], keepdim: keepdim)
  }
  /// Returns the minimum and the maximum, along `dim` if it is given (PyTorch: `torch.aminmax`).
  public func aminmax(dim: Int? = nil, keepdim: Bool = false) throws -> (min: Tensor, max: Tensor) {
    let reduced = try Layout.wrap(dim.map { [$0] }, ndim, "aminmax")
    try checkRows("aminmax", reduced, all: dim == nil)
    func extreme(_ op: ReduceOp) throws -> Tensor {
      try reducing(op, "aminmax", reduced, keepdim: keepdim, computing: dtype, empty: .int(0))
    }
    let (min, max) = (try extreme(.min), try extreme(.max))
    try Recording.record(
      [min, max], "AminmaxBackward0", [self], saving: [self, min.alias(), max.alias()]
    ) { gradients, s in
      let parts = try zip(gradients, s.dropFirst()).compactMap { g, extreme in
        try g.map { try s[0].shared($0, extreme, reduced, keepdim) }
      }
      return [try parts.count == 2 ? parts[0] + parts[1] : parts.first]
    }
    return (min, max)
  }

  /// Returns a gradient shared equally among the elements that equal the extreme.
  ///
  /// If the extreme is NaN, no element equals it, and all elements get NaN.
  private func shared(
    _ g: Tensor, _ extreme: Tensor, _ reduced: [Int], _ keepdim: Bool
  ) throws -> Tensor {
    let hits = try noGrad { try eq(extreme.restored(reduced, keepdim)) }
    return try g.restored(reduced, keepdim) / hits.sum(dims: reduced, keepdim: true) * hits
  }

  private func extremum(
    _ op: ReduceOp, _ name: String, _ node: String, _ dims: [Int]? = nil, _ keepdim: Bool = false
  ) throws -> Tensor {
    let reduced = try Layout.wrap(dims, ndim, name)
    try checkRows(name, reduced, all: dims == nil)
    let y = try reducing(op, name, reduced, keepdim: keepdim, computing: dtype, empty: .int(0))
    guard isGradEnabled, requiresGrad else { return y }
    return try y.recorded(
      node,
      Input(self, saving: self) { g, s in
        guard dims == nil, node.hasPrefix("M") else {
          return try s[0].shared(g, s.output, reduced, keepdim)
        }
        let extreme = try s.output.restored(reduced, keepdim), g = try g.restored(reduced, keepdim)
        // An extreme of everything that is NaN is one of the NaN.
        let shares = try noGrad {
          try s[0].eq(extreme).logicalOr(s[0].isnan().logicalAnd(extreme.isnan()))
        }
        return try Tensor.where(shares, g / shares.sum(dims: reduced, keepdim: true), 0)
      }, savingOutput: true)
  }

  private func extremum(
    _ op: ReduceOp, _ arg: ReduceOp, _ name: String, _ node: String, dim: Int, _ keepdim: Bool
  ) throws -> (values: Tensor, indices: Tensor) {
    let reduced = try Layout.wrap([dim], ndim, name)
    try checkRows(name, reduced, all: false)
    let values = try reducing(op, name, reduced, keepdim: keepdim, computing: dtype, empty: .int(0))
    let indices = try reducing(
      arg, name, reduced, keepdim: keepdim, computing: dtype, result: .int64, empty: .int(0))
    guard isGradEnabled, requiresGrad else { return (values, indices) }
    return try (
      values.recorded(
        node,
        Input(self, saving: indices) { [shape] g, s in
          try g.spread(s[0], over: shape, dim, keepdim)
        }),
      indices
    )
  }

  /// Scatters this gradient of elements picked along `dim` to `indices`, with 0 elsewhere.
  func spread(_ indices: Tensor, over shape: [Int], _ dim: Int, _ keepdim: Bool) throws -> Tensor {
    guard let d = try Layout.wrap([dim], shape.count, "index").first else { return self }
    return try newZeros(shape).scatter_(
      d, indices.restored([d], keepdim), restored([d], keepdim))
  }

  /// Throws if a reduction has no elements.
  func checkRows(_ name: String, _ dims: [Int], all: Bool) throws {
    guard numel == 0, let d = dims.first(where: { shape[$0] == 0 }) else { return }
    throw TensorError(
      .value, name,
      all
        ? "Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        : "Expected reduction dim \(d) to have non-zero size.")
  }
}

// MARK: Indices
extension Tensor {
  /// Returns the index of the first maximum along `dim`, or in the flattened tensor if nil
  /// (PyTorch: `torch.argmax`).
  public func argmax(dim: Int? = nil, keepdim: Bool = false) throws -> Tensor {
    try place(.argmax, "argmax", dim, keepdim)
  }
  /// Returns the index of the first minimum along `dim`, or in the flattened tensor if nil
  /// (PyTorch: `torch.argmin`).
  public func argmin(dim: Int? = nil, keepdim: Bool = false) throws -> Tensor {
    try place(.argmin, "argmin", dim, keepdim)
  }

  private func place(_ op: ReduceOp, _ name: String, _ dim: Int?, _ keepdim: Bool) throws -> Tensor
  {
    try require(dtype != .bool, .dtype, name, "\"\(name)_cpu\" not implemented for 'Bool'")
    let reduced = try Layout.wrap(dim.map { [$0] }, ndim, name)
    try checkRows(name, reduced, all: dim == nil)
    return try reducing(
      op, name, reduced, keepdim: keepdim, computing: dtype, result: .int64, empty: .int(0))
  }
}
