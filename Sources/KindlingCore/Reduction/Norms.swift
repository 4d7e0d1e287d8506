extension Tensor {
  /// Computes the p-norm `(Σ |x|ᵖ)^(1/p)` over `dims`, or of all elements if nil
  /// (PyTorch: `torch.norm`).
  ///
  /// `p` may be ∞ (the largest absolute value), −∞ (the smallest) or 0 (the number of nonzero
  /// elements).
  /// - Throws: ``TensorError`` for integers and bools, and for an infinite `p` without elements.
  public func norm(
    p: Double = 2, dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil
  ) throws -> Tensor {
    try norm("LinalgVectorNormBackward0", p, dims, keepdim, dtype)
  }

  /// Computes ``norm(p:dims:keepdim:dtype:)``, recorded as `node`, of which PyTorch has several.
  package func norm(
    _ node: String, _ p: Double, _ dims: [Int]?, _ keepdim: Bool, _ dtype: DType? = nil
  ) throws -> Tensor {
    if let dtype, self.dtype.isFloatingPoint {
      try require(
        dtype.isFloatingPoint, .dtype, "norm",
        "linalg.vector_norm: dtype should be floating point or complex, but got \(got: dtype.scalarName)"
      )
      try require(
        self.dtype.promoted(with: dtype) == dtype, .dtype, "norm",
        "linalg.vector_norm: the dtype of the input (\(self.dtype.scalarName)) should be convertible without narrowing to the specified dtype (\(dtype.scalarName))"
      )
    }
    let x = self.dtype.isFloatingPoint ? try dtype.map { try to($0) } ?? self : self
    try require(
      x.dtype.isFloatingPoint, .dtype, "norm",
      "linalg.vector_norm: Expected a floating point or complex tensor as input. Got \(x.dtype.scalarName)"
    )
    let reduced = try Layout.wrap(dims, ndim, "norm")
    if x.numel == 0, p.isInfinite || p < 0,
      dims == nil || reduced.contains(where: { shape[$0] == 0 })
    {
      throw TensorError(
        .value, "norm",
        "linalg.vector_norm cannot compute the \(p) norm on an empty tensor because the operation does not have an identity"
      )
    }
    let y = try noGrad { try x.widened { try $0.normValues(p, reduced, keepdim) } }
    return try y.recorded(
      node,
      Input(x, saving: x) { g, s in
        // In PyTorch, the count of nonzero elements has no gradient.
        try p == 0
          ? nil
          : s[0].normGradient(
            p, g.restored(reduced, keepdim), s.output.restored(reduced, keepdim), reduced)
      }, savingOutput: true)
  }
  /// Computes the p-norm over one dimension.
  public func norm(
    p: Double = 2, dim: Int, keepdim: Bool = false, dtype: DType? = nil
  ) throws -> Tensor {
    try norm(p: p, dims: [dim], keepdim: keepdim, dtype: dtype)
  }

  private func normValues(_ p: Double, _ dims: [Int], _ keepdim: Bool) throws -> Tensor {
    // The norm of a single number is its absolute value; a power could overflow.
    if dims.isEmpty, p != 0 { return try abs() }
    return switch p {
    case 0: try ne(0).sum(dims: dims, keepdim: keepdim, dtype: dtype)
    case 1: try abs().sum(dims: dims, keepdim: keepdim)
    case 2: try square().sum(dims: dims, keepdim: keepdim).sqrt()
    case .infinity: try abs().amax(dims: dims, keepdim: keepdim)
    case -.infinity: try abs().amin(dims: dims, keepdim: keepdim)
    default: try abs().pow(p).sum(dims: dims, keepdim: keepdim).pow(1 / p)
    }
  }

  /// Computes the gradient of the p-norm `y` of this tensor; at kinks the subgradient 0.
  func normGradient(_ p: Double, _ g: Tensor, _ y: Tensor, _ dims: [Int]) throws -> Tensor {
    if p == 0 { return try zeroGradient() }
    if p == 1 { return try g * sgn() }
    if p == 2 { return try g * Tensor.where(y.eq(0), 0, self / y) }
    if p.isInfinite {
      let hits = try noGrad { try abs().eq(y).logicalOr(isnan().logicalAnd(y.isnan())) }
      let count = dims.isEmpty ? hits : try hits.sum(dims: dims, keepdim: true)
      return try sgn() * (g / count.to(g.dtype) * hits)
    }
    let scale = try Tensor.where(y.eq(0), 0, g / y.pow(p - 1))
    let size = try abs()
    let slope =
      p < 2
      ? try sgn() * Tensor.where(eq(0), 0, size.pow(p - 1))
      : try self * (p == 3 ? size : size.pow(p - 2))
    return try slope * scale
  }

  /// Computes the p-norm of the difference (PyTorch: `torch.dist`).
  public func dist(_ other: Tensor, p: Double = 2) throws -> Tensor {
    try noGrad { try sub(other).norm(p: p) }.recorded(
      "DistBackward0",
      Input(self, saving: self, other) { g, s in
        let difference = try s[0] - s[1]
        return try difference.normGradient(p, g, s.output, Array(0..<difference.ndim))
      },
      Input(other, saving: self, other) { g, s in
        let difference = try s[1] - s[0]
        return try difference.normGradient(p, g, s.output, Array(0..<difference.ndim))
      }, savingOutput: true)
  }

  /// Scales slices along `dim` whose p-norm exceeds `maxnorm` down to `maxnorm`
  /// (PyTorch: `torch.renorm`).
  ///
  /// - Throws: ``TensorError`` for fewer than two dimensions, or if `p` or `maxnorm` is not
  ///   positive.
  public func renorm(p: Double, dim: Int, maxnorm: Double) throws -> Tensor {
    try require(
      ndim >= 2, .shape, "renorm", "input needs at least 2 dimensions, got \(got: ndim) dimensions")
    try require(p > 0, .value, "renorm", "non-positive-norm not supported: \(p)")
    try require(
      maxnorm >= 0, .value, "renorm", "expected maxnorm to be >= 0 but got \(got: maxnorm)")
    let d = try Layout.wrap(dim, ndim, "renorm")
    let others = shape.indices.filter { $0 != d }
    return try noGrad {
      let norms = try norm(p: p, dims: others, keepdim: true)
      return try contiguous() * Tensor.where(norms.gt(maxnorm), maxnorm / (norms + 1e-7), 1)
    }.recorded(
      "RenormBackward0",
      Input(self, saving: self) { g, s in
        // Computed in the accumulation type, as in PyTorch: differences close to the bound are
        // small.
        let type: DType = s[0].dtype.isHalf ? .float32 : .float64
        let x = try s[0].to(type)
        let norms = try x.norm(p: p, dims: others, keepdim: true)
        let share = try (s[0] * g).sum(dims: others, keepdim: true, dtype: type)
        let inverse = try (norms + 1e-7).reciprocal()
        let bend = try x.normGradient(p, share, norms, others)
        let scaled = try inverse * maxnorm * (g - inverse * bend)
        return try Tensor.where(norms.gt(maxnorm), scaled.to(g.dtype), g)
      })
  }
}
