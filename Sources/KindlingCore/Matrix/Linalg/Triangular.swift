/// Triangular systems and the Cholesky decomposition.
extension Linalg {
  /// Solves `A X = B`, or `X A = B` if `left` is false, with a triangular A
  /// (PyTorch: `torch.linalg.solve_triangular`).
  ///
  /// The other triangle of `a` is not read, nor its diagonal if `unitriangular`. A zero on the
  /// diagonal gives infinities and NaN. Batch dimensions broadcast.
  /// - Shape: `[*, n, n]` and `[*, n, k]` (`[*, k, n]` if `left` is false) → that of `b`.
  public static func solveTriangular(
    _ a: Tensor, _ b: Tensor, upper: Bool, left: Bool = true, unitriangular: Bool = false
  ) throws -> Tensor {
    let name = "linalg.solve_triangular"
    try checkSquare(a, name)
    try checkMatrix(b, name, "B")
    try checkFloat(a, name)
    try checkSame(a, b, name)
    try checkSystem(a, b, left, name)
    let x = try triangularSolution(
      a, b, upper: upper, left: left, unitriangular: unitriangular, name)
    return try x.recorded(
      "LinalgSolveTriangularBackward0",
      Input(a, saving: a, b) { g, s in
        let gB = try solveTriangular(
          s[0].transposed, g, upper: !upper, left: left, unitriangular: unitriangular)
        let x = s.output
        let gA = left ? try gB.matmul(x.transposed).neg() : try x.transposed.matmul(gB).neg()
        return upper ? try gA.triu(unitriangular ? 1 : 0) : try gA.tril(unitriangular ? -1 : 0)
      },
      Input(b, saving: a) { g, s in
        try solveTriangular(
          s[0].transposed, g, upper: !upper, left: left, unitriangular: unitriangular)
      }, savingOutput: true)
  }

  /// Throws if the shapes of A and B do not match.
  static func checkSystem(_ a: Tensor, _ b: Tensor, _ left: Bool, _ name: String) throws {
    try require(
      (left ? b.rowCount : b.columnCount) == a.rowCount, .shape, name,
      "Incompatible shapes of A and B for the equation \(left ? "AX = B" : "XA = B") (\(a.rowCount)x\(a.columnCount) and \(b.rowCount)x\(b.columnCount))"
    )
  }

  static func triangularSolution(
    _ a: Tensor, _ b: Tensor, upper: Bool, left: Bool, unitriangular: Bool, _ name: String
  ) throws -> Tensor {
    try noGrad {
      let batch = try Layout.broadcast(a.batch, b.batch, name)
      let factor = try Columns(a.expanded(batch: batch), name)
      let x = try Columns(b.expanded(batch: batch), name)
      if x.buffer.numel == 0 { return x.matrices }
      let solve = try Lapack.routine("trsm", a.dtype, for: name)
      try forEach(x.matrices.batchCount, factor.buffer, x.buffer) { at, _ in
        try solve(
          .text(left ? "L" : "R"), .text(upper ? "U" : "L"), .text("N"),
          .text(unitriangular ? "U" : "N"), .int(x.rows), .int(x.columns), .number(1), .at(at[0]),
          .int(factor.lead), .at(at[1]), .int(x.lead), hasInfo: false)
      }
      return x.matrices
    }
  }

  // MARK: Cholesky

  /// Computes the lower triangular L with `A = L Lᵀ`, or the upper U with `A = Uᵀ U`
  /// (PyTorch: `torch.linalg.cholesky`).
  ///
  /// The matrices are symmetric positive definite; the other triangle is not read.
  ///
  /// - Throws: ``TensorError`` `.value` if a matrix is not positive definite.
  public static func cholesky(_ a: Tensor, upper: Bool = false) throws -> Tensor {
    try choleskyEx(a, upper: upper, checkErrors: true).l
  }

  /// Computes the Cholesky factor without a check (PyTorch: `torch.linalg.cholesky_ex`).
  ///
  /// `info` is 0, or the order of the first leading minor that is not positive definite.
  ///
  /// - Throws: ``TensorError`` `.value` for a nonzero `info` if `checkErrors` is true.
  public static func choleskyEx(
    _ a: Tensor, upper: Bool = false, checkErrors: Bool = false
  ) throws -> (l: Tensor, info: Tensor) {
    let name = "linalg.cholesky"
    try checkSquare(a, name)
    try checkFloat(a, name)
    let info = try integers(a.batch, like: a)
    let factor = try Columns(a, name)
    if a.numel > 0 {
      let factorize = try Lapack.routine("potrf", a.dtype, for: name)
      try forEach(a.batchCount, factor.buffer, info) { at, _ in
        let code = try factorize(
          .text(upper ? "U" : "L"), .int(factor.rows), .at(at[0]), .int(factor.lead))
        at[1].storeBytes(of: Int32(truncatingIfNeeded: code), as: Int32.self)
      }
    }
    if checkErrors {
      try checkCodes(info, name) {
        "The factorization could not be completed because the input is not positive-definite (the leading minor of order \($0) is not positive-definite)."
      }
    }
    let l = try noGrad { try factor.triangle(upper: upper) }
    let y = try l.recorded(
      "LinalgCholeskyExBackward0",
      Input(a) { g, s in
        let l = try upper ? s.output.transposed : s.output
        let g = try upper ? g.transposed : g
        // Φ halves the diagonal of the lower triangle.
        let product = try l.transposed.matmul(g)
        let phi = try product.tril() - product.diagonal(dim1: -2, dim2: -1).diagEmbed() * 0.5
        let inner = try solveTriangular(l, phi, upper: false, left: false)
        let gA = try solveTriangular(l.transposed, inner, upper: true)
        return try (gA + gA.transposed) * 0.5
      }, savingOutput: true)
    return (y, info)
  }
}

extension Tensor {
  /// Solves `A X = self`, with A given by its Cholesky factor (PyTorch: `Tensor.cholesky_solve`).
  ///
  /// The other triangle of the factor, which is not read, also gets a gradient, as in PyTorch.
  public func choleskySolve(_ factor: Tensor, upper: Bool = false) throws -> Tensor {
    let name = "cholesky_solve"
    try Linalg.checkMatrix(self, name, "b")
    try Linalg.checkSquare(factor, name, "u")
    try Linalg.checkFloat(self, name)
    try Linalg.checkSame(factor, self, name)
    try require(
      rowCount == factor.rowCount, .shape, name,
      "Incompatible matrix sizes for cholesky_solve: each A matrix is \(factor.rowCount) by \(factor.columnCount) but each b matrix is \(rowCount) by \(columnCount)"
    )
    // A = L Lᵀ is solved from the outside in.
    let x = try noGrad {
      let l = try upper ? factor.transposed : factor
      let half = try Linalg.triangularSolution(
        l, self, upper: false, left: true, unitriangular: false, name)
      return try Linalg.triangularSolution(
        l.transposed, half, upper: true, left: true, unitriangular: false, name)
    }
    return try x.recorded(
      "CholeskySolveBackward0",
      Input(self, saving: factor) { g, s in try g.choleskySolve(s[0], upper: upper) },
      Input(factor, saving: factor) { g, s in
        let gB = try g.choleskySolve(s[0], upper: upper)
        let common = try gB.matmul(s.output.transposed)
        let both = try (common + common.transposed).neg()
        return upper ? try s[0].matmul(both) : try both.matmul(s[0])
      }, savingOutput: true)
  }

  /// Computes the inverse of the matrix with this Cholesky factor
  /// (PyTorch: `Tensor.cholesky_inverse`).
  ///
  /// The other triangle of the factor, which is not read, also gets a gradient, as in PyTorch.
  /// - Throws: ``TensorError`` `.value` for a factor with a zero on its diagonal.
  public func choleskyInverse(upper: Bool = false) throws -> Tensor {
    let name = "cholesky_inverse"
    try Linalg.checkSquare(self, name)
    try Linalg.checkFloat(self, name)
    let inverse = try noGrad {
      let zeros = try diagonal(dim1: -2, dim2: -1).eq(0)
      if numel > 0, try zeros.any().item(as: Bool.self) {
        let codes = try zeros.to(.int32).cumsum(dim: -1).eq(0).sum(dim: -1)
        let n = columnCount
        try Linalg.checkCodes(Tensor.where(codes.eq(n), 0, codes + 1), name) {
          "The diagonal element \($0) is zero, the inversion could not be completed because the input matrix is singular."
        }
      }
      let eye = try Tensor.eye(columnCount, dtype: dtype, device: device)
      return try eye.expand(shape).choleskySolve(self, upper: upper)
    }
    return try inverse.recorded(
      "CholeskyInverseBackward0",
      Input(self, saving: self) { g, s in
        let y = s.output
        let common = try y.matmul(g + g.transposed).matmul(y).neg()
        return upper ? try s[0].matmul(common) : try common.matmul(s[0])
      }, savingOutput: true)
  }

  /// Solves `A X = self`, and returns a copy of the triangular A
  /// (PyTorch: `Tensor.triangular_solve`).
  ///
  /// PyTorch has replaced it by ``Linalg/solveTriangular(_:_:upper:left:unitriangular:)``.
  public func triangularSolve(
    _ a: Tensor, upper: Bool = true, transpose: Bool = false, unitriangular: Bool = false
  ) throws -> (solution: Tensor, clonedCoefficient: Tensor) {
    let name = "triangular_solve"
    try Warnings.warn(
      .deprecated, "",
      "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a future PyTorch release.\ntorch.linalg.solve_triangular has its arguments reversed and does not return a copy of one of the inputs.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\nX = torch.linalg.solve_triangular(A, B)."
    )
    try require(
      ndim >= 2 && a.ndim >= 2, .shape, name,
      "Expected b and A to have at least 2 dimensions, but they have \(ndim) and \(a.ndim) dimensions instead"
    )
    let results = try Tensor.composed("TriangularSolveBackward0", [self, a], savingOutput: true) {
      s in
      let (b, a) = (s[0], s[1])
      let x = try Linalg.solveTriangular(
        transpose ? a.transposed : a, b, upper: upper != transpose, unitriangular: unitriangular)
      let matrices = try a.expand(Array(x.shape.dropLast(2)) + a.shape.suffix(2))
      return [x, try matrices.transposed.clone(memoryFormat: .contiguous).transposed]
    }
    return (results[0], results[1])
  }
}
