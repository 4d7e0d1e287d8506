/// Solutions, inverses and determinants of square matrices, from their LU decomposition.
extension Linalg {
  /// Solves `A X = B`, or `X A = B` if `left` is false (PyTorch: `torch.linalg.solve`).
  ///
  /// Batch dimensions broadcast. `b` is a batch of vectors if it is 1-dimensional, or if its shape
  /// is that of `a` without the last dimension.
  /// - Throws: ``TensorError`` `.value` if a matrix is singular.
  public static func solve(_ a: Tensor, _ b: Tensor, left: Bool = true) throws -> Tensor {
    try solveEx(a, b, left: left, checkErrors: true).result
  }

  /// Solves a system of linear equations without a check (PyTorch: `torch.linalg.solve_ex`).
  ///
  /// A nonzero `info` means that the matrix is singular; see ``solve(_:_:left:)``.
  ///
  /// - Throws: ``TensorError`` `.value` for a nonzero `info` if `checkErrors` is true.
  public static func solveEx(
    _ a: Tensor, _ b: Tensor, left: Bool = true, checkErrors: Bool = false
  ) throws -> (result: Tensor, info: Tensor) {
    let name = "linalg.solve"
    try checkSquare(a, name)
    try checkFloat(a, name)
    try checkSame(a, b, name)
    let isVector = b.ndim == 1 || a.ndim - 1 == b.ndim && b.shape == Array(a.shape.dropLast())
    try require(
      isVector || b.ndim >= 2, .shape, name,
      "B must have at least 1 dimension, but has shape \(b.shape)")
    try require(
      left || !isVector, .shape, name,
      "Vector broadcasting of the left hand side is not supported for left=False")
    let right = isVector ? try b.unsqueeze(-1) : b
    try checkSystem(a, right, left, name)
    let (lu, pivots, info) = try luFactors(a, name)
    if checkErrors {
      try checkCodes(info, name) { _ in
        "The solver failed because the input matrix is singular."
      }
    }
    let result = try noGrad {
      let x = try luSolution(lu, pivots, right, left: left, adjoint: false, name)
      guard isVector else { return x }
      let vectors = try x.squeeze(-1)
      // PyTorch stores several vectors as the columns of matrices.
      return vectors.ndim < 2 ? vectors : try Columns(vectors, name).matrices
    }
    let x = try result.recorded(
      "LinalgSolveExBackward0",
      Input(a, saving: a) { g, s in
        let gB = try solve(s[0].transposed, isVector ? g.unsqueeze(-1) : g, left: left)
        let x = isVector ? try s.output.unsqueeze(-1) : s.output
        return left ? try gB.matmul(x.transposed).neg() : try x.transposed.matmul(gB).neg()
      },
      Input(b, saving: a) { g, s in
        let gB = try solve(s[0].transposed, isVector ? g.unsqueeze(-1) : g, left: left)
        return isVector ? try gB.squeeze(-1) : gB
      }, savingOutput: true)
    return (x, info)
  }

  /// Computes the inverse (PyTorch: `torch.linalg.inv`).
  ///
  /// - Throws: ``TensorError`` `.value` if a matrix is singular.
  public static func inv(_ a: Tensor) throws -> Tensor { try invEx(a, checkErrors: true).inverse }

  /// Computes the inverse without a check (PyTorch: `torch.linalg.inv_ex`).
  ///
  /// A nonzero `info` means that the matrix is singular.
  ///
  /// - Throws: ``TensorError`` `.value` for a nonzero `info` if `checkErrors` is true.
  public static func invEx(
    _ a: Tensor, checkErrors: Bool = false
  ) throws -> (inverse: Tensor, info: Tensor) {
    let name = "linalg.inv"
    try checkSquare(a, name)
    let (lu, pivots, info) = try luFactors(a, name)
    if checkErrors {
      try checkCodes(info, name) {
        "The diagonal element \($0) is zero, the inversion could not be completed because the input matrix is singular."
      }
    }
    let eye = try Tensor.eye(a.rowCount, dtype: a.dtype, device: a.device)
    let inverse = try luSolution(lu, pivots, eye, left: true, adjoint: false, name).recorded(
      "LinalgInvExBackward0",
      Input(a) { g, s in
        let y = try s.output.transposed
        return try y.matmul(g).matmul(y).neg()
      }, savingOutput: true)
    return (inverse, info)
  }

  /// Computes the determinant (PyTorch: `torch.linalg.det`).
  ///
  /// It is differentiable also for singular matrices.
  ///
  /// - Shape: `[*, n, n]` → `[*]`.
  public static func det(_ a: Tensor) throws -> Tensor {
    let name = "linalg.det"
    try checkSquare(a, name)
    let (lu, pivots, _) = try luFactors(a, name)
    let y = try noGrad {
      try lu.diagonal(dim1: -2, dim2: -1).prod(dim: -1) * signs(pivots, lu, name)
    }
    return try y.recorded(
      "LinalgDetBackward0",
      Input(a, saving: a) { g, s in
        let singular = try noGrad { try s.output.eq(0).any().item(as: Bool.self) }
        let slope =
          singular ? try cofactors(s[0]) : try inv(s[0]).transposed * s.output.asMatrices()
        return try g.asMatrices() * slope
      }, savingOutput: true)
  }

  /// Computes the sign and the logarithm of the absolute value of the determinant
  /// (PyTorch: `torch.linalg.slogdet`).
  ///
  /// They are 0 and −∞ for singular matrices.
  public static func slogdet(_ a: Tensor) throws -> (sign: Tensor, logabsdet: Tensor) {
    try slogdet(a, "linalg.slogdet")
  }

  fileprivate static func slogdet(
    _ a: Tensor, _ name: String
  ) throws -> (sign: Tensor, logabsdet: Tensor) {
    try checkSquare(a, name)
    let (lu, pivots, _) = try luFactors(a, name)
    let (sign, size) = try noGrad {
      let diagonal = try lu.diagonal(dim1: -2, dim2: -1)
      return (
        try diagonal.sgn().prod(dim: -1) * signs(pivots, lu, name),
        try diagonal.abs().log().sum(dim: -1)
      )
    }
    // The sign is constant almost everywhere.
    try Recording.record([sign, size], "LinalgSlogdetBackward0", [a], saving: [a]) { g, s in
      [try g[1].map { try $0.asMatrices() * invEx(s[0]).inverse.transposed }]
    }
    return (sign, size)
  }

  /// Computes the signs of the permutations.
  private static func signs(_ pivots: Tensor, _ lu: Tensor, _ name: String) throws -> Tensor {
    let n = pivots.shape[pivots.ndim - 1]
    let own = try Tensor.arange(1, n + 1, dtype: .int32, device: pivots.device)
    let exchanges = try pivots.ne(own).sum(dim: -1)
    return try (exchanges.remainder(2) * -2 + 1).to(lu.dtype)
  }

  /// Computes the cofactor matrices `det(U) det(V) · U diag(Π_{j≠i} sⱼ) Vᵀ`, without an inverse.
  private static func cofactors(_ a: Tensor) throws -> Tensor {
    let (u, s, vh) = try svd(a, fullMatrices: false)
    let n = a.rowCount
    let eye = try Tensor.eye(n, dtype: .bool, device: a.device)
    let others = try Tensor.where(eye, 1, s.unsqueeze(-2).expand(s.shape + [n])).prod(dim: -1)
    let turn = try noGrad { try det(u.detach()) * det(vh.detach()) }
    return try turn.asMatrices() * (u * others.unsqueeze(-2)).matmul(vh)
  }

  /// Solves `tensordot(A, X, x.ndim) = B` for X (PyTorch: `torch.linalg.tensorsolve`).
  ///
  /// The dimensions `dims` of `a` are moved to the end first.
  public static func tensorsolve(_ a: Tensor, _ b: Tensor, dims: [Int]? = nil) throws -> Tensor {
    let name = "linalg.tensorsolve"
    var moved = a
    if let dims {
      let ends = try Layout.wrap(dims, a.ndim, name)
      moved = try a.movedim(ends, ends.indices.map { a.ndim - ends.count + $0 })
    }
    try require(
      b.ndim <= moved.ndim, .shape, name,
      "B must not have more dimensions than A, but the shapes are \(a.shape) and \(b.shape)")
    let (front, back) = (moved.shape.prefix(b.ndim), moved.shape.dropFirst(b.ndim))
    let (rows, columns) = (front.reduce(1, *), back.reduce(1, *))
    try require(
      rows == columns, .shape, name,
      "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got \(got: columns) != \(got: rows)"
    )
    return try solve(moved.reshape([rows, columns]), b.flatten()).reshape(Array(back))
  }

  /// Computes the inverse of `a` as a map between its first `ind` dimensions and the others
  /// (PyTorch: `torch.linalg.tensorinv`).
  public static func tensorinv(_ a: Tensor, ind: Int = 2) throws -> Tensor {
    let name = "linalg.tensorinv"
    try require(
      ind > 0, .value, name, "Expected a strictly positive integer for 'ind', but got \(got: ind)")
    let (front, back) = (a.shape.prefix(ind), a.shape.dropFirst(ind))
    let (rows, columns) = (front.reduce(1, *), back.reduce(1, *))
    try require(
      rows == columns, .shape, name,
      "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got \(got: columns) != \(got: rows)"
    )
    return try inv(a.reshape([rows, columns])).reshape(Array(back) + front)
  }
}

extension Tensor {
  /// Computes ``Linalg/inv(_:)`` (PyTorch: `Tensor.inverse`).
  public func inverse() throws -> Tensor { try Linalg.inv(self) }
  /// Computes ``Linalg/det(_:)`` (PyTorch: `Tensor.det`).
  public func det() throws -> Tensor { try Linalg.det(self) }
  /// Computes ``Linalg/slogdet(_:)`` (PyTorch: `Tensor.slogdet`).
  public func slogdet() throws -> (sign: Tensor, logabsdet: Tensor) { try Linalg.slogdet(self) }
  /// Computes the logarithm of the determinant; NaN if the determinant is negative
  /// (PyTorch: `Tensor.logdet`).
  public func logdet() throws -> Tensor {
    let (sign, size) = try Linalg.slogdet(self, "logdet")
    return try Tensor.where(sign.eq(-1), Double.nan, size)
  }
}
