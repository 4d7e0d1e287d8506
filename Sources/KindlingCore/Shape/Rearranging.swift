/// Copies with elements moved or selected: flips, rolls, rotations, triangles and diagonals.
extension Tensor {
  /// Reverses the order of the elements along `dims` (PyTorch: `Tensor.flip`).
  public func flip(_ dims: [Int]) throws -> Tensor {
    let flipped = try Layout.wrapKeeping(dims, ndim, "flip").filter { $0 < ndim }
    var (steps, offset) = (strides, storageOffset)
    for d in flipped where shape[d] > 0 {
      offset += (shape[d] - 1) * strides[d]
      steps[d] = -strides[d]
    }
    let result = try Tensor(uninitializedLike: self, dtype)
    if numel > 0 {
      try backend.copy(alias(shape: shape, strides: steps, offset: offset), into: result)
    }
    return try result.recorded("FlipBackward0", Input(self) { g, _ in try g.flip(flipped) })
  }

  /// Calls ``flip(_:)-([Int])`` with the dimensions as numbers.
  public func flip(_ dims: Int...) throws -> Tensor { try flip(dims) }

  /// Reverses the order of the columns (PyTorch: `Tensor.fliplr`).
  public func fliplr() throws -> Tensor {
    try require(ndim >= 2, .shape, "fliplr", "Input must be >= 2-d, but has shape \(shape)")
    return try flip(1)
  }

  /// Reverses the order of the rows (PyTorch: `Tensor.flipud`).
  public func flipud() throws -> Tensor {
    try require(ndim >= 1, .shape, "flipud", "Input must be >= 1-d, but has shape \(shape)")
    return try flip(0)
  }

  /// Rolls the elements by `shifts` along `dims`; elements past the end wrap around
  /// (PyTorch: `Tensor.roll`).
  ///
  /// Without `dims`, the flattened tensor is rolled.
  public func roll(_ shifts: [Int], dims: [Int] = []) throws -> Tensor {
    try require(!shifts.isEmpty, .value, "roll", "`shifts` required")
    try require(
      dims.count == shifts.count || dims.isEmpty && shifts.count == 1, .value, "roll",
      "shifts and dimensions must align. shifts: \(shifts.count), dims:\(dims.count)")
    let moved = try dims.map { try Layout.wrapSized($0, ndim, "roll") }
    let result = try noGrad {
      if dims.isEmpty { return try ravel().rolled(shifts[0], 0).reshape(shape) }
      var result = self
      for (shift, d) in zip(shifts, moved) { result = try result.rolled(shift, d) }
      return result
    }
    return try result.alias().recorded(
      "RollBackward0",
      Input(self) { g, _ in
        try g.roll(shifts.map { 0 &- $0 }, dims: dims)
      })
  }

  /// Rolls like ``roll(_:dims:)`` along one dimension, or the flattened tensor.
  public func roll(_ shift: Int, _ dim: Int? = nil) throws -> Tensor {
    try roll([shift], dims: dim.map { [$0] } ?? [])
  }

  private func rolled(_ shift: Int, _ d: Int) throws -> Tensor {
    let size = shape[d]
    if numel == 0 { return try clone() }
    let start = (size - shift % size) % size
    return try Tensor.cat([slice(d, start), slice(d, 0, start)], dim: d)
  }

  /// Rotates the plane of `dims` by `k` right angles, from the first towards the second dimension
  /// (PyTorch: `Tensor.rot90`).
  public func rot90(_ k: Int = 1, dims: [Int] = [0, 1]) throws -> Tensor {
    try require(
      dims.count == 2, .value, "rot90",
      "expected total rotation dims == 2, but got dims = \(got: dims.count)")
    try require(
      ndim >= 2, .shape, "rot90", "expected total dims >= 2, but got total dims = \(got: ndim)")
    let a = try Layout.wrap(dims[0], ndim, "rot90"), b = try Layout.wrap(dims[1], ndim, "rot90")
    try require(
      a != b, .value, "rot90",
      "expected rotation dims to be different, but got dim0 = \(got: dims[0]) and dim1 = \(got: dims[1])"
    )
    let turns = (k % 4 + 4) % 4
    let result = try noGrad {
      switch turns {
      case 1: try flip(b).transpose(a, b)
      case 2: try flip(a, b)
      case 3: try flip(a).transpose(a, b)
      default: try clone(memoryFormat: .contiguous)
      }
    }
    return try result.recorded(
      "Rot90Backward0", Input(self) { g, _ in try g.rot90(-turns, dims: [a, b]) })
  }

  // MARK: Triangles

  /// Returns the lower triangle of each matrix, up to `diagonal`, with zeros elsewhere
  /// (PyTorch: `Tensor.tril`).
  public func tril(_ diagonal: Int = 0) throws -> Tensor {
    try triangle("tril", "TrilBackward0", keepsAbove: false, diagonal) { g in try g.tril(diagonal) }
  }

  /// Returns the upper triangle of each matrix, from `diagonal` up, with zeros elsewhere
  /// (PyTorch: `Tensor.triu`).
  public func triu(_ diagonal: Int = 0) throws -> Tensor {
    try triangle("triu", "TriuBackward0", keepsAbove: true, diagonal) { g in try g.triu(diagonal) }
  }

  private func triangle(
    _ operation: String, _ name: String, keepsAbove: Bool, _ diagonal: Int,
    _ pullback: @escaping (Tensor) throws -> Tensor
  ) throws -> Tensor {
    try require(
      ndim >= 2, .shape, operation,
      "input tensor must have at least 2 dimensions, but has shape \(shape)")
    let (rows, columns) = (shape[ndim - 2], shape[ndim - 1])
    // The columns before `cut` are left of the diagonal (triu), or up to it (tril).
    let cuts = (0..<rows).map { row in
      let reach = row.addingReportingOverflow(diagonal)
      let edge = reach.overflow ? (diagonal < 0 ? -1 : columns) : reach.partialValue
      return Swift.min(Swift.max(keepsAbove ? edge : edge &+ 1, 0), columns)
    }
    let result = try noGrad {
      let edges = try Tensor(cuts, shape: [rows, 1]).to(device)
      let column = try Tensor.arange(columns, device: device)
      let keeps = keepsAbove ? try column.ge(edges) : try column.lt(edges)
      return try Tensor.where(keeps, contiguous(), newZeros([]))
    }
    return try result.recorded(name, Input(self) { g, _ in try pullback(g) })
  }

  // MARK: Diagonals

  /// Copies the diagonal of a matrix, or creates a matrix with this vector as its diagonal
  /// (PyTorch: `Tensor.diag`).
  public func diag(_ diagonal: Int = 0) throws -> Tensor {
    switch ndim {
    case 1: return try diagEmbed(offset: diagonal)
    case 2:
      let copy = try noGrad { try self.diagonal(offset: diagonal).clone(memoryFormat: .contiguous) }
      return try copy.recorded(
        "DiagonalBackward0_copy",
        Input(self) { [shape] g, _ in
          try g.placed(in: shape, "DiagonalBackwardBackward0") { try $0.diagonal(offset: diagonal) }
        })
    default:
      throw TensorError(
        .shape, "diag", "diag(): Supports 1D or 2D tensors. Got \(ndim)D")
    }
  }

  /// Creates matrices with the last dimension of this tensor as diagonals, in dimensions `dim1` and
  /// `dim2` (PyTorch: `torch.diag_embed`).
  public func diagEmbed(offset: Int = 0, dim1: Int = -2, dim2: Int = -1) throws -> Tensor {
    try require(
      ndim > 0, .shape, "diagEmbed",
      "expected at least one dimension, but got a 0-dimensional tensor")
    let a = try Layout.wrap(dim1, ndim + 1, "diagEmbed"),
      b = try Layout.wrap(dim2, ndim + 1, "diagEmbed")
    try require(
      a != b, .index, "diagEmbed", "diagonal dimensions cannot be identical \(dim1), \(dim2)")
    let (side, over) = shape[ndim - 1].addingReportingOverflow(Int(clamping: offset.magnitude))
    try require(!over, .memory, "diagEmbed", "an offset of \(offset) is larger than any memory")
    var target = Array(shape.dropLast())
    for d in [Swift.min(a, b), Swift.max(a, b)] { target.insert(side, at: d) }
    return try placed(in: target, "DiagEmbedBackward0") {
      try $0.diagonal(offset: offset, dim1: a, dim2: b)
    }
  }

  /// Creates a matrix with the flattened tensor as its diagonal (PyTorch: `torch.diagflat`).
  public func diagflat(_ offset: Int = 0) throws -> Tensor { try ravel().diagEmbed(offset: offset) }
}
