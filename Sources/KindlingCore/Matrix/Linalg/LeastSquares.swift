/// Least squares, pseudoinverses and ranks.
extension Linalg {
  /// A LAPACK driver for least-squares problems.
  public enum LstsqDriver: String, Sendable {
    /// QR; the matrices must have full rank.
    case gels
    /// QR with pivoting, the default.
    case gelsy
    /// The singular value decomposition by divide and conquer.
    case gelsd
    /// The singular value decomposition.
    case gelss
  }

  /// The result of ``lstsq(_:_:rcond:driver:)``.
  public struct LstsqResult {
    /// The shortest X that minimizes ‖A X − B‖.
    public let solution: Tensor
    /// The squares of ‖A X − B‖ for each column if A is tall and of full rank; otherwise, and for
    /// `gelsy`, empty.
    public let residuals: Tensor
    /// The rank of each matrix; empty for `gels`.
    public let rank: Tensor
    /// The singular values, for `gelsd` and `gelss`; else empty.
    public let singularValues: Tensor
  }

  /// Solves a least-squares problem (PyTorch: `torch.linalg.lstsq`).
  ///
  /// Singular values below `rcond` times the largest count as 0; nil means the precision of the
  /// dtype times max(m, n). `driver` is the method.
  ///
  /// - Shape: `[*, m, n]` and `[*, m, k]` (or `[*, m]`) → `[*, n, k]` (or `[*, n]`).
  public static func lstsq(
    _ a: Tensor, _ b: Tensor, rcond: Double? = nil, driver: LstsqDriver = .gelsy
  ) throws -> LstsqResult {
    let name = "linalg.lstsq"
    try checkMatrix(a, name, "input")
    try checkFloat(a, name)
    try checkSame(a, b, name)
    let isVector = b.ndim == 1 || a.ndim - 1 == b.ndim && b.shape == Array(a.shape.dropLast())
    let right = isVector ? try b.unsqueeze(-1) : b
    try require(
      right.ndim >= 2 && right.rowCount == a.rowCount, .shape, name,
      "input.size(-2) should match other.size(-2), but the shapes are \(a.shape) and \(b.shape)")
    let batch = try Layout.broadcast(a.batch, right.batch, name)
    let (m, n) = (a.rowCount, a.columnCount)
    let cut = rcond ?? epsilon(a.dtype) * Double(Swift.max(m, n))
    let (raw, rank, values) = try noGrad {
      try leastSquares(a.expanded(batch: batch), right.expanded(batch: batch), cut, driver)
    }
    let (x, residuals) = try noGrad {
      // The rows of the solution, without the remaining rows, as in PyTorch.
      let dropped = isVector ? [raw.ndim - 1] : []
      let x = raw.alias(
        shape: raw.batch + [n, raw.columnCount], strides: raw.strides, offset: raw.storageOffset
      ).dropping(dropped)
      let full = try driver == .gels || rank.eq(n).all().item(as: Bool.self)
      let rest =
        try m > n && full && driver != .gelsy
        ? raw.narrow(-2, n, m - n).square().sum(dim: -2)
        : Tensor.empty([0], dtype: a.dtype, device: a.device)
      return (x, rest)
    }
    try Recording.record([x, residuals], "LinalgLstsqBackward0", [a, right], saving: [a, right]) {
      g, s in
      let (a, b) = (s[0], s[1])
      var gA: Tensor?, gB: Tensor?
      if var gX = g[0] {
        if isVector { gX = try gX.unsqueeze(-1) }
        let inverse = try pinv(a)
        gA = try pinvGradient(a, inverse, gX.matmul(b.transposed))
        gB = try inverse.transposed.matmul(gX)
      }
      if let gR = g[1], gR.numel > 0 {
        let x = try pinv(a).matmul(b)
        let slope = try (a.matmul(x) - b) * gR.unsqueeze(-2) * 2
        let throughA = try slope.matmul(x.transposed), throughB = try slope.neg()
        gA = try gA.map { try $0 + throughA } ?? throughA
        gB = try gB.map { try $0 + throughB } ?? throughB
      }
      return [gA, gB]
    }
    return LstsqResult(solution: x, residuals: residuals, rank: rank, singularValues: values)
  }

  /// Computes the solution above the remaining rows of B, the ranks and the singular values,
  /// unrecorded.
  private static func leastSquares(
    _ a: Tensor, _ b: Tensor, _ rcond: Double, _ driver: LstsqDriver
  ) throws -> (raw: Tensor, rank: Tensor, values: Tensor) {
    let name = "linalg.lstsq"
    let (m, n) = (a.rowCount, a.columnCount), k = Swift.min(m, n)
    let matrix = try Columns(a, name)
    let x = try Columns(b.grown(-2, to: Swift.max(m, n)), name)
    let none = try Tensor.empty([0], dtype: a.dtype, device: a.device)
    let hasRank = driver != .gels, hasValues = driver == .gelsd || driver == .gelss
    let rank = try integers(a.batch, like: a), info = try integers(a.batch, like: a)
    let values = try Tensor.zeros(a.batch + [k], dtype: a.dtype, device: a.device)
    if a.numel > 0, b.numel > 0 {
      if hasValues { try checkFinite(a, name) }
      let solve = try Lapack.routine(driver.rawValue, a.dtype, for: name)
      try forEach(a.batchCount, matrix.buffer, x.buffer, values, rank, info) { at, _ in
        let code =
          switch driver {
          case .gels:
            try solve(
              .text("N"), .int(m), .int(n), .int(x.columns), .at(at[0]), .int(matrix.lead),
              .at(at[1]), .int(x.lead), .work, .workCount)
          case .gelsy:
            try solve(
              .int(m), .int(n), .int(x.columns), .at(at[0]), .int(matrix.lead), .at(at[1]),
              .int(x.lead), .integers(n), .number(rcond), .at(at[3]), .work, .workCount)
          case .gelsd:
            try solve(
              .int(m), .int(n), .int(x.columns), .at(at[0]), .int(matrix.lead), .at(at[1]),
              .int(x.lead), .at(at[2]), .number(rcond), .at(at[3]), .work, .workCount,
              .integers(k * (3 * 32 + 11)))
          case .gelss:
            try solve(
              .int(m), .int(n), .int(x.columns), .at(at[0]), .int(matrix.lead), .at(at[1]),
              .int(x.lead), .at(at[2]), .number(rcond), .at(at[3]), .work, .workCount)
          }
        at[4].storeBytes(of: Int32(truncatingIfNeeded: code), as: Int32.self)
      }
      try checkCodes(info, name) {
        "The least squares solution could not be computed because the input matrix does not have full rank (error code: \($0)); use driver: .gelsd."
      }
    } else {
      try x.buffer.backend.fill(x.buffer, .int(0))
    }
    return (
      x.matrices, hasRank ? try rank.to(.int64) : try none.to(.int64), hasValues ? values : none
    )
  }

  // MARK: Pseudoinverses

  /// Computes the Moore-Penrose pseudoinverse (PyTorch: `torch.linalg.pinv`).
  ///
  /// Singular values below max(`atol`, largest · `rtol`) count as 0. If `rtol` is nil, it is the
  /// precision of the dtype times max(m, n), or 0 if `atol` is above 0. With `hermitian`, matrices
  /// are symmetric, and the faster eigenvalue decomposition is used.
  public static func pinv(
    _ a: Tensor, atol: Tensor? = nil, rtol: Tensor? = nil, hermitian: Bool = false
  ) throws -> Tensor {
    let name = "linalg.pinv"
    guard a.ndim >= 2, a.dtype == .float32 || a.dtype == .float64 else {
      throw TensorError(
        a.ndim >= 2 ? .dtype : .shape, name,
        "(\(a.dtype.scalarName){\(a.shape)}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types"
      )
    }
    if hermitian { try checkSquare(a, name) }
    let y = try noGrad {
      if a.numel == 0 {
        return try Tensor.zeros(a.transposed.shape, dtype: a.dtype, device: a.device)
      }
      if hermitian {
        let (l, v) = try eigh(a)
        let sizes = try l.abs()
        let keeps = try sizes.gt(cut(a, sizes.amax(dim: -1, keepdim: true), atol, rtol))
        let inverses = try Tensor.where(keeps, l.reciprocal(), 0)
        return try (v * inverses.unsqueeze(-2)).matmul(v.transposed)
      }
      let (u, s, vh) = try svd(a, fullMatrices: false)
      let keeps = try s.gt(cut(a, s.narrow(-1, 0, 1), atol, rtol))
      let inverses = try Tensor.where(keeps, s.reciprocal(), 0)
      return try (vh.transposed * inverses.unsqueeze(-2)).matmul(u.transposed)
    }
    return try y.recorded(
      "LinalgPinvBackward0",
      Input(a, saving: a) { g, s in try pinvGradient(s[0], s.output, g) }, savingOutput: true)
  }

  /// Computes the pseudoinverse with a number as tolerance.
  public static func pinv<S: TensorScalar>(
    _ a: Tensor, rtol: S, hermitian: Bool = false
  ) throws -> Tensor {
    try pinv(a, rtol: Tensor(rtol.scalar.doubleValue, dtype: .float64), hermitian: hermitian)
  }

  /// Computes the gradient by Golub and Pereyra's formula for constant rank.
  private static func pinvGradient(_ a: Tensor, _ p: Tensor, _ g: Tensor) throws -> Tensor {
    let (pT, gT) = try (p.transposed, g.transposed)
    let through = try pT.matmul(g).matmul(pT).neg()
    // (1 − A P) Gᵀ P Pᵀ and Pᵀ P Gᵀ (1 − P A)
    let left = try gT.matmul(p).matmul(pT)
    let right = try pT.matmul(p).matmul(gT)
    return try through + (left - a.matmul(p.matmul(left))) + (right - right.matmul(p).matmul(a))
  }

  /// Returns the threshold below which singular values count as 0, as a column.
  private static func cut(
    _ a: Tensor, _ greatest: Tensor, _ atol: Tensor?, _ rtol: Tensor?
  ) throws -> Tensor {
    let share = epsilon(a.dtype) * Double(Swift.max(a.rowCount, a.columnCount))
    func column(_ x: Tensor) throws -> Tensor {
      try require(
        x.dtype.isFloatingPoint || x.dtype.isInteger, .dtype, "linalg.pinv",
        "tolerances must be numbers, but got \(got: x.dtype)")
      let x = try x.to(a.dtype)
      return x.ndim == 0 ? x : try x.unsqueeze(-1)
    }
    let absolute = try atol.map(column) ?? Tensor.zeros([], dtype: a.dtype, device: a.device)
    let fallback = try Tensor.full([], share, dtype: a.dtype, device: a.device)
    // An absolute tolerance above 0 is used alone unless a relative one is given too.
    let relative =
      try rtol.map(column)
      ?? Tensor.where(absolute.gt(0), Tensor.zeros([], dtype: a.dtype, device: a.device), fallback)
    return try absolute.maximum(relative * greatest)
  }

  /// Counts the singular values above the tolerances of ``pinv(_:atol:rtol:hermitian:)``
  /// (PyTorch: `torch.linalg.matrix_rank`).
  ///
  /// - Shape: `[*, m, n]` → `[*]`, int64.
  public static func matrixRank(
    _ a: Tensor, atol: Tensor? = nil, rtol: Tensor? = nil, hermitian: Bool = false
  ) throws -> Tensor {
    let name = "linalg.matrix_rank"
    try checkMatrix(a, name, "input")
    try checkFloat(a, name)
    return try noGrad {
      let values = hermitian ? try eigvalsh(a).abs() : try svdvals(a)
      if a.numel == 0 { return try Tensor.zeros(a.batch, dtype: .int64, device: a.device) }
      let greatest = try values.amax(dim: -1, keepdim: true)
      return try values.gt(cut(a, greatest, atol, rtol)).sum(dim: -1)
    }
  }

  private static func epsilon(_ dtype: DType) -> Double {
    dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
  }
}

extension Tensor {
  /// Computes ``Linalg/pinv(_:atol:rtol:hermitian:)`` (PyTorch: `Tensor.pinverse`).
  ///
  /// Singular values below `rcond` times the largest count as 0.
  public func pinverse(rcond: Double = 1e-15) throws -> Tensor {
    try Linalg.pinv(self, rtol: rcond)
  }
}
