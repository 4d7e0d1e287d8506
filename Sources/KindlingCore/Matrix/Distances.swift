/// Pairwise distances of rows.
extension Tensor {
  /// Computes the p-norm distance of all pairs of rows (PyTorch: `torch.cdist`).
  ///
  /// For more than 25 rows, Euclidean distances come from one matrix product, as in PyTorch. In
  /// float32, the error of small distances is then about 1e-3 of the size of the rows, even for
  /// equal rows.
  /// - Shape: `[*, n, d]` and `[*, m, d]` → `[*, n, m]`.
  public func cdist(_ other: Tensor, p: Double = 2) throws -> Tensor {
    guard ndim >= 2, other.ndim >= 2, shape[ndim - 1] == other.shape[other.ndim - 1] else {
      throw TensorError(
        .shape, "cdist",
        "X1 and X2 must have at least two dimensions and the same number of columns; got \(got: shape) and \(got: other.shape)"
      )
    }
    for x in [self, other] where !x.dtype.isFloatingPoint {
      throw TensorError(
        .dtype, "cdist", "cdist only supports floating-point dtypes, got \(got: x.dtype.scalarName)"
      )
    }
    try require(
      dtype == other.dtype, .dtype, "cdist",
      "expected scalar type \(dtype.scalarName) but found \(other.dtype.scalarName)")
    try require(
      !dtype.isHalf || numel == 0 || other.numel == 0, .dtype, "cdist",
      "\"cdist\" not implemented for '\(dtype.scalarName)'")
    try require(p >= 0, .value, "cdist", "cdist only supports non-negative p values, not \(p)")
    let rows = Swift.max(shape[ndim - 2], other.shape[other.ndim - 2])
    if p == 2, rows > 25 {
      return try euclideanDistances(other)
    }
    return try Tensor.composed("CdistBackward0", self, other, savingOutput: true) { x in
      if !isGradEnabled { return try x[0].distancesByBlocks(x[1], p) }
      let apart = try x[0].unsqueeze(-2) - x[1].unsqueeze(-3)
      guard p == 1 else { return try apart.norm(p: p, dim: -1) }
      // Unlike in a norm, the gradient is NaN where a difference is NaN.
      let sign = try noGrad { try Tensor.where(apart.isnan(), apart, apart.sgn()) }
      return try (apart * sign).sum(dim: -1)
    }
  }

  /// Computes the distances of a block of rows at a time, so that the differences fit into a cache.
  private func distancesByBlocks(_ other: Tensor, _ p: Double) throws -> Tensor {
    let left = try unsqueeze(-2), right = try other.unsqueeze(-3)
    let whole = try Layout.broadcast(left.shape, right.shape, "cdist")
    // Allocated first, so that an output beyond memory is refused before any computation.
    let out = try Tensor(uninitialized: Array(whole.dropLast()), dtype, on: backend, "cdist")
    if out.numel == 0 { return out }
    let rows = shape[ndim - 2], width = whole[whole.count - 1]
    let (row, isHuge) = (out.numel / rows).multipliedReportingOverflow(by: width)
    let block = isHuge ? 1 : Swift.max(1, Self.distancesAtATime / Swift.max(row, 1))
    for start in stride(from: 0, to: rows, by: block) {
      let count = Swift.min(block, rows - start)
      let part = try (left.narrow(-3, start, count) - right).norm(p: p, dim: -1)
      try backend.copy(part, into: out.narrow(-2, start, count))
    }
    return out
  }

  /// The number of differences of a block, which fit into a part of the second-level cache.
  private static let distancesAtATime = 1 << 16

  /// Computes √(|a|² + |b|² − 2 a·b), with all three terms in one matrix product.
  private func euclideanDistances(_ other: Tensor) throws -> Tensor {
    let y = try noGrad {
      let left = try square().sum(dim: -1, keepdim: true)
      let right = try other.square().sum(dim: -1, keepdim: true)
      let a = try Tensor.cat([mul(-2), left, left.newOnes(left.shape)], dim: -1)
      let b = try Tensor.cat([other, right.newOnes(right.shape), right], dim: -1)
      return try a.matmul(b.mT).clamp_(min: 0).sqrt_()
    }
    // Equal rows have a gradient of zero.
    func ratio(_ g: Tensor, _ y: Tensor) throws -> Tensor { try Tensor.where(y.eq(0), 0, g / y) }
    return try y.recorded(
      "EuclideanDistBackward0",
      Input(self, saving: self, other) { [shape] g, s in
        let r = try ratio(g, s.output)
        return try (s[0] * r.sum(dim: -1, keepdim: true) - r.matmul(s[1])).sumToSize(shape)
      },
      Input(other, saving: self, other) { [shape = other.shape] g, s in
        let r = try ratio(g, s.output)
        return try (s[1] * r.sum(dim: -2).unsqueeze(-1) - r.mT.matmul(s[0])).sumToSize(shape)
      }, savingOutput: true)
  }

  /// Computes the p-norm distances between all pairs of rows, in order.
  package func pdist(p: Double) throws -> Tensor {
    try require(ndim == 2, .shape, "pdist", "pdist only supports 2D tensors, got: \(got: ndim)D")
    try require(
      dtype == .float32 || dtype == .float64, .dtype, "pdist",
      "pdist only supports floating-point dtypes")
    try require(p >= 0, .value, "pdist", "pdist only supports non-negative p values")
    let n = shape[0], columns = shape[1]
    _ = try Layout.checkedCount([n, n, Swift.max(columns, 1)], dtype, "pdist")
    if n < 2 || columns == 0 {
      return try Tensor.zeros([n < 2 ? 0 : n * (n - 1) / 2], dtype: dtype, device: device)
        .recorded(
          "PdistBackward0",
          Input(self, saving: self) { [shape] g, s in
            try Tensor.zeros(shape, dtype: g.dtype, device: g.device)
              .flat(in: s[0], "PdistBackwardBackward0")
          }, savingOutput: true)
    }
    let pairs = try Tensor.triuIndices(n, n, offset: 1, device: device)
    return try Composed.record("PdistBackward0", [self, pairs], savingOutput: true) { s in
      let apart = try s[0].indexSelect(0, s[1].select(0, 0))
        .sub(s[0].indexSelect(0, s[1].select(0, 1)))
      switch p {
      case 1:
        // Unlike the gradient of a norm, this gradient is NaN if a difference is NaN.
        let sign = try noGrad { try Tensor.where(apart.isnan(), apart, apart.sgn()) }
        return try (apart * sign).sum(dim: 1)
      case .infinity: return try apart.chebyshevNorm()
      default: return try apart.norm(p: p, dim: 1)
      }
    }
  }

  /// Returns the maximum absolute value of each row.
  ///
  /// Each element that attains it gets the whole gradient, as in PyTorch.
  private func chebyshevNorm() throws -> Tensor {
    try noGrad { try abs().amax(dim: 1) }.recorded(
      "PdistBackward0",
      Input(self, saving: self) { g, s in
        let gap = try (s[0].abs() - s.output.unsqueeze(1)).abs().ceil().clamp(max: 1)
        return try g.unsqueeze(1) * s[0].sign() * (1 - gap)
      }, savingOutput: true)
  }
}
