import CKernels

/// Running results along one dimension.
extension Tensor {
  /// Running sums along `dim` (PyTorch: `torch.cumsum`).
  ///
  /// Integers and bools sum in int64. With `dtype` elements are converted to it first.
  public func cumsum(dim: Int, dtype: DType? = nil) throws -> Tensor {
    let type = dtype ?? (self.dtype.isFloatingPoint ? self.dtype : .int64)
    return try to(type).summed(Layout.wrap(dim, ndim, "cumsum"), backwards: false)
  }
  /// ``cumsum(dim:dtype:)`` in place.
  @discardableResult
  public func cumsum_(dim: Int) throws -> Tensor {
    try inPlace("cumsum_") { x, out in
      let sums = try x.cumsum(dim: dim, dtype: dtype)
      let y = out.alias()
      try y.backend.copy(sums, into: y)
      let d = try Layout.wrap(dim, ndim, "cumsum")
      return y.recorded("CumsumBackward0", Input(x) { g, _ in try g.summed(d, backwards: true) })
    }
  }

  private func summed(_ dim: Int, backwards: Bool) throws -> Tensor {
    try scanned(.cumsum, "cumsum", dim, backwards: backwards).values.recorded(
      "CumsumBackward0", Input(self) { g, _ in try g.summed(dim, backwards: !backwards) })
  }

  /// Running products along `dim` (PyTorch: `torch.cumprod`).
  ///
  /// Integers and bools multiply in int64. With `dtype` elements are converted to it first.
  public func cumprod(dim: Int, dtype: DType? = nil) throws -> Tensor {
    let type = dtype ?? (self.dtype.isFloatingPoint ? self.dtype : .int64)
    let x = try to(type)
    let d = try Layout.wrap(dim, ndim, "cumprod")
    let y = try x.scanned(.cumprod, "cumprod", d).values
    return y.recorded(
      "CumprodBackward0",
      Input(x, saving: x) { g, s in
        try s[0].cumprodGradient(g, s.output, d)
      }, savingOutput: true)
  }

  /// `∂/∂xᵢ Σⱼ gⱼ yⱼ = Σ_{j ≥ i} gⱼ yⱼ / xᵢ`; where some x is 0, and for second derivatives, the
  /// product without xᵢ is formed instead of a quotient.
  private func cumprodGradient(_ g: Tensor, _ y: Tensor, _ dim: Int) throws -> Tensor {
    if ndim == 0 { return g }
    if try !isGradEnabled && noGrad({ try all().item(as: Bool.self) }) {
      return try (g * y).summed(dim, backwards: true) / self
    }
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

  /// `log Σ exp` of the elements so far along `dim` (PyTorch: `torch.logcumsumexp`).
  ///
  /// - Throws: ``TensorError`` for integers and bools.
  public func logcumsumexp(dim: Int) throws -> Tensor {
    let d = try Layout.wrap(dim, ndim, "logcumsumexp")
    return try logsummed(d, backwards: false)
  }

  private func logsummed(_ dim: Int, backwards: Bool) throws -> Tensor {
    guard dtype.isFloatingPoint else {
      throw TensorError(
        .dtype, "logcumsumexp",
        "\"logcumsumexp_out_cpu\" not implemented for '\(dtype.scalarName)'")
    }
    return try scanned(.logcumsumexp, "logcumsumexp", dim, backwards: backwards).values.recorded(
      "LogcumsumexpBackward0",
      Input(self, saving: self) { g, s in
        // Σ gⱼ exp(xᵢ − yⱼ), the positive and the negative g apart since their logarithms are taken.
        let parts = try [g, -g].map { g in
          let log = try Tensor.where(g.gt(0), g, 0).log() - s.output
          return try (log.logsummed(dim, backwards: !backwards) + s[0]).exp()
        }
        return try parts[0] - parts[1]
      }, savingOutput: true)
  }

  /// Running maxima along `dim`, and where the last of equal ones stands (PyTorch: `torch.cummax`).
  public func cummax(dim: Int) throws -> (values: Tensor, indices: Tensor) {
    try extremes(.cummax, "cummax", "CummaxBackward0", dim)
  }
  /// Running minima along `dim`, and where the last of equal ones stands (PyTorch: `torch.cummin`).
  public func cummin(dim: Int) throws -> (values: Tensor, indices: Tensor) {
    try extremes(.cummin, "cummin", "CumminBackward0", dim)
  }

  private func extremes(
    _ op: ScanOp, _ name: String, _ node: String, _ dim: Int
  ) throws -> (values: Tensor, indices: Tensor) {
    let d = try Layout.wrap(dim, ndim, name)
    let (values, indices) = try scanned(op, name, d, indices: true)
    guard let indices else { return (values, values) }
    return (
      values.recorded(
        node,
        Input(self, saving: indices) { g, s in
          if g.ndim == 0 { return g }
          let places = Tensor.positions(s[0].shape, d)
          var result = try g.zeroGradient()
          for i in 0..<s[0].shape[d] {
            let sum = try Tensor.where(s[0].eq(i), g, 0).sum(dim: d, keepdim: true)
            result = try Tensor.where(places.eq(i), sum, result)
          }
          return result
        }), indices
    )
  }

  /// Runs a backend's scan, unrecorded.
  private func scanned(
    _ op: ScanOp, _ name: String, _ dim: Int, backwards: Bool = false, indices: Bool = false
  ) throws -> (values: Tensor, indices: Tensor?) {
    let out = try Tensor(uninitializedLike: self, dtype)
    let places = indices ? try Tensor(uninitializedLike: self, .int64) : nil
    try Tensor.naming(name, dtype) {
      try backend.scan(
        op, self, dim: dim, backwards: backwards, dtype: dtype, into: out, indices: places)
    }
    return (out, places)
  }

  /// 0, 1, … along `dim`, of size 1 in every other dimension of `shape`.
  static func positions(_ shape: [Int], _ dim: Int) -> Tensor {
    var line = [Int](repeating: 1, count: shape.count)
    line[dim] = shape[dim]
    return Tensor(Array(0..<shape[dim])).alias(
      shape: line, strides: Layout.contiguousStrides(line), offset: 0)
  }
}
