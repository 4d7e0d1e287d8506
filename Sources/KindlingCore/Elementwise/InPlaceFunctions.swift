/// In-place forms of bounds, functions of one tensor and matrix products; see `InPlaceForms.swift`.
extension Tensor {
  // MARK: Bounds

  /// Applies ``clamp(min:max:)-(Tensor?,_)`` in place (PyTorch: `Tensor.clamp_`).
  @discardableResult
  public func clamp_(min: Tensor? = nil, max: Tensor? = nil) throws -> Tensor {
    try overwrite("clamp_", min, max) { try $0.clamp(min: min, max: max) }
  }

  /// Applies ``clampMin(_:)-(S)`` in place (PyTorch: `Tensor.clamp_min_`).
  @discardableResult
  public func clampMin_<S: TensorScalar>(_ min: S) throws -> Tensor {
    try overwrite("clampMin_") { try $0.clampMin(min) }
  }

  /// Applies ``clampMin(_:)-(Tensor)`` in place (PyTorch: `Tensor.clamp_min_`).
  @discardableResult
  public func clampMin_(_ min: Tensor) throws -> Tensor {
    try overwrite("clampMin_", min) { try $0.clampMin(min) }
  }

  /// Applies ``clampMax(_:)-(S)`` in place (PyTorch: `Tensor.clamp_max_`).
  @discardableResult
  public func clampMax_<S: TensorScalar>(_ max: S) throws -> Tensor {
    try overwrite("clampMax_") { try $0.clampMax(max) }
  }

  /// Applies ``clampMax(_:)-(Tensor)`` in place (PyTorch: `Tensor.clamp_max_`).
  @discardableResult
  public func clampMax_(_ max: Tensor) throws -> Tensor {
    try overwrite("clampMax_", max) { try $0.clampMax(max) }
  }

  /// Applies ``nanToNum(nan:posinf:neginf:)`` in place (PyTorch: `Tensor.nan_to_num_`).
  @discardableResult
  public func nanToNum_(nan: Double = 0, posinf: Double? = nil, neginf: Double? = nil) throws
    -> Tensor
  {
    try overwrite("nanToNum_") { try $0.nanToNum(nan: nan, posinf: posinf, neginf: neginf) }
  }

  // MARK: Functions of one tensor

  /// Applies ``frac()`` in place (PyTorch: `Tensor.frac_`).
  @discardableResult
  public func frac_() throws -> Tensor {
    try overwrite("frac_") { try $0.frac() }
  }

  /// Applies ``sgn()`` in place (PyTorch: `Tensor.sgn_`).
  @discardableResult
  public func sgn_() throws -> Tensor {
    try overwrite("sgn_") { try $0.sgn() }
  }

  /// Applies ``deg2rad()`` in place (PyTorch: `Tensor.deg2rad_`).
  @discardableResult
  public func deg2rad_() throws -> Tensor {
    try overwrite("deg2rad_") { try $0.deg2rad() }
  }

  /// Applies ``rad2deg()`` in place (PyTorch: `Tensor.rad2deg_`).
  @discardableResult
  public func rad2deg_() throws -> Tensor {
    try overwrite("rad2deg_") { try $0.rad2deg() }
  }

  /// Applies ``sinc()`` in place (PyTorch: `Tensor.sinc_`).
  @discardableResult
  public func sinc_() throws -> Tensor {
    try overwrite("sinc_") { try $0.sinc() }
  }

  /// Applies ``erfc()`` in place (PyTorch: `Tensor.erfc_`).
  @discardableResult
  public func erfc_() throws -> Tensor {
    try overwrite("erfc_") { try $0.erfc() }
  }

  /// Applies ``erfinv()`` in place (PyTorch: `Tensor.erfinv_`).
  @discardableResult
  public func erfinv_() throws -> Tensor {
    try overwrite("erfinv_") { try $0.erfinv() }
  }

  /// Applies ``lgamma()`` in place (PyTorch: `Tensor.lgamma_`).
  @discardableResult
  public func lgamma_() throws -> Tensor {
    try overwrite("lgamma_") { try $0.lgamma() }
  }

  /// Applies ``digamma()`` in place (PyTorch: `Tensor.digamma_`).
  @discardableResult
  public func digamma_() throws -> Tensor {
    try overwrite("digamma_") { try $0.digamma() }
  }

  /// Applies ``logit(eps:)`` in place (PyTorch: `Tensor.logit_`).
  @discardableResult
  public func logit_(eps: Double? = nil) throws -> Tensor {
    try overwrite("logit_") { try $0.logit(eps: eps) }
  }

  /// Applies ``polygamma(_:)`` in place (PyTorch: `Tensor.polygamma_`).
  @discardableResult
  public func polygamma_(_ n: Int) throws -> Tensor {
    try overwrite("polygamma_") { try $0.polygamma(n) }
  }

  /// Applies ``mvlgamma(_:)`` in place (PyTorch: `Tensor.mvlgamma_`).
  @discardableResult
  public func mvlgamma_(_ p: Int) throws -> Tensor {
    try overwrite("mvlgamma_") { try $0.mvlgamma(p) }
  }

  /// Applies ``igamma(_:)`` in place (PyTorch: `Tensor.igamma_`).
  @discardableResult
  public func igamma_(_ x: Tensor) throws -> Tensor {
    try overwrite("igamma_", x) { try $0.igamma(x) }
  }

  /// Applies ``igammac(_:)`` in place (PyTorch: `Tensor.igammac_`).
  @discardableResult
  public func igammac_(_ x: Tensor) throws -> Tensor {
    try overwrite("igammac_", x) { try $0.igammac(x) }
  }

  // MARK: Along dimensions

  /// Applies ``cumprod(dim:dtype:)`` in place (PyTorch: `Tensor.cumprod_`).
  @discardableResult
  public func cumprod_(dim: Int) throws -> Tensor {
    try overwrite("cumprod_") { try $0.cumprod(dim: dim, dtype: dtype) }
  }

  /// Applies ``tril(_:)`` in place (PyTorch: `Tensor.tril_`).
  @discardableResult
  public func tril_(_ diagonal: Int = 0) throws -> Tensor {
    try overwrite("tril_") { try $0.tril(diagonal) }
  }

  /// Applies ``triu(_:)`` in place (PyTorch: `Tensor.triu_`).
  @discardableResult
  public func triu_(_ diagonal: Int = 0) throws -> Tensor {
    try overwrite("triu_") { try $0.triu(diagonal) }
  }

  /// Applies ``renorm(p:dim:maxnorm:)`` in place (PyTorch: `Tensor.renorm_`).
  @discardableResult
  public func renorm_(p: Double, dim: Int, maxnorm: Double) throws -> Tensor {
    try overwrite("renorm_") { try $0.renorm(p: p, dim: dim, maxnorm: maxnorm) }
  }

  /// Applies ``indexReduce(_:_:_:_:includeSelf:)`` in place (PyTorch: `Tensor.index_reduce_`).
  @discardableResult
  public func indexReduce_(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ reduce: ScatterReduction,
    includeSelf: Bool = true
  ) throws -> Tensor {
    try overwrite("indexReduce_", source, index, sharing: .none) {
      try $0.indexReduce(dim, index, source, reduce, includeSelf: includeSelf)
    }
  }

  // MARK: Matrix products

  /// Applies ``addmm(_:_:beta:alpha:)`` in place (PyTorch: `Tensor.addmm_`).
  @discardableResult
  public func addmm_(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try overwrite("addmm_", a, b) { try $0.addmm(a, b, beta: beta, alpha: alpha) }
  }

  /// Applies ``addbmm(_:_:beta:alpha:)`` in place (PyTorch: `Tensor.addbmm_`).
  @discardableResult
  public func addbmm_(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try overwrite("addbmm_", a, b) { try $0.addbmm(a, b, beta: beta, alpha: alpha) }
  }

  /// Applies ``baddbmm(_:_:beta:alpha:)`` in place (PyTorch: `Tensor.baddbmm_`).
  @discardableResult
  public func baddbmm_(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try overwrite("baddbmm_", a, b) { try $0.baddbmm(a, b, beta: beta, alpha: alpha) }
  }

  /// Applies ``addr(_:_:beta:alpha:)`` in place (PyTorch: `Tensor.addr_`).
  @discardableResult
  public func addr_(
    _ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try overwrite("addr_", a, b) { try $0.addr(a, b, beta: beta, alpha: alpha) }
  }

  /// Applies ``addmv(_:_:beta:alpha:)`` in place (PyTorch: `Tensor.addmv_`).
  @discardableResult
  public func addmv_(
    _ matrix: Tensor, _ vector: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try overwrite("addmv_", matrix, vector, sharing: .any) {
      try $0.addmv(matrix, vector, beta: beta, alpha: alpha)
    }
  }

  // MARK: Diagonals and transposes

  /// Writes `value` to the main diagonal: the elements whose indices are all equal
  /// (PyTorch: `Tensor.fill_diagonal_`).
  ///
  /// With `wrap`, the diagonal of a tall matrix restarts below its end, after one skipped row.
  ///
  /// - Throws: ``TensorError`` `.shape` for fewer than two dimensions, or more than two of unequal
  ///   sizes; `.value` if `value` does not fit the dtype.
  @discardableResult
  public func fillDiagonal_<S: TensorScalar>(_ value: S, wrap: Bool = false) throws -> Tensor {
    try require(
      ndim >= 2, .shape, "fillDiagonal_",
      "dimensions must larger than 1, but the shape is \(shape)")
    try require(
      ndim == 2 || Set(shape).count == 1, .shape, "fillDiagonal_",
      "all dimensions of input must be of equal length, but the shape is \(shape)")
    try value.scalar.check(fits: dtype, "fillDiagonal_")
    let count = shape.min() ?? 0, step = strides.reduce(0, +)
    try asStrided([count], [step], storageOffset: storageOffset).fill_(value)
    if wrap, ndim == 2, shape[0] > shape[1] + 1 {
      let period = shape[1] + 1, start = storageOffset + strides[0] * period
      let rest = (numel + period - 1) / period - count
      try asStrided([rest], [step], storageOffset: start).fill_(value)
    }
    return self
  }

  /// Applies ``swapaxes(_:_:)`` to this tensor itself (PyTorch: `Tensor.swapaxes_`).
  @discardableResult
  public func swapaxes_(_ axis0: Int, _ axis1: Int) throws -> Tensor {
    try transpose_(axis0, axis1)
  }

  /// Applies ``swapdims(_:_:)`` to this tensor itself (PyTorch: `Tensor.swapdims_`).
  @discardableResult
  public func swapdims_(_ dim0: Int, _ dim1: Int) throws -> Tensor { try transpose_(dim0, dim1) }
}
