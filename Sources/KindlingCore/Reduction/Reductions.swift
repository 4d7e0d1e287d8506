import CKernels

/// The shapes of reductions and of their gradients.
extension Tensor {
  /// Returns the shape with `dims` at size 1.
  func keptShape(reducing dims: [Int]) -> [Int] {
    var kept = shape
    for d in dims { kept[d] = 1 }
    return kept
  }

  /// Removes the dimensions `dims`, all of size 1, without recording.
  func dropping(_ dims: [Int]) -> Tensor {
    if dims.isEmpty { return self }
    let left = shape.indices.filter { !dims.contains($0) }
    return alias(
      shape: left.map { shape[$0] }, strides: left.map { strides[$0] }, offset: storageOffset)
  }

  /// With dimensions of size 1 at `dims` (ascending or not), as a recorded view.
  package func insertingDims(_ dims: [Int]) throws -> Tensor {
    if dims.isEmpty { return self }
    var (shape, strides) = (shape, strides)
    for d in dims.sorted() {
      shape.insert(1, at: d)
      strides.insert(1, at: d)
    }
    return try view("UnsqueezeBackward0", shape: shape, strides: strides, offset: storageOffset) {
      g, _ in
      try g.removingDims(dims)
    }
  }

  /// Without the dimensions `dims`, all of size 1, as a recorded view.
  package func removingDims(_ dims: [Int]) throws -> Tensor {
    if dims.isEmpty { return self }
    let left = shape.indices.filter { !dims.contains($0) }
    return try view(
      "SqueezeBackward1", shape: left.map { shape[$0] }, strides: left.map { strides[$0] },
      offset: storageOffset
    ) { g, _ in try g.insertingDims(dims) }
  }

  /// A gradient of a reduction's result, with the reduced dimensions back at size 1.
  func restored(_ dims: [Int], _ keepdim: Bool) throws -> Tensor {
    keepdim ? self : try insertingDims(dims)
  }

  /// Reduces `dims` with a backend kernel, unrecorded; a reduction of no elements gives `empty`.
  func reducing(
    _ op: ReduceOp, _ name: String, _ dims: [Int], keepdim: Bool, computing type: DType,
    result: DType? = nil, empty: Scalar
  ) throws -> Tensor {
    let out = try Tensor(
      uninitialized: keptShape(reducing: dims), result ?? type, on: backend, name)
    if numel == 0 {
      try backend.fill(out, empty)
    } else {
      // Elements are rounded to a coarser dtype before they are added, as in PyTorch.
      let isCoarser =
        type.isHalf || type == .float32 && (dtype == .float64 || dtype == .int32 || dtype == .int64)
      let source = isCoarser && dtype != type ? try noGrad { try to(type) } : self
      try Tensor.naming(name, type) { try backend.reduce(op, source, dtype: type, into: out) }
    }
    return keepdim ? out : out.dropping(dims)
  }
}

// MARK: Sums and products
extension Tensor {
  /// Returns the accumulation dtype of sums and products: `dtype`, or int64 for integers and bools
  /// if nil.
  ///
  /// - Throws: ``TensorError`` if an integer dtype would disconnect a graph that requires a
  ///   gradient.
  func accumulationType(_ dtype: DType?, _ name: String) throws -> DType {
    let type = dtype ?? (self.dtype.isFloatingPoint ? self.dtype : .int64)
    try require(
      type.isFloatingPoint || !requiresGrad || !isGradEnabled, .autograd, name,
      "Autograd not support dtype: \(type.scalarName): the result has no gradient, but this tensor requires one; detach() it first"
    )
    return type
  }

  /// Sums over `dims`, or over all dimensions if nil or empty (PyTorch: `torch.sum`).
  ///
  /// Integers and bools sum in int64; an empty sum is 0. Elements are converted to `dtype` before
  /// summation.
  public func sum(dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil) throws -> Tensor {
    let reduced = try Layout.wrap(dims, ndim, "sum")
    let type = try accumulationType(dtype, "sum")
    // A sum in bool is `any`.
    let y = try reducing(
      type == .bool ? .any : .sum, "sum", reduced, keepdim: keepdim, computing: type, empty: .int(0)
    )
    guard isGradEnabled, requiresGrad else { return y }
    return try y.recorded(
      dims == nil ? "SumBackward0" : "SumBackward1",
      Input(self) { [shape] g, _ in try g.restored(reduced, keepdim).expand(shape) })
  }
  /// Sums over one dimension.
  public func sum(dim: Int, keepdim: Bool = false, dtype: DType? = nil) throws -> Tensor {
    try sum(dims: [dim], keepdim: keepdim, dtype: dtype)
  }

  /// Sums over `dims`, ignoring NaN (PyTorch: `torch.nansum`).
  public func nansum(
    dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil
  ) throws -> Tensor {
    guard self.dtype.isFloatingPoint else {
      return try sum(dims: dims, keepdim: keepdim, dtype: dtype)
    }
    let reduced = try Layout.wrap(dims, ndim, "nansum")
    let dtype = try accumulationType(dtype, "nansum")
    return try noGrad {
      try Tensor.where(isnan(), 0, self).sum(dims: dims, keepdim: keepdim, dtype: dtype)
    }.recorded(
      "NansumBackward0",
      Input(self, saving: self) { g, s in
        try g.restored(reduced, keepdim) * s[0].isnan().logicalNot()
      })
  }

  /// Computes the mean over `dims`, or over all dimensions if nil or empty (PyTorch: `torch.mean`).
  ///
  /// The mean of no elements is NaN.
  ///
  /// - Throws: ``TensorError`` for integers and bools, unless `dtype` is a float type.
  public func mean(dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil) throws -> Tensor
  {
    let type = dtype ?? self.dtype
    try require(
      type.isFloatingPoint, .dtype, "mean",
      "could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: \(type.scalarName); pass dtype: .float32, or convert with to(_:)"
    )
    let reduced = try Layout.wrap(dims, ndim, "mean")
    let count = Double(reduced.reduce(1) { $0 * shape[$1] })
    // Half precision divides before it rounds.
    let sum = try reducing(
      .sum, "mean", reduced, keepdim: keepdim, computing: type.computeType, empty: .int(0))
    let y = try Tensor.binary(
      .div, "mean", sum, Tensor.wrapped(count, like: sum), into: type.isHalf ? nil : sum)
    let rounded = type.isHalf ? try y.to(type) : y
    guard isGradEnabled, requiresGrad else { return rounded }
    return try rounded.recorded(
      dims == nil ? "MeanBackward0" : "MeanBackward1",
      Input(self) { [shape] g, _ in
        try g.restored(reduced, keepdim).expand(shape) / count
      })
  }
  /// Computes the mean over one dimension.
  public func mean(dim: Int, keepdim: Bool = false, dtype: DType? = nil) throws -> Tensor {
    try mean(dims: [dim], keepdim: keepdim, dtype: dtype)
  }
  /// Computes the mean over `dims`, ignoring NaN (PyTorch: `torch.nanmean`).
  public func nanmean(
    dims: [Int]? = nil, keepdim: Bool = false, dtype: DType? = nil
  ) throws -> Tensor {
    try require(
      self.dtype.isFloatingPoint, .dtype, "nanmean",
      "expected input to have floating point or complex dtype but got \(got: self.dtype.scalarName)"
    )
    try require(
      dtype?.isFloatingPoint != false, .dtype, "nanmean",
      "could not infer output dtype. Optional dtype must be either a floating point or complex dtype. Got: \(dtype?.scalarName ?? "")"
    )
    let counts = try isnan().logicalNot().sum(dims: dims, keepdim: keepdim)
    return try nansum(dims: dims, keepdim: keepdim, dtype: dtype) / counts
  }

  /// Computes the product over `dim`, or of all elements if nil (PyTorch: `torch.prod`).
  ///
  /// Integers and bools multiply in int64; an empty product is 1.
  public func prod(dim: Int? = nil, keepdim: Bool = false, dtype: DType? = nil) throws -> Tensor {
    let type = try accumulationType(dtype, "prod")
    let x = try to(type)
    let reduced = try Layout.wrap(dim.map { [$0] }, ndim, "prod")
    let y = try x.reducing(
      type == .bool ? .all : .prod, "prod", reduced, keepdim: keepdim, computing: type,
      empty: .int(1))
    guard isGradEnabled, x.requiresGrad else { return y }
    return try y.recorded(
      dim == nil ? "ProdBackward0" : "ProdBackward1",
      Input(x, saving: x) { g, s in
        // The product of a number is that number.
        if s[0].ndim == 0 { return g }
        // Of everything: where two elements are 0 nothing depends on anything.
        if dim == nil, try noGrad({ try s[0].eq(0).sum().item(as: Int.self) }) > 1 {
          return try s[0].zeroGradient()
        }
        return try s[0].prodGradient(
          g.restored(reduced, keepdim), s.output.restored(reduced, keepdim), reduced)
      }, savingOutput: true)
  }

  /// Computes `g · y / x`; if an x is 0, the product of the elements before times those after.
  private func prodGradient(_ g: Tensor, _ y: Tensor, _ dims: [Int]) throws -> Tensor {
    if try noGrad({ try all().item(as: Bool.self) }) { return try g * (y / self) }
    if dims.count != 1 {
      return try reshaped([numel]).prodGradient(g, y, [0]).reshaped(shape)
    }
    let d = dims[0]
    func productsBefore(_ x: Tensor) throws -> Tensor {
      let first = try x.narrow(d, 0, 1)
      return try Tensor.cat([first.newOnes(first.shape), x.narrow(d, 0, shape[d] - 1)], dim: d)
        .cumprod(dim: d)
    }
    return try g * (productsBefore(self) * productsBefore(flip(d)).flip(d))
  }

  /// Sums to `target`, which must broadcast to this shape (PyTorch: `Tensor.sum_to_size`).
  ///
  /// - Throws: ``TensorError`` if it does not.
  public func sumToSize(_ target: [Int]) throws -> Tensor {
    if target.isEmpty { return try sum() }
    let lead = ndim - target.count
    try require(
      lead >= 0 && target.indices.allSatisfy({ target[$0] == 1 || target[$0] == shape[$0 + lead] }),
      .shape, "sumToSize",
      "size \(target) is not expandable to size \(shape)")
    let dims = shape.indices.filter { $0 < lead || target[$0 - lead] == 1 && shape[$0] != 1 }
    let summed = dims.isEmpty ? self : try sum(dims: dims, keepdim: true)
    return try summed.removingDims(Array(0..<lead))
  }

  /// Counts the nonzero elements (PyTorch: `torch.count_nonzero`).
  public func countNonzero(dims: [Int]? = nil) throws -> Tensor {
    try ne(0).sum(dims: dims)
  }
}

// MARK: Truth
extension Tensor {
  /// Tests whether any element over `dims` is nonzero (PyTorch: `torch.any`).
  ///
  /// The result is bool, but uint8 for uint8, as in PyTorch; false without elements. An empty list
  /// of dimensions reduces none.
  public func any(dims: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    try truth(.any, "any", dims, keepdim, empty: false)
  }
  /// Tests whether any element over one dimension is nonzero.
  public func any(dim: Int, keepdim: Bool = false) throws -> Tensor {
    try any(dims: [dim], keepdim: keepdim)
  }
  /// Tests whether all elements over `dims` are nonzero (PyTorch: `torch.all`).
  ///
  /// The result is bool, but uint8 for uint8, as in PyTorch; true without elements. An empty list
  /// of dimensions reduces none.
  public func all(dims: [Int]? = nil, keepdim: Bool = false) throws -> Tensor {
    try truth(.all, "all", dims, keepdim, empty: true)
  }
  /// Tests whether all elements over one dimension are nonzero.
  public func all(dim: Int, keepdim: Bool = false) throws -> Tensor {
    try all(dims: [dim], keepdim: keepdim)
  }

  private func truth(
    _ op: ReduceOp, _ name: String, _ dims: [Int]?, _ keepdim: Bool, empty: Bool
  ) throws -> Tensor {
    let reduced = dims == [] ? [] : try Layout.wrap(dims, ndim, name)
    return try reducing(
      op, name, reduced, keepdim: keepdim, computing: dtype,
      result: dtype == .uint8 ? .uint8 : .bool, empty: .bool(empty))
  }
}
