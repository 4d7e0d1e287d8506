import CKernels

/// Cumulative operations along one dimension.
extension Tensor {
  /// Computes the cumulative sum along `dim` (PyTorch: `torch.cumsum`).
  ///
  /// Integers and bools sum in int64. Elements are converted to `dtype` first if it is given.
  public func cumsum(dim: Int, dtype: DType? = nil) throws -> Tensor {
    try to(accumulationType(dtype, "cumsum")).summed(
      Layout.wrap(dim, ndim, "cumsum"), backwards: false)
  }
  /// Applies ``cumsum(dim:dtype:)`` in place.
  @discardableResult
  public func cumsum_(dim: Int) throws -> Tensor {
    try inPlace("cumsum_") { x, out in
      let sums = try x.cumsum(dim: dim, dtype: dtype)
      let y = out.alias()
      try y.backend.copy(sums, into: y)
      let d = try Layout.wrap(dim, ndim, "cumsum")
      return try y.recorded(
        "CumsumBackward0", Input(x) { g, _ in try g.summed(d, backwards: true) })
    }
  }

  private func summed(_ dim: Int, backwards: Bool) throws -> Tensor {
    try scanned(.cumsum, "cumsum", dim, backwards: backwards).values.recorded(
      "CumsumBackward0", Input(self) { g, _ in try g.summed(dim, backwards: !backwards) })
  }

  /// Computes the cumulative product along `dim` (PyTorch: `torch.cumprod`).
  ///
  /// Integers and bools multiply in int64. Elements are converted to `dtype` first if it is given.
  public func cumprod(dim: Int, dtype: DType? = nil) throws -> Tensor {
    let x = try to(accumulationType(dtype, "cumprod"))
    let d = try Layout.wrap(dim, ndim, "cumprod")
    let y = try x.scanned(.cumprod, "cumprod", d).values
    return try y.recorded(
      "CumprodBackward0",
      Input(x, saving: x) { g, s in
        try s[0].cumprodGradient(g, s.output, d)
      }, savingOutput: true)
  }

  /// Computes the gradient `∂/∂xᵢ Σⱼ gⱼ yⱼ = Σ_{j ≥ i} gⱼ yⱼ / xᵢ`.
  ///
  /// If an x is 0, products without xᵢ replace the quotients: one by one for second derivatives,
  /// otherwise in linear time.
  private func cumprodGradient(_ g: Tensor, _ y: Tensor, _ dim: Int) throws -> Tensor {
    if numel <= 1 { return g }
    if try noGrad({ try all().item(as: Bool.self) }) {
      return try (g * y).summed(dim, backwards: true) / self
    }
    if !isGradEnabled { return try cumprodGradientAtZeros(g, y, dim) }
    let places = Tensor.positions(shape, dim)
    var result = try zeroGradient()
    for i in 0..<shape[dim] {
      let here = try places.eq(i), fromHere = try places.ge(i)
      let without = try Tensor.where(here, 1, self).cumprod(dim: dim)
      let sum = try Tensor.where(fromHere, g * without, 0).sum(dim: dim, keepdim: true)
      result = try Tensor.where(here, sum, result)
    }
    return result
  }

  /// Computes the gradient for rows with zeros.
  ///
  /// Before the first zero, the quotients are summed up to it. At the first zero, the products
  /// without it are summed up to the second zero. After the first zero, all gradients are 0.
  private func cumprodGradientAtZeros(_ g: Tensor, _ y: Tensor, _ dim: Int) throws -> Tensor {
    let isZero = try eq(0)
    let zeros = try isZero.cumsum(dim: dim)
    let isBefore = try zeros.eq(0), isFirst = try isZero.logicalAnd(zeros.eq(1))
    let before = try Tensor.where(isBefore, g * y, 0).summed(dim, backwards: true) / self
    let without = try Tensor.where(isFirst, 1, self).cumprod(dim: dim)
    let first = try Tensor.where(zeros.eq(1), g * without, 0).sum(dim: dim, keepdim: true)
    return try Tensor.where(isBefore, before, Tensor.where(isFirst, first, 0)).to(dtype)
  }

  /// Computes the cumulative `log Σ exp` along `dim` (PyTorch: `torch.logcumsumexp`).
  ///
  /// - Throws: ``TensorError`` for integers and bools.
  public func logcumsumexp(dim: Int) throws -> Tensor {
    let d = try Layout.wrap(dim, ndim, "logcumsumexp")
    return try logsummed(d, backwards: false)
  }

  private func logsummed(_ dim: Int, backwards: Bool) throws -> Tensor {
    try require(
      dtype.isFloatingPoint, .dtype, "logcumsumexp",
      "\"logcumsumexp_out_cpu\" not implemented for '\(dtype.scalarName)'")
    return try scanned(.logcumsumexp, "logcumsumexp", dim, backwards: backwards).values.recorded(
      "LogcumsumexpBackward0",
      Input(self, saving: self) { g, s in
        if s[0].ndim == 0 { return g }
        // Σ gⱼ exp(xᵢ − yⱼ), separately for positive and negative g, since the sum uses their
        // logarithms.
        let parts = try [g, -g].map { g in
          // A finite number instead of the logarithm of 0: differences of infinities would be NaN.
          let isPart = try g.gt(0)
          let logarithm = try Tensor.where(isPart, g, 1).log()
          let log = try Tensor.where(isPart, logarithm, -g.dtype.greatestFinite) - s.output
          return try (log.logsummed(dim, backwards: !backwards) + s[0]).exp()
        }
        return try parts[0] - parts[1]
      }, savingOutput: true)
  }

  /// Computes cumulative maxima along `dim` and their last indices (PyTorch: `torch.cummax`).
  public func cummax(dim: Int) throws -> (values: Tensor, indices: Tensor) {
    try extremes(.cummax, "cummax", "CummaxBackward0", dim)
  }
  /// Computes cumulative minima along `dim` and their last indices (PyTorch: `torch.cummin`).
  public func cummin(dim: Int) throws -> (values: Tensor, indices: Tensor) {
    try extremes(.cummin, "cummin", "CumminBackward0", dim)
  }

  private func extremes(
    _ op: ScanOp, _ name: String, _ node: String, _ dim: Int
  ) throws -> (values: Tensor, indices: Tensor) {
    let d = try Layout.wrap(dim, ndim, name)
    let (values, indices) = try scanned(op, name, d, indices: true)
    guard let indices else { return (values, values) }
    return try (
      values.recorded(
        node,
        Input(self, saving: indices, self) { g, s in
          try g.ndim == 0 ? g : g.zeroGradient().scatterAdd(d, s[0], g)
        }), indices
    )
  }

  /// Runs the backend's scan kernel without recording.
  private func scanned(
    _ op: ScanOp, _ name: String, _ dim: Int, backwards: Bool = false, indices: Bool = false
  ) throws -> (values: Tensor, indices: Tensor?) {
    let out = try Tensor(uninitialized: shape, dtype, on: backend, name)
    let places = indices ? try Tensor(uninitialized: shape, .int64, on: backend, name) : nil
    if numel == 0 { return (out, places) }
    if ndim == 0 {
      // A number is its own running result, in every dtype.
      try backend.copy(self, into: out)
      if let places { try backend.fill(places, .int(0)) }
      return (out, places)
    }
    try Tensor.naming(name, dtype) {
      try backend.scan(
        op, self, dim: dim, backwards: backwards, dtype: dtype, into: out, indices: places)
    }
    return (out, places)
  }

  /// Creates the sequence 0, 1, … along `dim`, with size 1 in every other dimension of `shape`.
  static func positions(_ shape: [Int], _ dim: Int) -> Tensor {
    var line = [Int](repeating: 1, count: shape.count)
    line[dim] = shape[dim]
    return Tensor(Array(0..<shape[dim])).alias(
      shape: line, strides: Layout.contiguousStrides(line), offset: 0)
  }
}
