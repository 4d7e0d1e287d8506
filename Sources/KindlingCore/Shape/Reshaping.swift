/// Operations that change the shape, but keep the elements and their order.
extension Tensor {
  /// Returns a view with another shape; one size may be −1 (PyTorch: `Tensor.view`).
  ///
  /// - Throws: ``TensorError`` `.shape` if the number of elements differs, or if dimensions would
  ///   be merged that are not contiguous (``reshape(_:)-([Int])`` copies then).
  public func view(_ shape: [Int]) throws -> Tensor {
    try view("ViewBackward0", try viewPlan(shape, "view"))
  }

  /// Calls ``view(_:)-([Int])`` with the sizes as numbers.
  public func view(_ sizes: Int...) throws -> Tensor { try view(sizes) }
  /// Returns a view with the shape of `other` (PyTorch: `Tensor.view_as`).
  public func viewAs(_ other: Tensor) throws -> Tensor { try view(other.shape) }

  /// Changes the shape, as a view if possible, else as a copy; one size may be −1
  /// (PyTorch: `Tensor.reshape`).
  public func reshape(_ shape: [Int]) throws -> Tensor {
    let target = try inferred(shape, "reshape")
    if let strides = Layout.viewStrides(self.shape, strides, to: target) {
      return try view(
        isContiguous ? "ViewBackward0" : "ReshapeAliasBackward0", reshapePlan(target, strides))
    }
    let copy = try clone(memoryFormat: .contiguous)
    let before = self.shape
    return try copy.alias(shape: target, strides: Layout.contiguousStrides(target), offset: 0)
      .recorded("UnsafeViewBackward0", Input(copy) { g, _ in try g.reshape(before) })
  }

  /// Calls ``reshape(_:)-([Int])`` with the sizes as numbers.
  public func reshape(_ sizes: Int...) throws -> Tensor { try reshape(sizes) }
  /// Reshapes this tensor to the shape of `other` (PyTorch: `Tensor.reshape_as`).
  public func reshapeAs(_ other: Tensor) throws -> Tensor { try reshape(other.shape) }
  /// Flattens all elements into one dimension (PyTorch: `Tensor.ravel`).
  public func ravel() throws -> Tensor { try contiguous().view(-1) }

  private func viewPlan(_ shape: [Int], _ operation: String) throws -> ViewPlan {
    let target = try inferred(shape, operation)
    let strides = try require(
      Layout.viewStrides(self.shape, strides, to: target), .shape, operation,
      "view size \(target) is not compatible with input tensor's size \(self.shape) and stride \(strides) (at least one dimension spans across two contiguous subspaces). Use reshape(...) instead."
    )
    return reshapePlan(target, strides)
  }

  private func reshapePlan(_ target: [Int], _ strides: [Int]) -> ViewPlan {
    ViewPlan(target, strides, storageOffset) { [shape] g, _ in try g.reshape(shape) }
  }

  /// Returns `shape` with −1 replaced by the inferred size.
  private func inferred(_ shape: [Int], _ operation: String) throws -> [Int] {
    var known = 1, unknown: Int?
    for (d, size) in shape.enumerated() {
      if size == -1 {
        try require(
          unknown == nil, .shape, operation,
          "only one dimension can be inferred, but got shape \(got: shape)")
        unknown = d
      } else if size < 0 {
        throw TensorError(.shape, operation, "invalid shape dimension \(size) in \(shape)")
      } else {
        known = known.multipliedReportingOverflow(by: size).partialValue
      }
    }
    var target = shape
    if let unknown {
      try require(
        known != 0, .shape, operation,
        "cannot reshape tensor of \(numel) elements into shape \(shape) because the unspecified dimension size -1 can be any value and is ambiguous"
      )
      target[unknown] = numel / known
    }
    try require(
      Layout.checkedCount(target, dtype, operation) == numel, .shape, operation,
      "shape '\(shape)' is invalid for input of size \(numel)")
    return target
  }

  /// Flattens the dimensions from `startDim` to `endDim` into one, as a view if possible
  /// (PyTorch: `Tensor.flatten`).
  public func flatten(startDim: Int = 0, endDim: Int = -1) throws -> Tensor {
    let from = try Layout.wrap(startDim, ndim, "flatten"),
      to = try Layout.wrap(endDim, ndim, "flatten")
    try require(
      from <= to, .shape, "flatten",
      "flatten() has invalid args: startDim (\(startDim)) cannot come after endDim (\(endDim))")
    if ndim == 0 { return try reshape(1) }
    if from == to { return self }
    let merged = shape[from...to].reduce(1, *)
    return try reshape(Array(shape[..<from]) + [merged] + Array(shape[(to + 1)...]))
  }

  /// Splits dimension `dim` into `sizes`, one of which may be −1 (PyTorch: `Tensor.unflatten`).
  public func unflatten(_ dim: Int, _ sizes: [Int]) throws -> Tensor {
    let d = try Layout.wrap(dim, ndim, "unflatten")
    try require(!sizes.isEmpty, .shape, "unflatten", "sizes must be non-empty")
    try require(
      ndim > 0, .index, "unflatten",
      "a 0-dimensional tensor has no dimension \(dim) to split into \(sizes)")
    try require(
      sizes.count(where: { $0 == -1 }) <= 1, .shape, "unflatten",
      "only one dimension can be inferred, but the sizes are \(sizes)")
    let known = sizes.filter { $0 != -1 }.reduce(1, &*)
    let fits = sizes.contains(-1) ? known != 0 && shape[d] % known == 0 : known == shape[d]
    try require(
      fits, .shape, "unflatten",
      "provided sizes \(sizes) don't multiply up to the size of dim \(d) (\(shape[d])) in the input tensor"
    )
    let parts = sizes.map { $0 == -1 ? shape[d] / known : $0 }
    return try view(Array(shape[..<d]) + parts + Array(shape[(d + 1)...]))
  }

  // MARK: Dimensions of size 1

  private func squeezePlan(_ dims: [Int]) -> ViewPlan {
    let dropped = dims.filter { $0 < ndim && shape[$0] == 1 }
    let left = shape.indices.filter { !dropped.contains($0) }
    return ViewPlan(left.map { shape[$0] }, left.map { strides[$0] }, storageOffset) {
      g, _ in
      var result = g
      for d in dropped.sorted() { result = try result.unsqueeze(d) }
      return result
    }
  }

  /// Removes all dimensions of size 1, as a view (PyTorch: `Tensor.squeeze`).
  public func squeeze() throws -> Tensor {
    try view("SqueezeBackward0", squeezePlan(Array(shape.indices)))
  }

  /// Removes dimension `dim` if its size is 1, as a view (PyTorch: `Tensor.squeeze`).
  public func squeeze(_ dim: Int) throws -> Tensor {
    try view("SqueezeBackward1", squeezePlan([try Layout.wrap(dim, ndim, "squeeze")]))
  }

  /// Removes each of the dimensions `dims` if its size is 1, as a view (PyTorch: `Tensor.squeeze`).
  public func squeeze(_ dims: [Int]) throws -> Tensor {
    try view("SqueezeBackward2", squeezePlan(try Layout.wrapKeeping(dims, ndim, "squeeze")))
  }

  /// Applies ``squeeze()`` to this tensor itself (PyTorch: `Tensor.squeeze_`).
  @discardableResult
  public func squeeze_() throws -> Tensor {
    try adopt("squeeze_", "SqueezeBackward3", squeezePlan(Array(shape.indices)))
  }

  /// Applies ``squeeze(_:)-(Int)`` to this tensor itself (PyTorch: `Tensor.squeeze_`).
  @discardableResult
  public func squeeze_(_ dim: Int) throws -> Tensor {
    try adopt("squeeze_", "SqueezeBackward4", squeezePlan([Layout.wrap(dim, ndim, "squeeze_")]))
  }

  private func unsqueezePlan(_ dim: Int, _ operation: String) throws -> ViewPlan {
    let d = try Layout.wrap(dim, ndim + 1, operation)
    var (shape, strides) = (shape, strides)
    strides.insert(d < ndim ? shape[d] &* strides[d] : 1, at: d)
    shape.insert(1, at: d)
    return ViewPlan(shape, strides, storageOffset) { g, _ in try g.squeeze(d) }
  }

  /// Inserts a dimension of size 1 before dimension `dim`, as a view (PyTorch: `Tensor.unsqueeze`).
  public func unsqueeze(_ dim: Int) throws -> Tensor {
    try view("UnsqueezeBackward0", try unsqueezePlan(dim, "unsqueeze"))
  }

  /// Applies ``unsqueeze(_:)`` to this tensor itself (PyTorch: `Tensor.unsqueeze_`).
  @discardableResult
  public func unsqueeze_(_ dim: Int) throws -> Tensor {
    try adopt("unsqueeze_", "UnsqueezeBackward1", unsqueezePlan(dim, "unsqueeze_"))
  }

  /// Reshapes a 0-dimensional tensor to one dimension (PyTorch: `torch.atleast_1d`).
  public func atleast1d() throws -> Tensor { ndim == 0 ? try reshape(1) : self }

  /// Adds dimensions in front until there are at least two (PyTorch: `torch.atleast_2d`).
  public func atleast2d() throws -> Tensor {
    ndim == 0 ? try reshape(1, 1) : ndim == 1 ? try unsqueeze(0) : self
  }

  /// Adds dimensions until there are at least three (PyTorch: `torch.atleast_3d`).
  ///
  /// A vector becomes `[1, n, 1]`, a matrix `[m, n, 1]`.
  public func atleast3d() throws -> Tensor {
    switch ndim {
    case 0: try reshape(1, 1, 1)
    case 1: try unsqueeze(0).unsqueeze(-1)
    case 2: try unsqueeze(-1)
    default: self
    }
  }

  // MARK: Sizes

  /// Returns the size of dimension `dim`, which may be negative (PyTorch: `Tensor.size`).
  public func size(_ dim: Int) throws -> Int {
    let d = try Layout.wrapSized(dim, ndim, "size")
    return shape[d]
  }
}
