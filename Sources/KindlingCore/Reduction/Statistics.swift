// MARK: Variance
extension Tensor {
  /// Computes the variance over `dims`, or over all dimensions if nil or empty
  /// (PyTorch: `torch.var`).
  ///
  /// The divisor is the number of elements minus `correction`: 1 is Bessel's correction, 0 none. If
  /// the divisor is 0, the result is NaN or infinite.
  ///
  /// - Throws: ``TensorError`` for integers and bools.
  public func `var`(
    dims: [Int]? = nil, correction: Double = 1, keepdim: Bool = false
  ) throws -> Tensor {
    let plan = try VariancePlan("var", self, dims, correction, keepdim)
    try plan.warn("var")
    return try plan.values(of: self).variance.recorded(
      "VarBackward0", Input(self, saving: self) { g, s in try plan.gradient(of: s[0], g) })
  }
  /// Computes the variance over one dimension.
  public func `var`(dim: Int, correction: Double = 1, keepdim: Bool = false) throws -> Tensor {
    try self.var(dims: [dim], correction: correction, keepdim: keepdim)
  }
  /// Computes the standard deviation over `dims`, the root of ``var(dims:correction:keepdim:)``
  /// (PyTorch: `torch.std`).
  public func std(
    dims: [Int]? = nil, correction: Double = 1, keepdim: Bool = false
  ) throws -> Tensor {
    try standardDeviation(dims, correction, keepdim, warns: true)
  }
  private func standardDeviation(
    _ dims: [Int]?, _ correction: Double, _ keepdim: Bool, warns: Bool
  ) throws -> Tensor {
    let plan = try VariancePlan("std", self, dims, correction, keepdim)
    if warns { try plan.warn("std") }
    return try plan.root(of: self).recorded(
      "StdBackward0",
      Input(self, saving: self) { g, s in
        try plan.gradient(of: s[0], VariancePlan.throughRoot(g, s.output))
      }, savingOutput: true)
  }
  /// Computes the standard deviation over one dimension.
  public func std(dim: Int, correction: Double = 1, keepdim: Bool = false) throws -> Tensor {
    try std(dims: [dim], correction: correction, keepdim: keepdim)
  }
  /// Computes the variance and mean over `dims` (PyTorch: `torch.var_mean`).
  public func varMean(
    dims: [Int]? = nil, correction: Double = 1, keepdim: Bool = false
  ) throws -> (variance: Tensor, mean: Tensor) {
    let plan = try VariancePlan("var_mean", self, dims, correction, keepdim)
    try plan.warn("var_mean")
    let (variance, mean) = try plan.values(of: self)
    try Recording.record([variance, mean], "VarMeanBackward0", [self], saving: [self]) { g, s in
      [try plan.gradient(of: s[0], g[0], mean: g[1])]
    }
    return (variance, mean)
  }
  /// Computes the standard deviation and mean over `dims` (PyTorch: `torch.std_mean`).
  public func stdMean(
    dims: [Int]? = nil, correction: Double = 1, keepdim: Bool = false
  ) throws -> (deviation: Tensor, mean: Tensor) {
    let plan = try VariancePlan("std_mean", self, dims, correction, keepdim)
    try plan.warn("std_mean")
    let deviation = try plan.root(of: self)
    let mean = try plan.values(of: self).mean
    // The deviation is recomputed for its gradient: a saved copy of the output would be outside the
    // graph that second derivatives need.
    try Recording.record(
      [deviation, mean], "StdMeanBackward0", [self], saving: [self], savingOutput: true
    ) { g, s in
      let root = try g[0].map { g in
        try VariancePlan.throughRoot(
          g, s[0].standardDeviation(dims, correction, keepdim, warns: false))
      }
      return [try plan.gradient(of: s[0], root, mean: g[1])]
    }
    return (deviation, mean)
  }
}

/// The reduced dimensions of a variance, with its values and gradients.
private struct VariancePlan: Sendable {
  let dims: [Int]
  let shape: [Int]
  let keepdim: Bool
  /// The number of elements per result, and that number minus the correction, which may be
  /// negative.
  let count, difference: Double
  /// Whether no dimensions are named, so that all are reduced; PyTorch's gradient then differs.
  private let isWhole: Bool

  /// The divisor of the sum of squares.
  private var freedom: Double { Swift.max(0, difference) }

  init(
    _ name: String, _ x: Tensor, _ dims: [Int]?, _ correction: Double, _ keepdim: Bool
  ) throws {
    try require(
      x.dtype.isFloatingPoint, .dtype, name,
      "std and var only support floating point dtypes, but got \(got: x.dtype)")
    self.dims = try Layout.wrap(dims, x.ndim, name)
    self.keepdim = keepdim
    shape = x.shape
    count = Double(self.dims.reduce(1) { $0 * x.shape[$1] })
    difference = count - correction
    isWhole = dims?.isEmpty ?? true || x.ndim == 0
  }

  /// Warns if the degrees of freedom are not positive.
  func warn(_ name: String) throws {
    let results = shape.indices.reduce(1) { dims.contains($1) ? $0 : $0 &* shape[$1] }
    guard (results == 0 ? 0 : count) - (count - difference) <= 0 else { return }
    try Warnings.warn(
      .user, "",
      "\(name)(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel)."
    )
  }

  /// Computes variance and mean in two passes, which keeps the accuracy if the mean is large.
  ///
  /// The variance is float64, so that its root is correct even if it exceeds the range of float32.
  private func wide(_ x: Tensor) throws -> (variance: Tensor, mean: Tensor) {
    let kept = shape.indices.filter { !dims.contains($0) }
    let results = kept.map { shape[$0] }, type = x.dtype.computeType
    let rows = try x.to(type).permute(kept + dims).contiguous()
      .reshape([1, results.reduce(1, *), dims.reduce(1) { $0 * shape[$1] }])
    let mean = try Tensor(uninitialized: [rows.shape[1]], type, on: x.backend)
    let spread = try Tensor(uninitialized: [rows.shape[1]], .float64, on: x.backend)
    try x.backend.channelMoments(rows, mean: mean, variance: spread)
    let variance = try spread.mul(count / freedom)
    let target = keepdim ? x.keptShape(reducing: dims) : results
    // The results are not views, so that they can be written in place.
    let strides = Layout.contiguousStrides(target)
    return (
      variance.alias(shape: target, strides: strides, offset: 0),
      mean.alias(shape: target, strides: strides, offset: 0)
    )
  }
  func values(of x: Tensor) throws -> (variance: Tensor, mean: Tensor) {
    try noGrad {
      var (variance, mean) = try wide(x)
      if try mean.isinf().any().item(as: Bool.self) {
        mean = try Tensor.where(followed(x), Double.nan, mean)
      }
      return (try variance.to(x.dtype), try mean.to(x.dtype))
    }
  }
  /// Returns where an infinite element is not the last, since PyTorch's running mean then becomes
  /// NaN.
  private func followed(_ x: Tensor) throws -> Tensor {
    let kept = shape.indices.filter { !dims.contains($0) }
    let rows = try x.permute(kept + dims).reshape(kept.map { shape[$0] } + [Int(count)])
    let found = try rows.narrow(-1, 0, Int(count) - 1).isinf().any(dim: -1)
    return keepdim ? try found.reshape(x.keptShape(reducing: dims)) : found
  }
  func root(of x: Tensor) throws -> Tensor {
    try noGrad { try wide(x).variance.sqrt().to(x.dtype) }
  }

  /// Computes `g · 2 (x − mean) / freedom`, plus the gradient of the mean, spread evenly.
  func gradient(of x: Tensor, _ g: Tensor?, mean meanGradient: Tensor? = nil) throws -> Tensor? {
    let direct = try g.map { g in
      if isWhole && difference <= 0 {
        let isMean = try noGrad { try x.eq(x.mean()) }
        return try g.restored(dims, keepdim)
          * Tensor.where(isMean, Double.nan, Double.infinity).to(g.dtype)
      }
      return try g.restored(dims, keepdim) * (2 / difference)
        * (x - x.mean(dims: dims, keepdim: true))
    }
    guard let meanGradient else { return direct }
    let even = try meanGradient.restored(dims, keepdim).expand(shape) / count
    return try direct.map { try $0 + even } ?? even
  }

  static func throughRoot(_ g: Tensor, _ root: Tensor) throws -> Tensor {
    try Tensor.where(root.eq(0), 0, g / (root * 2))
  }
}

// MARK: Sums of exponentials
extension Tensor {
  /// Computes `log Σ exp(x)` over `dims` without overflow (PyTorch: `torch.logsumexp`).
  public func logsumexp(dims: [Int], keepdim: Bool = false) throws -> Tensor {
    let x = dtype.isFloatingPoint ? self : try to(DType.default)
    let reduced = try Layout.wrap(dims, ndim, "logsumexp")
    let y = try noGrad {
      try x.widened { x in
        if x.numel == 0 { return try x.exp().sum(dims: dims, keepdim: keepdim).log() }
        let highest = try x.amax(dims: dims, keepdim: true)
        // An infinite maximum would give ∞ − ∞.
        let shift = try Tensor.where(highest.isinf(), 0, highest)
        let sum = try x.sub(shift).exp().sum(dims: dims, keepdim: true).log().add(shift)
        return keepdim ? sum : sum.dropping(reduced)
      }
    }
    return try y.recorded(
      "LogsumexpBackward0",
      Input(x, saving: x) { g, s in
        let y = try s.output.restored(reduced, keepdim)
        return try g.restored(reduced, keepdim) * (s[0] - y).exp()
      }, savingOutput: true)
  }
  /// Computes `log Σ exp(x)` over one dimension.
  public func logsumexp(dim: Int, keepdim: Bool = false) throws -> Tensor {
    try logsumexp(dims: [dim], keepdim: keepdim)
  }
}
