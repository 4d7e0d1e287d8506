/// The LU decomposition with partial pivoting, `A = P L U`.
extension Linalg {
  /// Computes L (without its unit diagonal) and U in one matrix, and the pivots
  /// (PyTorch: `torch.linalg.lu_factor`).
  ///
  /// Row i was exchanged with row `pivots[i]`, counted from 1.
  ///
  /// - Throws: ``TensorError`` `.value` if a matrix is singular.
  public static func luFactor(
    _ a: Tensor, pivot: Bool = true
  ) throws -> (lu: Tensor, pivots: Tensor) {
    let (lu, pivots, _) = try luFactorEx(a, pivot: pivot, checkErrors: true)
    return (lu, pivots)
  }

  /// Computes the LU factors without a check (PyTorch: `torch.linalg.lu_factor_ex`).
  ///
  /// `info` is 0, or the position of the first zero on the diagonal of U, counted from 1.
  ///
  /// - Throws: ``TensorError`` `.value` for a nonzero `info` if `checkErrors` is true.
  /// - Shape: `[*, m, n]` → `[*, m, n]`, `[*, min(m, n)]`, `[*]`.
  public static func luFactorEx(
    _ a: Tensor, pivot: Bool = true, checkErrors: Bool = false
  ) throws -> (lu: Tensor, pivots: Tensor, info: Tensor) {
    let name = "linalg.lu_factor"
    try checkPivot(pivot, name)
    let (lu, pivots, info) = try luFactors(a, name)
    if checkErrors {
      try checkCodes(info, name) {
        "U[\($0),\($0)] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
      }
    }
    let y = try lu.recorded(
      "LinalgLuFactorExBackward0",
      Input(a, saving: pivots) { g, s in
        let (p, l, u) = try luUnpack(s.output, s[0])
        let k = Swift.min(g.rowCount, g.columnCount)
        return try luGradient(
          p, l, u, g.narrow(-1, 0, k), g.narrow(-2, 0, k))
      }, savingOutput: true)
    return (y, pivots, info)
  }

  /// Computes P, L and U with `A = P L U` (PyTorch: `torch.linalg.lu`).
  public static func lu(
    _ a: Tensor, pivot: Bool = true
  ) throws -> (p: Tensor, l: Tensor, u: Tensor) {
    let name = "linalg.lu"
    try checkPivot(pivot, name)
    let (p, l, u) = try noGrad {
      let (lu, pivots, _) = try luFactors(a, name)
      return try luUnpack(lu, pivots)
    }
    try Recording.record(
      [l, u], "LinalgLuBackward0", [a], saving: [a, p, l.alias(), u.alias()]
    ) { g, s in
      // For higher derivatives, the factors must be part of the graph.
      let (p, l, u) = isGradEnabled ? try lu(s[0]) : (s[1], s[2], s[3])
      return [try luGradient(p, l, u, g[0], g[1])]
    }
    return (p, l, u)
  }

  /// Unpacks the matrices from ``luFactor(_:pivot:)`` (PyTorch: `torch.lu_unpack`).
  ///
  /// - Throws: ``TensorError`` for pivots that are not int32, have another shape, or are out of
  ///   range.
  public static func luUnpack(
    _ lu: Tensor, _ pivots: Tensor
  ) throws -> (p: Tensor, l: Tensor, u: Tensor) {
    let name = "lu_unpack"
    try checkMatrix(lu, name, "LU_data")
    let (m, n) = (lu.rowCount, lu.columnCount), k = Swift.min(m, n)
    try checkPivots(pivots, lu, name)
    let p = try permutations(pivots, lu, name)
    let (l, u) = try noGrad {
      let eye = try Tensor.eye(m, k, dtype: lu.dtype, device: lu.device)
      return (try lu.narrow(-1, 0, k).tril(-1) + eye, try lu.narrow(-2, 0, k).triu())
    }
    try Recording.record([l, u], "LuUnpackBackward0", [lu]) { g, _ in
      let lower = try g[0]?.tril(-1).grown(-1, to: n), upper = try g[1]?.triu().grown(-2, to: m)
      return [try lower.map { lower in try upper.map { try lower + $0 } ?? lower } ?? upper]
    }
    return (p, l, u)
  }

  /// Solves `A X = B`, with A given by ``luFactor(_:pivot:)`` (PyTorch: `torch.linalg.lu_solve`).
  ///
  /// If `left` is false, it solves `X A = B`; if `adjoint` is true, A is transposed. Batch
  /// dimensions broadcast.
  public static func luSolve(
    _ lu: Tensor, _ pivots: Tensor, _ b: Tensor, left: Bool = true, adjoint: Bool = false
  ) throws -> Tensor {
    let name = "linalg.lu_solve"
    try checkSquare(lu, name, "LU")
    try checkMatrix(b, name, "B")
    try checkFloat(lu, name)
    try checkSame(lu, b, name)
    try checkSystem(lu, b, left, name)
    try checkPivots(pivots, lu, name)
    let x = try luSolution(lu, pivots, b, left: left, adjoint: adjoint, name)
    return try x.recorded(
      "LinalgLuSolveBackward0",
      Input(lu, saving: lu, pivots) { g, s in
        let gB = try luSolve(s[0], s[1], g, left: left, adjoint: !adjoint)
        let x = s.output
        let product = left ? try gB.matmul(x.transposed) : try x.transposed.matmul(gB)
        let (p, l, u) = try luUnpack(s[0], s[1])
        let r = try p.transposed.matmul(adjoint ? product.transposed : product).neg()
        return try r.matmul(u.transposed).tril(-1) + l.transposed.matmul(r).triu()
      },
      Input(b, saving: lu, pivots) { g, s in
        try luSolve(s[0], s[1], g, left: left, adjoint: !adjoint)
      }, savingOutput: true)
  }

  // MARK: Parts

  private static func checkPivot(_ pivot: Bool, _ name: String) throws {
    try require(pivot, .unsupported, name, "LU without pivoting is not implemented on the CPU")
  }

  /// Computes the packed factors, the pivots and LAPACK's codes, unrecorded.
  static func luFactors(
    _ a: Tensor, _ name: String
  ) throws -> (lu: Tensor, pivots: Tensor, info: Tensor) {
    try checkMatrix(a, name)
    try checkFloat(a, name)
    let k = Swift.min(a.rowCount, a.columnCount)
    let factor = try Columns(a, name)
    let pivots = try integers(a.batch + [k], like: a), info = try integers(a.batch, like: a)
    if a.numel > 0 {
      let factorize = try Lapack.routine("getrf", a.dtype, for: name)
      try forEach(a.batchCount, factor.buffer, pivots, info) { at, _ in
        let code = try factorize(
          .int(factor.rows), .int(factor.columns), .at(at[0]), .int(factor.lead), .at(at[1]))
        at[2].storeBytes(of: Int32(truncatingIfNeeded: code), as: Int32.self)
      }
    }
    return (factor.matrices, pivots, info)
  }

  /// Solves a system from packed factors, unrecorded.
  static func luSolution(
    _ lu: Tensor, _ pivots: Tensor, _ b: Tensor, left: Bool, adjoint: Bool, _ name: String
  ) throws -> Tensor {
    try noGrad {
      let batch = try Layout.broadcast(lu.batch, b.batch, name)
      _ = try rows(pivots, lu, name)
      let factor = try Columns(lu.expanded(batch: batch), name)
      let places = try pivots.expand(batch + [lu.rowCount]).clone()
      // X A = B is Aᵀ Xᵀ = Bᵀ.
      let right = try b.expanded(batch: batch)
      let x = try Columns(left ? right : right.transposed, name)
      if x.buffer.numel > 0 {
        let solve = try Lapack.routine("getrs", lu.dtype, for: name)
        try forEach(x.matrices.batchCount, factor.buffer, places, x.buffer) { at, _ in
          try solve(
            .text(left == adjoint ? "T" : "N"), .int(x.rows), .int(x.columns), .at(at[0]),
            .int(factor.lead), .at(at[1]), .at(at[2]), .int(x.lead))
        }
      }
      return try left ? x.matrices : x.matrices.transposed
    }
  }

  /// Returns the row of A for each row of L U, for one matrix after another.
  static func rows(_ pivots: Tensor, _ lu: Tensor, _ name: String) throws -> HostBuffer<Int> {
    let (m, k) = (lu.rowCount, Swift.min(lu.rowCount, lu.columnCount))
    try require(
      pivots.dtype == .int32, .dtype, name,
      "pivots should be a Tensor of scalar type torch.int32, but got \(got: pivots.dtype)")
    try require(
      pivots.ndim >= 1 && pivots.shape[pivots.ndim - 1] == k, .shape, name,
      "Number of pivots per batch should be same as the dimension of the matrix (\(expected: k)), but got shape \(got: pivots.shape)"
    )
    let all = try pivots.hostElements(as: Int32.self, name)
    let batch = k == 0 ? lu.batchCount : all.count / k
    let numel = try Layout.checkedCount([batch, m], .int64, name)
    let order = try HostBuffer<Int>(count: numel, name)
    try order.withElements { order in
      for i in order.indices { order[i] = i % m }
      for i in 0..<batch {
        for j in 0..<k {
          let other = Int(all[i * k + j]) - 1
          try require(
            (0..<m).contains(other), .index, name,
            "pivots must name rows from 1 to \(expected: m), but got \(got: other + 1) at place \(got: j)"
          )
          order.swapAt(i * m + j, i * m + other)
        }
      }
    }
    return order
  }

  /// Throws if the pivots do not match the matrices of the batch.
  private static func checkPivots(_ pivots: Tensor, _ lu: Tensor, _ name: String) throws {
    let count = Swift.min(lu.rowCount, lu.columnCount), expected = lu.batch + [count]
    try require(
      pivots.shape.last == count, .shape, name,
      "Number of pivots per batch should be same as the dimension of the matrix (\(count)), but their shape is \(pivots.shape)"
    )
    try require(
      pivots.shape == expected, .shape, name,
      "Expected pivots to have shape \(expected: expected) but got \(got: pivots.shape) instead")
  }

  private static func permutations(
    _ pivots: Tensor, _ lu: Tensor, _ name: String
  ) throws -> Tensor {
    let m = lu.rowCount, order = try rows(pivots, lu, name)
    let shape = pivots.shape.dropLast() + [m, m]
    let numel = try Layout.checkedCount(Array(shape), lu.dtype, name)
    let ones = try HostBuffer<Int8>(repeating: 0, count: numel, name)
    ones.withElements { ones in
      for (place, row) in order.enumerated() {
        ones[(place / m * m + row) * m + place % m] = 1
      }
    }
    return try ones.tensor(shape: Array(shape)).to(lu.dtype).to(lu.device)
  }

  /// Computes the gradient of A from those of L and U.
  ///
  /// If A is wide, its columns after the square part are L⁻¹ Pᵀ A₂. If it is tall, its rows below
  /// are A₂ U⁻¹.
  private static func luGradient(
    _ p: Tensor, _ l: Tensor, _ u: Tensor, _ gL: Tensor?, _ gU: Tensor?
  ) throws -> Tensor? {
    if gL == nil && gU == nil { return nil }
    let (m, n) = (l.rowCount, u.columnCount), k = Swift.min(m, n)
    let zero = try Tensor.zeros([], dtype: l.dtype, device: l.device)
    let gL = try gL ?? zero.expand(l.shape), gU = try gU ?? zero.expand(u.shape)
    let (l1, u1) = (try l.narrow(-2, 0, k), try u.narrow(-1, 0, k))
    // The gradients of the factors' stored triangles.
    var lower = try l1.transposed.matmul(gL.narrow(-2, 0, k).tril(-1))
    var upper = try gU.narrow(-1, 0, k).triu().matmul(u1.transposed)
    var beside: Tensor?, below: Tensor?
    if n > k {
      let g2 = try gU.narrow(-1, k, n - k)
      beside = try solveTriangular(l1.transposed, g2, upper: true, unitriangular: true)
      lower = try lower - g2.matmul(u.narrow(-1, k, n - k).transposed)
    }
    if m > k {
      let g2 = try gL.narrow(-2, k, m - k)
      below = try solveTriangular(u1.transposed, g2, upper: false, left: false)
      upper = try upper - l.narrow(-2, k, m - k).transposed.matmul(g2)
    }
    let inner = try lower.tril(-1) + upper.triu()
    let half = try solveTriangular(l1.transposed, inner, upper: true, unitriangular: true)
    var gA = try solveTriangular(u1.transposed, half, upper: false, left: false)
    if let beside { gA = try Tensor.cat([gA, beside], dim: -1) }
    if let below { gA = try Tensor.cat([gA, below], dim: -2) }
    return try p.matmul(gA)
  }
}

extension Tensor {
  /// Solves `A X = self`, with A given by its factors (PyTorch: `Tensor.lu_solve`); see
  /// ``Linalg/luSolve(_:_:_:left:adjoint:)``.
  public func luSolve(_ lu: Tensor, _ pivots: Tensor) throws -> Tensor {
    try Linalg.luSolve(lu, pivots, self)
  }
}
