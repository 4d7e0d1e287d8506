/// Products that sum over chosen dimensions.
extension Tensor {
  /// Computes the inner product over the last dimension of both tensors (PyTorch: `torch.inner`).
  ///
  /// - Shape: `[*, k]` and `[*', k]` → `[*, *']`.
  public func inner(_ other: Tensor) throws -> Tensor {
    if ndim == 0 || other.ndim == 0 { return try mul(other) }
    try require(
      shape[ndim - 1] == other.shape[other.ndim - 1], .shape, "inner",
      "the last dimension must match on both input tensors but got shapes \(got: shape) and \(got: other.shape)"
    )
    return try tensordot(other, dims: [-1], [-1])
  }

  /// Contracts the last `dims` dimensions of `self` with the first of `other`
  /// (PyTorch: `torch.tensordot`).
  public func tensordot(_ other: Tensor, dims: Int = 2) throws -> Tensor {
    try require(
      dims >= 0 && dims <= ndim && dims <= other.ndim, .value, "tensordot",
      "tensordot expects dims between 0 and \(expected: Swift.min(ndim, other.ndim)), but got dims=\(got: dims)"
    )
    return try tensordot(other, dims: Array(ndim - dims..<ndim), Array(0..<dims))
  }

  /// Contracts the dimensions `dims` of `self` with the dimensions `otherDims` of `other`.
  public func tensordot(_ other: Tensor, dims: [Int], _ otherDims: [Int]) throws -> Tensor {
    try require(
      dims.count == otherDims.count, .value, "tensordot",
      "both dimension lists should have same length, got \(got: dims) and \(got: otherDims)")
    let a = try dims.map { try Layout.wrap($0, ndim, "tensordot") }
    let b = try otherDims.map { try Layout.wrap($0, other.ndim, "tensordot") }
    try require(
      Set(a).count == a.count && Set(b).count == b.count, .value, "tensordot",
      "a dim appears multiple times in \(dims) or \(otherDims)")
    // If one side has size 1, the other side is summed first, as in PyTorch.
    var (x, y) = (self, other)
    for (i, j) in zip(a, b) where ndim > 0 && other.ndim > 0 && shape[i] != other.shape[j] {
      if shape[i] == 1 {
        y = try y.sum(dim: j, keepdim: true)
      } else if other.shape[j] == 1 {
        x = try x.sum(dim: i, keepdim: true)
      } else {
        throw TensorError(
          .shape, "tensordot",
          "contracted dimensions need to match, but first has size \(shape[i]) in dim \(i) and second has size \(other.shape[j]) in dim \(j)"
        )
      }
    }
    let freeX = (0..<x.ndim).filter { !a.contains($0) },
      freeY = (0..<y.ndim).filter { !b.contains($0) }
    let rows = freeX.map { x.shape[$0] }, columns = freeY.map { y.shape[$0] }
    let k = a.reduce(1) { $0 * (x.ndim == 0 ? 1 : x.shape[$1]) }
    let left = try x.permute(freeX + (x.ndim == 0 ? [] : a)).reshape([rows.reduce(1, *), k])
    let right = try y.permute((y.ndim == 0 ? [] : b) + freeY).reshape([k, columns.reduce(1, *)])
    return try left.mm(right).reshape(rows + columns)
  }

  /// Computes the Kronecker product (PyTorch: `torch.kron`).
  public func kron(_ other: Tensor) throws -> Tensor {
    let rank = Swift.max(ndim, other.ndim)
    let a = [Int](repeating: 1, count: rank - ndim) + shape
    let b = [Int](repeating: 1, count: rank - other.ndim) + other.shape
    let left = try reshape(a.flatMap { [$0, 1] }), right = try other.reshape(b.flatMap { [1, $0] })
    let product = try left * right, size = zip(a, b).map { $0 * $1 }
    guard let strides = Layout.viewStrides(product.shape, product.strides, to: size) else {
      return try product.reshaped(size, node: "UnsafeViewBackward0")
    }
    return try product.view(
      "UnsafeViewBackward0", shape: size, strides: strides, offset: product.storageOffset
    ) { [shape = product.shape] g, _ in try g.reshaped(shape) }
  }

  /// Computes the sum of the diagonal of a matrix (PyTorch: `torch.trace`).
  public func trace() throws -> Tensor {
    try require(
      ndim == 2, .shape, "trace", "expected a matrix, but got tensor with dim \(got: ndim)")
    try require(
      dtype != .bool, .dtype, "trace",
      "\"trace\" not implemented for 'Bool'; convert with to(.int64)")
    let (rows, columns) = (shape[0], shape[1])
    return try noGrad { try diagonal().sum() }.recorded(
      "TraceBackward0",
      Input(self) { g, _ in
        // Not a product with the identity matrix, which an infinite gradient would make NaN of.
        let count = Swift.min(rows, columns)
        return try g.newZeros([rows, columns]).diagonalScatter(g.expand(count))
      })
  }

  /// Computes the cross product along `dim`, which has size 3 (PyTorch: `torch.cross`).
  ///
  /// If `dim` is nil, the first dimension of size 3 is used.
  public func cross(_ other: Tensor, dim: Int? = nil) throws -> Tensor {
    try require(dtype != .bool, .dtype, "cross", "\"cross\" not implemented for 'Bool'")
    try require(
      dtype == other.dtype, .dtype, "cross",
      "expected scalar type \(dtype.scalarName) but found \(other.dtype.scalarName)")
    let size = try Layout.broadcast(shape, other.shape, "cross")
    if dim == nil {
      try Warnings.warn(
        .deprecated, "",
        "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release."
      )
    }
    guard
      let found = try dim.map({ try Layout.wrap($0, size.count, "cross") })
        ?? size.firstIndex(of: 3),
      found < size.count, size[found] == 3, ndim == other.ndim
    else {
      throw TensorError(
        .shape, "cross",
        "inputs dimension \(dim.map(String.init) ?? "") must have length 3 and tensors as many dimensions, but the shapes are \(shape) and \(other.shape)"
      )
    }
    let y = try noGrad {
      let (a, b) = (try expand(size), try other.expand(size))
      func turned(_ x: Tensor, _ shift: Int) throws -> Tensor {
        try x.roll([-shift], dims: [found])
      }
      return try turned(a, 1) * turned(b, 2) - turned(a, 2) * turned(b, 1)
    }
    return try y.recorded(
      "LinalgCrossBackward0",
      Input(self, saving: other) { g, s in try s[0].cross(g, dim: found) },
      Input(other, saving: self) { g, s in try g.cross(s[0], dim: found) })
  }
}
