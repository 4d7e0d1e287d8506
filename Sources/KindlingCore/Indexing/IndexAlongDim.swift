import CKernels

/// Operations that take a vector of indices along one dimension.
extension Tensor {
  /// Selects the slices `index` along `dim` (PyTorch: `torch.index_select`).
  ///
  /// `index` is int64 or int32, 1-dimensional or 0-dimensional, and may repeat.
  ///
  /// - Throws: ``TensorError`` `.index` if an index is not in `0..<size`.
  public func indexSelect(_ dim: Int, _ index: Tensor) throws -> Tensor {
    let plan = try LinePlan(self, dim, index, "indexSelect", strict: true)
    try require(
      ndim > 0 || plan.places.count == 1, .shape, "indexSelect",
      "Index to scalar can have only 1 value, got \(got: plan.places.count) value(s)")
    var target = shape
    if ndim > 0 { target[plan.dim] = plan.places.count }
    let result = try Tensor(uninitialized: target, dtype, on: backend, "indexSelect")
    try backend.take(self, plan.rows(of: self), into: result)
    let d = plan.dim
    return try result.recorded(
      "IndexSelectBackward0",
      Input(self, saving: index) { [shape] g, s in
        try g.newZeros(shape).indexAdd(d, s[0], g)
      })
  }

  /// Copies the tensor and adds `alpha · source` to the slices `index` along `dim`
  /// (PyTorch: `torch.index_add`).
  public func indexAdd(
    _ dim: Int, _ index: Tensor, _ source: Tensor, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try addLines(
      dim, index, source, alpha.scalar, into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  /// Applies ``indexAdd(_:_:_:alpha:)`` in place (PyTorch: `Tensor.index_add_`).
  @discardableResult
  public func indexAdd_(
    _ dim: Int, _ index: Tensor, _ source: Tensor, alpha: some TensorScalar = 1
  ) throws -> Tensor {
    try inPlace("indexAdd_", [source, index], sharing: .none) {
      try $0.addLines(dim, index, source, alpha.scalar, into: $1.alias())
    }
  }

  private func addLines(
    _ dim: Int, _ index: Tensor, _ source: Tensor, _ alpha: Scalar, into out: Tensor
  ) throws -> Tensor {
    let plan = try LinePlan(self, dim, index, "indexAdd", skipsEmpty: ndim > 1)
    try plan.checkRank(source, self, "indexAdd")
    try plan.check(source, self, "indexAdd")
    try alpha.check(fits: dtype, "indexAdd")
    // For integers, a fractional factor is truncated.
    let alpha = alpha.truncated(for: dtype)
    let factor = alpha.doubleValue
    if numel > 0 {
      let scaled = try noGrad { factor == 1 ? source : try source.mul(alpha) }
      try out.backend.put(.add, scaled.forPutting(as: out), plan.rows(of: out), into: out)
    }
    let d = plan.dim, lines = source.shape
    return try out.recorded(
      "IndexAddBackward0", Input(self) { g, _ in g },
      Input(source, saving: index, source) { g, s in
        let taken = try g.indexSelect(d, s[0]).reshape(lines)
        return factor == 1 ? taken : try taken.mul(alpha)
      })
  }

  /// Copies the tensor and writes `source` to the slices `index` along `dim`
  /// (PyTorch: `torch.index_copy`).
  public func indexCopy(_ dim: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
    try copyLines(dim, index, source, into: noGrad { try clone(memoryFormat: .contiguous) })
  }

  /// Applies ``indexCopy(_:_:_:)`` in place (PyTorch: `Tensor.index_copy_`).
  @discardableResult
  public func indexCopy_(_ dim: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
    try inPlace("indexCopy_", [source, index], sharing: .none) {
      try $0.copyLines(dim, index, source, into: $1.alias())
    }
  }

  private func copyLines(
    _ dim: Int, _ index: Tensor, _ source: Tensor, into out: Tensor
  ) throws -> Tensor {
    let plan = try LinePlan(self, dim, index, "indexCopy", of: [.int64])
    try plan.check(source, self, "indexCopy")
    try out.backend.put(.set, source.forPutting(as: out), plan.rows(of: out), into: out)
    let d = plan.dim, lines = source.shape
    return try out.recorded(
      "IndexCopyBackward0", Input(self, saving: index) { g, s in try g.indexFill(d, s[0], 0) },
      Input(source, saving: index, source) { g, s in
        try g.indexSelect(d, s[0]).reshape(lines)
      })
  }

  /// Copies the tensor and fills the slices `index` along `dim` with `value`
  /// (PyTorch: `torch.index_fill`).
  public func indexFill<S: TensorScalar>(_ dim: Int, _ index: Tensor, _ value: S) throws -> Tensor {
    try value.scalar.check(fits: dtype, "indexFill")
    return try indexFill(dim, index, Tensor.wrapped(value, like: self))
  }

  /// Copies the tensor and fills the slices `index` along `dim` with a 0-dimensional `value`
  /// (PyTorch: `torch.index_fill`).
  public func indexFill(_ dim: Int, _ index: Tensor, _ value: Tensor) throws -> Tensor {
    try fillLines(dim, index, value, into: noGrad { try clone() })
  }

  /// Applies ``indexFill(_:_:_:)-(_,_,S)`` in place (PyTorch: `Tensor.index_fill_`).
  @discardableResult
  public func indexFill_<S: TensorScalar>(_ dim: Int, _ index: Tensor, _ value: S) throws -> Tensor
  {
    try value.scalar.check(fits: dtype, "indexFill")
    return try indexFill_(dim, index, Tensor.wrapped(value, like: self))
  }

  /// Applies ``indexFill(_:_:_:)-(_,_,Tensor)`` in place (PyTorch: `Tensor.index_fill_`).
  @discardableResult
  public func indexFill_(_ dim: Int, _ index: Tensor, _ value: Tensor) throws -> Tensor {
    let value = try value.apart(from: self)
    return try inPlace(
      "indexFill_", [value, index], onExpanded: .deprecated("index_fill_", "mask] = scalar"),
      sharing: .none
    ) {
      try $0.fillLines(dim, index, value, into: $1.alias())
    }
  }

  private func fillLines(
    _ dim: Int, _ index: Tensor, _ value: Tensor, into out: Tensor
  ) throws -> Tensor {
    try require(
      value.ndim == 0, .shape, "indexFill",
      "only supports a 0-dimensional value tensor, but got tensor with \(got: value.ndim) dimension(s)."
    )
    if value.dtype != dtype && !value.isWrappedNumber {
      try value.scalarValue("indexFill").check(fits: dtype, "indexFill")
    }
    let plan = try LinePlan(self, dim, index, "indexFill", of: [.int64], wraps: true)
    try out.backend.put(.set, value.forPutting(as: out), plan.rows(of: out), into: out)
    let d = plan.dim
    return try out.recorded(
      value.isWrappedNumber ? "IndexFillBackward0" : "IndexFillBackward1",
      Input(self, saving: index) { g, s in try g.indexFill(d, s[0], 0) },
      Input(value, saving: index) { g, s in
        // A slice that is named twice is filled once.
        try g.indexSelect(d, s[0].unique()).sum()
      })
  }

  /// Returns this tensor contiguous and in the dtype of `out`, outside the graph.
  func forPutting(as out: Tensor) throws -> Tensor {
    try noGrad { try to(out.dtype).contiguous() }
  }
}

/// A validated index vector along one dimension.
struct LinePlan {
  let dim: Int
  let places: HostBuffer<Int>

  /// Creates a plan.
  ///
  /// Negative indices count from the end if `wraps` is true, else they are refused.
  ///
  /// Indices into slices without elements are checked only if `strict` (PyTorch's rule). Indices
  /// into a tensor without slices are not checked if `skipsEmpty`.
  init(
    _ x: Tensor, _ dim: Int, _ index: Tensor, _ operation: String,
    of dtypes: [DType] = [.int32, .int64], wraps: Bool = false, strict: Bool = false,
    skipsEmpty: Bool = false
  ) throws {
    self.dim = try Layout.wrap(dim, x.ndim, operation)
    try require(
      dtypes.contains(index.dtype), .dtype, operation,
      "expected dtype \(dtypes.map(\.description).joined(separator: " or ")) for index, but got \(got: index.dtype)"
    )
    try require(
      index.ndim <= 1, .shape, operation,
      "index is supposed to be a vector, but got dim: \(got: index.ndim) with shape \(got: index.shape)"
    )
    let line = x.shape.indices.filter { [dim = self.dim] in $0 != dim }.map { x.shape[$0] }
    if line.contains(0) && !strict || x.numel == 0 && skipsEmpty {
      places = try HostBuffer(repeating: 0, count: index.numel, operation)
      return
    }
    // Indices that share memory with the destination are read in advance.
    let isOwn = wraps || index.storage === x.storage
    places = try isOwn ? index.hostElements(operation) : index.hostElementsForReading(operation)
    let size = x.ndim == 0 ? 1 : x.shape[self.dim]
    if let bad = places.first(outside: (wraps ? -size : 0)..<size) {
      throw TensorError(
        .index, operation,
        "index \(bad) is out of bounds for dimension \(self.dim) with size \(size)")
    }
    if wraps, places.first(outside: 0..<size) != nil {
      places.withElements { places in
        for i in places.indices where places[i] < 0 { places[i] += size }
      }
    }
  }

  /// Returns the positions of the slices in the memory of `x`.
  func rows(of x: Tensor) throws -> Rows {
    let outer = try Rows.lattice(Array(x.shape.prefix(dim)), Array(x.strides.prefix(dim)))
    let step = x.ndim == 0 ? 0 : x.strides[dim]
    var offsets = places
    if step != 1 {
      offsets = try HostBuffer<Int>(count: places.count, "index")
      offsets.withElements { offsets in
        places.withElements { places in
          for i in places.indices { offsets[i] = places[i] * step }
        }
      }
    }
    return try Rows(
      outer: outer, at: offsets, shape: Array(x.shape.dropFirst(dim + 1)),
      strides: Array(x.strides.dropFirst(dim + 1)))
  }

  /// Throws if exactly one of `source` and `x` is 0-dimensional.
  func checkRank(_ source: Tensor, _ x: Tensor, _ operation: String) throws {
    try require(
      (source.ndim == 0) == (x.ndim == 0), .shape, operation,
      "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = \(x.shape) source.shape = \(source.shape)"
    )
  }

  /// Throws if `source` does not have one slice of `x` for each index.
  func check(_ source: Tensor, _ x: Tensor, _ operation: String) throws {
    try require(
      source.dtype == x.dtype, .dtype, operation,
      "self and source expected to have the same dtype, but got (self) \(got: x.dtype) and (source) \(got: source.dtype)"
    )
    if source.ndim == 0 || x.ndim == 0 {
      try require(
        source.numel == places.count && x.ndim <= 1, .shape, operation,
        "number of indices (\(places.count)) should be equal to source.size(dim): shapes are \(source.shape) and \(x.shape)"
      )
      return
    }
    var expected = x.shape
    expected[dim] = places.count
    try require(
      source.shape == expected, .shape, operation,
      "source/destination tensor must have same slice shapes: number of indices is \(places.count), so source should be \(expected), but is \(source.shape)"
    )
  }
}
