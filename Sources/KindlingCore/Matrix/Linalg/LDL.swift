/// The decomposition of symmetric, possibly indefinite matrices `A = L D Lᵀ`, where D has blocks of
/// one or two rows.
///
/// It is not differentiable, as in PyTorch.
extension Linalg {
  /// Computes L and D in one matrix, and the row exchanges (PyTorch: `torch.linalg.ldl_factor`).
  ///
  /// Only the lower triangle is read.
  ///
  /// - Throws: ``TensorError`` `.value` if a matrix is singular.
  public static func ldlFactor(
    _ a: Tensor, hermitian: Bool = false
  ) throws -> (ld: Tensor, pivots: Tensor) {
    let (ld, pivots, _) = try ldlFactorEx(a, hermitian: hermitian, checkErrors: true)
    return (ld, pivots)
  }

  /// Computes the LDL factors without a check (PyTorch: `torch.linalg.ldl_factor_ex`).
  ///
  /// `info` is 0, or the position of a zero block of D, counted from 1.
  ///
  /// - Throws: ``TensorError`` `.value` for a nonzero `info` if `checkErrors` is true.
  public static func ldlFactorEx(
    _ a: Tensor, hermitian: Bool = false, checkErrors: Bool = false
  ) throws -> (ld: Tensor, pivots: Tensor, info: Tensor) {
    // For real matrices, both interpretations are the same.
    _ = hermitian
    let name = "linalg.ldl_factor"
    try checkSquare(a, name)
    try checkFloat(a, name)
    let factor = try Columns(a, name)
    let pivots = try integers(Array(a.shape.dropLast()), like: a)
    let info = try integers(a.batch, like: a)
    if a.numel > 0 {
      let factorize = try Lapack.routine("sytrf", a.dtype, for: name)
      try forEach(a.batchCount, factor.buffer, pivots, info) { at, _ in
        let code = try factorize(
          .text("L"), .int(factor.rows), .at(at[0]), .int(factor.lead), .at(at[1]), .work,
          .workCount)
        at[2].storeBytes(of: Int32(truncatingIfNeeded: code), as: Int32.self)
      }
    }
    if checkErrors {
      try checkCodes(info, name) {
        "the block of D at \($0) is zero, and solving with it would divide by zero; use ldlFactorEx to have the factors all the same"
      }
    }
    let ld = try noGrad { try factor.triangle(upper: false) }
    return try (refusing(ld, a, "ldl_factor_ex"), pivots, info)
  }

  /// Solves `A X = B`, with A given by ``ldlFactor(_:hermitian:)``
  /// (PyTorch: `torch.linalg.ldl_solve`).
  public static func ldlSolve(
    _ ld: Tensor, _ pivots: Tensor, _ b: Tensor, hermitian: Bool = false
  ) throws -> Tensor {
    _ = hermitian
    let name = "linalg.ldl_solve"
    try checkSquare(ld, name, "LD")
    try checkMatrix(b, name, "B")
    try checkFloat(ld, name)
    try checkSame(ld, b, name)
    try checkSystem(ld, b, true, name)
    try require(
      pivots.dtype.isInteger && pivots.shape == Array(ld.shape.dropLast()), .shape, name,
      "Expected LD.shape[:-1] and pivots.shape to be the same and pivots to be integers, but got LD with shape \(got: ld.shape) and pivots of shape \(got: pivots.shape) and dtype \(got: pivots.dtype)"
    )
    let n = ld.rowCount
    // LAPACK would follow a pivot out of the matrix; negative ones come in pairs.
    for (i, p) in try pivots.toArray(as: Int.self).enumerated()
    where p == 0 || p < -n || p > n || p == .min {
      throw TensorError(
        .index, name,
        "pivots must name rows from 1 to \(expected: n), but got \(got: p) at place \(got: i)")
    }
    try checkPairs(pivots, n, name)
    let x = try noGrad {
      let batch = try Layout.broadcast(ld.batch, b.batch, name)
      let factor = try Columns(ld.expanded(batch: batch), name)
      let places = try pivots.to(.int32).expand(batch + [n]).clone()
      let x = try Columns(b.expanded(batch: batch), name)
      if x.buffer.numel > 0 {
        let solve = try Lapack.routine("sytrs", ld.dtype, for: name)
        try forEach(x.matrices.batchCount, factor.buffer, places, x.buffer) { at, _ in
          try solve(
            .text("L"), .int(n), .int(x.columns), .at(at[0]), .int(factor.lead), .at(at[1]),
            .at(at[2]), .int(x.lead))
        }
      }
      return x.matrices
    }
    return try refusing(refusing(x, ld, "linalg_ldl_solve"), b, "linalg_ldl_solve")
  }

  /// Throws if a negative pivot, which marks a block of two rows, is not paired.
  private static func checkPairs(_ pivots: Tensor, _ n: Int, _ name: String) throws {
    let all = try pivots.toArray(as: Int.self)
    for start in stride(from: 0, to: all.count, by: Swift.max(n, 1)) {
      var i = 0
      while i < n {
        let isPair = all[start + i] < 0
        try require(
          !isPair || i + 1 < n && all[start + i + 1] < 0, .value, name,
          "negative pivots must come in pairs, but the one at place \(i) is alone")
        i += isPair ? 2 : 1
      }
    }
  }

  /// `y`, recorded as something without a derivative.
  private static func refusing(_ y: Tensor, _ x: Tensor, _ name: String) throws -> Tensor {
    try y.recorded(
      "NotImplemented",
      Input(x) { _, _ in
        throw TensorError(.autograd, name, "the derivative for '\(name)' is not implemented.")
      })
  }
}
