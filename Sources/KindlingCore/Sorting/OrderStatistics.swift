/// Sorting and order statistics, which treat NaN as greater than every number.
extension Tensor {
  /// Sorts stably along `dim`, and returns values and original indices, or the `first` of them;
  /// unrecorded.
  func sorted(
    _ name: String, dim: Int, descending: Bool = false, first: Int? = nil
  ) throws -> (Tensor, Tensor) {
    let values: Tensor, indices: Tensor
    if let first, ndim > 0 {
      var target = shape
      target[dim] = first
      values = try Tensor(uninitialized: target, dtype, on: backend, name)
      indices = try Tensor(uninitialized: target, .int64, on: backend, name)
    } else {
      values = try Tensor(uninitializedLike: self, dtype)
      indices = try Tensor(uninitializedLike: self, .int64)
    }
    try Tensor.naming(name, dtype) {
      try backend.sort(self, dim: dim, descending: descending, into: values, indices: indices)
    }
    return (values, indices)
  }

  /// Gathers the elements along `dim` at `indices`, which has size 1 there; recorded.
  func picked(_ indices: Tensor, _ dim: Int) throws -> Tensor {
    ndim == 0 ? self : try gather(dim, indices)
  }
}

// MARK: Medians
extension Tensor {
  /// Computes the lower median of all elements, or NaN if there is one (PyTorch: `torch.median`).
  public func median() throws -> Tensor {
    try median("median", "MedianBackward0", ignoresNaN: false)
  }
  /// Computes the lower median of all elements, ignoring NaN (PyTorch: `torch.nanmedian`).
  public func nanmedian() throws -> Tensor {
    try median("nanmedian", "NanmedianBackward0", ignoresNaN: true)
  }
  /// Computes the lower medians along `dim` and their indices (PyTorch: `torch.median`).
  public func median(dim: Int, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    try median("median", "MedianBackward1", dim, keepdim, ignoresNaN: false)
  }
  /// Computes the lower medians along `dim`, ignoring NaN, and their indices
  /// (PyTorch: `torch.nanmedian`).
  public func nanmedian(dim: Int, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor)
  {
    try median("nanmedian", "NanmedianBackward1", dim, keepdim, ignoresNaN: true)
  }

  private func median(_ name: String, _ node: String, ignoresNaN: Bool) throws -> Tensor {
    let y = try noGrad {
      if numel == 0 && dtype.isFloatingPoint {
        return try Tensor.full([], Double.nan, dtype: dtype, device: device)
      }
      let line = try reshaped([numel]).contiguous()
      try line.checkMedian(name, [0])
      let result = try Tensor(uninitialized: [], dtype, on: backend, name)
      try backend.element(
        line, ofRank: line.medianRank(0, ignoresNaN: ignoresNaN).reshape([]), into: result)
      return result
    }
    return try y.recorded(
      node,
      Input(self, saving: self) { g, s in
        let hits = try noGrad {
          try s[0].eq(s.output).logicalOr(s[0].isnan().logicalAnd(s.output.isnan()))
        }
        return try Tensor.where(hits, g / hits.sum(), 0)
      }, savingOutput: true)
  }

  private func median(
    _ name: String, _ node: String, _ dim: Int, _ keepdim: Bool, ignoresNaN: Bool
  ) throws -> (values: Tensor, indices: Tensor) {
    let d = try Layout.wrap(dim, ndim, name)
    let reduced = ndim == 0 ? [] : [d]
    try checkMedian(name, reduced)
    let (values, indices) = try noGrad {
      let (values, places) = try sorted(name, dim: d)
      if ndim == 0 { return (values, places) }
      let rank = try medianRank(d, ignoresNaN: ignoresNaN)
      return (try values.picked(rank, d), try places.picked(rank, d))
    }
    return try (
      (keepdim ? values : values.dropping(reduced)).recorded(
        node,
        Input(self, saving: indices) { [shape] g, s in
          try g.restored(reduced, keepdim).spread(s[0], over: shape, d, true)
        }), keepdim ? indices : indices.dropping(reduced)
    )
  }
}

extension Tensor {
  private func checkMedian(_ name: String, _ dims: [Int]) throws {
    try checkRows(name, dims, all: false)
    try require(dtype != .bool, .dtype, name, "\"median_cpu\" not implemented for 'Bool'")
  }

  /// Returns the ranks of the medians in sorted lines along `d`.
  ///
  /// NaN sorts last: the median is that of the other elements, or the first NaN unless they are ignored.
  private func medianRank(_ d: Int, ignoresNaN: Bool) throws -> Tensor {
    let counts = try isnan().logicalNot().sum(dim: d, keepdim: true)
    let rank = try counts.sub(1).clamp(min: 0).div(2, rounding: .floor)
    return ignoresNaN ? rank : try Tensor.where(counts.lt(shape[d]), counts, rank)
  }
}

// MARK: Quantiles
extension Tensor {
  /// The value of a quantile between two elements (PyTorch: `interpolation`).
  public enum Interpolation: String, Sendable { case linear, lower, higher, nearest, midpoint }

  /// Computes the quantiles `q` along `dim`, or of all elements if nil (PyTorch: `torch.quantile`).
  ///
  /// `q` is a number in [0, 1] or a vector, which becomes the first dimension. `interpolation`
  /// determines the value between two elements.
  public func quantile(
    _ q: Tensor, dim: Int? = nil, keepdim: Bool = false, interpolation: Interpolation = .linear
  ) throws -> Tensor {
    try quantile("quantile", q, dim, keepdim, interpolation, ignoresNaN: false)
  }
  /// Computes one quantile along `dim`, or of all elements if nil.
  public func quantile(
    _ q: Double, dim: Int? = nil, keepdim: Bool = false, interpolation: Interpolation = .linear
  ) throws -> Tensor {
    try quantile(Tensor(q, dtype: dtype), dim: dim, keepdim: keepdim, interpolation: interpolation)
  }
  /// Computes ``quantile(_:dim:keepdim:interpolation:)-(Tensor,_,_,_)``, ignoring NaN
  /// (PyTorch: `torch.nanquantile`).
  public func nanquantile(
    _ q: Tensor, dim: Int? = nil, keepdim: Bool = false, interpolation: Interpolation = .linear
  ) throws -> Tensor {
    try quantile("nanquantile", q, dim, keepdim, interpolation, ignoresNaN: true)
  }
  /// Computes one quantile, ignoring NaN.
  public func nanquantile(
    _ q: Double, dim: Int? = nil, keepdim: Bool = false, interpolation: Interpolation = .linear
  ) throws -> Tensor {
    try nanquantile(
      try Tensor(q, dtype: dtype), dim: dim, keepdim: keepdim, interpolation: interpolation)
  }

  private func quantile(
    _ name: String, _ q: Tensor, _ dim: Int?, _ keepdim: Bool, _ interpolation: Interpolation,
    ignoresNaN: Bool
  ) throws -> Tensor {
    try require(
      dtype == .float32 || dtype == .float64, .dtype, name,
      "\(name)() input tensor must be either float or double dtype, not \(dtype)")
    try require(
      q.dtype == dtype && q.ndim <= 1, .dtype, name,
      "\(name)() q must be a scalar or 1D tensor of the same dtype as the input tensor, but is \(q.dtype) \(q.shape)"
    )
    try require(numel > 0, .value, name, "\(name)() input tensor must be non-empty")
    let levels = try q.toArray(as: Double.self)
    if let bad = levels.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw TensorError(.value, name, "\(name)() q must be in the range [0, 1] but got \(got: bad)")
    }
    let d = try dim.map { try Layout.wrap($0, ndim, name) }
    // The sorted dimension is last, after the dimensions of the result.
    let rows: Tensor
    if let d, ndim > 0 {
      rows = d == ndim - 1 ? self : try unsqueeze(-1).transpose(d, -1)
    } else {
      rows = try reshaped([numel])
    }
    var kept = keepdim ? [Int](repeating: 1, count: ndim) : []
    if let d, ndim > 0 {
      kept = keptShape(reducing: [d])
      if !keepdim { kept.remove(at: d) }
    }
    // Of all elements PyTorch takes those at the ranks where they stand, and keeps them all.
    let isLine = dim == nil && ndim > 0
    let (sorted, order) = try isLine ? noGrad { try rows.sort() } : rows.sort()
    let form = kept + [sorted.shape[sorted.ndim - 1]]
    let ordered = try sorted.reshaped(form)
    let ranks = try ordered.ranks(q, ignoresNaN: ignoresNaN)
    let line = try keepdim ? rows.reshaped(form) : rows, places = try order.reshaped(form)
    let result = try ordered.atRanks(ranks, interpolation) { rank in
      try isLine
        ? line.gather(-1, noGrad { try places.gather(-1, rank) }) : ordered.gather(-1, rank)
    }
    return q.ndim == 0
      ? try result.squeeze_(-1) : try result.unsqueeze_(0).transpose_(0, -1).squeeze_(-1)
  }

  /// Returns the fractional positions of the quantiles `q` in sorted rows; rows with NaN give the
  /// NaN's position.
  private func ranks(_ q: Tensor, ignoresNaN: Bool) throws -> Tensor {
    let isMissing = try noGrad { try isnan() }
    let levels = try q.reshaped([q.numel]).to(.float64)
    if ignoresNaN {
      let counts = try isMissing.logicalNot().sum(dim: -1, keepdim: true)
      return try (levels * (counts - 1)).clamp(min: 0)
    }
    let last = shape[ndim - 1] - 1
    let isSpoiled = try isMissing.any(dim: -1, keepdim: true)
    return try (levels * last).expand(Array(shape.dropLast()) + [q.numel])
      .maskedFill(isSpoiled, last)
  }

  /// The elements of these sorted rows at fractional places, which `element` gives at whole ones; only
  /// `linear` and `midpoint` look at two.
  private func atRanks(
    _ ranks: Tensor, _ interpolation: Interpolation, _ element: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let places =
      switch interpolation {
      case .linear, .midpoint: ranks
      case .lower: try ranks.floor()
      case .higher: try ranks.ceil()
      case .nearest: try ranks.round()
      }
    let below = try noGrad { try places.floor() }
    let low = try element(below.to(.int64))
    guard interpolation == .linear || interpolation == .midpoint else { return low }
    let high = try noGrad { try ranks.ceil().to(.int64) }
    return try low.lerp(
      element(high),
      weight: interpolation == .midpoint
        ? noGrad { try Tensor.full(ranks.shape, 0.5, dtype: dtype) } : ranks.sub(below).to(dtype))
  }
}
