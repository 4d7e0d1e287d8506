/// The singular value decomposition and derived operations.
extension Linalg {
  /// Computes U, S and Vᵀ with `A = U diag(S) Vᵀ` (PyTorch: `torch.linalg.svd`).
  ///
  /// The singular values S are descending, the columns of U and V orthonormal. Gradients through U
  /// and V are finite only if all singular values are distinct. They are well-defined only for
  /// functions that do not depend on the signs of the vectors.
  /// - Shape: `[*, m, n]` → `[*, m, m]`, `[*, k]`, `[*, n, n]`, k = min(m, n); without `fullMatrices`
  ///   `[*, m, k]`, `[*, k]`, `[*, k, n]`.
  public static func svd(
    _ a: Tensor, fullMatrices: Bool = true
  ) throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    let (u, s, vh) = try singularTriples(a, full: fullMatrices)
    try Recording.record(
      [u, s, vh], "LinalgSvdBackward0", [a], saving: [a, u.alias(), s.alias(), vh.alias()]
    ) { g, saved in
      let (u, s, vh) =
        isGradEnabled
        ? try svd(saved[0], fullMatrices: fullMatrices) : (saved[1], saved[2], saved[3])
      let k = s.shape[s.ndim - 1]
      return [
        try svdGradient(
          u.narrow(-1, 0, k), s, vh.narrow(-2, 0, k), gU: g[0]?.narrow(-1, 0, k), gS: g[1],
          gVh: g[2]?.narrow(-2, 0, k))
      ]
    }
    return (u, s, vh)
  }

  /// Computes the descending singular values; NaN for a matrix that is not finite
  /// (PyTorch: `torch.linalg.svdvals`).
  public static func svdvals(_ a: Tensor) throws -> Tensor {
    try checkMatrix(a, "linalg.svdvals")
    try checkFloat(a, "linalg.svdvals")
    let isFinite = try noGrad { try a.isfinite().all(dims: [-2, -1]) }
    if try isFinite.all().item(as: Bool.self) { return try svd(a, fullMatrices: false).s }
    let finite = try Tensor.where(isFinite.unsqueeze(-1).unsqueeze(-1), a, 0)
    return try Tensor.where(isFinite.unsqueeze(-1), svd(finite, fullMatrices: false).s, Double.nan)
  }

  private static func svdGradient(
    _ u: Tensor, _ s: Tensor, _ vh: Tensor, gU: Tensor?, gS: Tensor?, gVh: Tensor?
  ) throws -> Tensor? {
    if gU == nil && gS == nil && gVh == nil { return nil }
    var inner = try gS?.diagEmbed()
    var result: Tensor?
    func add(_ x: Tensor, to sum: inout Tensor?) throws { sum = try sum.map { try $0 + x } ?? x }
    let column = try s.unsqueeze(-1), row = try s.unsqueeze(-2)
    let eye = try Tensor.eye(s.shape[s.ndim - 1], dtype: .bool, device: s.device)
    let gaps = try Tensor.where(eye, 1, row.square() - column.square())
    if let gU {
      let k = try u.transposed.matmul(gU)
      try add((k - k.transposed) / gaps * row, to: &inner)
      if u.rowCount > u.columnCount {
        // The part outside the span of U.
        let rest = try gU - u.matmul(k)
        try add((rest / row).matmul(vh), to: &result)
      }
    }
    if let gVh {
      let k = try vh.matmul(gVh.transposed)
      try add((k - k.transposed) / gaps * column, to: &inner)
      if vh.columnCount > vh.rowCount {
        let rest = try gVh - k.transposed.matmul(vh)
        try add(u.matmul(rest / column), to: &result)
      }
    }
    if let inner { try add(u.matmul(inner).matmul(vh), to: &result) }
    return result
  }

  private static func singularTriples(
    _ a: Tensor, full: Bool
  ) throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    let name = "linalg.svd"
    try checkMatrix(a, name)
    try checkFloat(a, name)
    let (m, n) = (a.rowCount, a.columnCount), k = Swift.min(m, n)
    let work = try Columns(a, name)
    let u = try Columns(a.batch, m, full ? m : k, like: a, name)
    let vh = try Columns(a.batch, full ? n : k, n, like: a, name)
    let s = try Tensor.zeros(a.batch + [k], dtype: a.dtype, device: a.device)
    if a.numel == 0 {
      guard full else { return (u.matrices, s, vh.matrices) }
      func eyes(_ n: Int) throws -> Tensor {
        try Tensor.eye(n, dtype: a.dtype, device: a.device).expand(a.batch + [n, n]).clone()
      }
      return (try eyes(m), s, try eyes(n))
    }
    try checkFinite(a, name)
    let info = try integers(a.batch, like: a)
    let decompose = try Lapack.routine("gesdd", a.dtype, for: name)
    try forEach(a.batchCount, work.buffer, u.buffer, s, vh.buffer, info) { at, _ in
      let code = try decompose(
        .text(full ? "A" : "S"), .int(m), .int(n), .at(at[0]), .int(work.lead), .at(at[2]),
        .at(at[1]), .int(u.lead), .at(at[3]), .int(vh.lead), .work, .workCount, .integers(8 * k))
      at[4].storeBytes(of: Int32(truncatingIfNeeded: code), as: Int32.self)
    }
    try checkCodes(info, name) {
      "The algorithm failed to converge because the input matrix contained non-finite values or has too many repeated singular values (error code: \($0))."
    }
    return (u.matrices, s, vh.matrices)
  }

  /// Computes the polar decomposition `A = U H` (PyTorch: `torch.linalg.polar`).
  ///
  /// The matrices have at least as many rows as columns. U has orthonormal columns, and H is
  /// symmetric and positive semidefinite.
  public static func polar(_ a: Tensor) throws -> (u: Tensor, h: Tensor) {
    let name = "linalg.polar"
    try checkMatrix(a, name)
    try checkFloat(a, name)
    try require(
      a.rowCount >= a.columnCount, .shape, name,
      "input must have at least as many rows as columns, but got \(got: a.rowCount) by \(got: a.columnCount) matrices"
    )
    let (u, h) = try noGrad {
      let (w, s, vh) = try singularTriples(a, full: false)
      return (try w.matmul(vh), try (vh.transposed * s.unsqueeze(-2)).matmul(vh))
    }
    try Recording.record(
      [u, h], "LinalgPolarBackward0", [a], saving: [a, u.alias(), h.alias()]
    ) { g, s in
      let (u, h) = isGradEnabled ? try polar(s[0]) : (s[1], s[2])
      return [try polarGradient(u, h, g[0], g[1])]
    }
    return (u, h)
  }

  /// Computes the gradient of the polar decomposition.
  ///
  /// Ω = Uᵀ dU solves Ω H + H Ω = Uᵀ dA − dAᵀ U, and dH is Uᵀ dA − Ω H. Outside the span of U, dU
  /// is dA H⁻¹.
  private static func polarGradient(
    _ u: Tensor, _ h: Tensor, _ gU: Tensor?, _ gH: Tensor?
  ) throws -> Tensor? {
    if gU == nil && gH == nil { return nil }
    let zero = try Tensor.zeros([], dtype: u.dtype, device: u.device)
    let gU = try gU ?? zero.expand(u.shape), gH = try gH ?? zero.expand(h.shape)
    let k = try u.transposed.matmul(gU) - gH.matmul(h)
    var gA = try u.matmul(sylvester(h, k - k.transposed) + gH)
    if u.rowCount > u.columnCount {
      let outside = try gU - u.matmul(u.transposed.matmul(gU))
      gA = try gA + solve(h, outside, left: false)
    }
    return gA
  }
}

extension Tensor {
  /// Computes U, S and V (not transposed) with `A = U diag(S) Vᵀ` (PyTorch: `Tensor.svd`).
  ///
  /// With `some`, only the first min(m, n) columns of U and V are returned. See
  /// ``Linalg/svd(_:fullMatrices:)``.
  public func svd(some: Bool = true) throws -> (u: Tensor, s: Tensor, v: Tensor) {
    let (u, s, vh) = try Linalg.svd(self, fullMatrices: !some)
    return (u, s, try vh.mT)
  }

  /// Computes an approximate singular value decomposition of rank `q` with random vectors
  /// (PyTorch: `torch.svd_lowrank`).
  ///
  /// The method is algorithm 5.1 of Halko, Martinsson and Tropp, arXiv:0909.4061, with `niter`
  /// rounds of subspace iteration. `m`, which broadcasts to this shape, is subtracted first.
  public func svdLowrank(
    _ q: Int = 6, niter: Int = 2, m: Tensor? = nil, generator: Generator? = nil
  ) throws -> (u: Tensor, s: Tensor, v: Tensor) {
    let name = "svd_lowrank"
    try Linalg.checkMatrix(self, name)
    try Linalg.checkFloat(self, name)
    try require(
      q >= 0 && q <= Swift.min(rowCount, columnCount), .value, name,
      "q(=\(q)) must be non-negative integer and not greater than min(m, n)=\(Swift.min(rowCount, columnCount))"
    )
    try require(
      niter >= 0, .value, name, "niter must be non-negative integer, but got \(got: niter)")
    var a = try m.map { try sub($0) } ?? self
    // The random vectors span the smaller side.
    let isWide = rowCount < columnCount
    if isWide { a = try a.transposed }
    let r = try Tensor.randn(
      [a.columnCount, q], generator: generator, dtype: dtype, device: device)
    var basis = try Linalg.qr(a.matmul(r)).q
    for _ in 0..<niter {
      basis = try Linalg.qr(a.transposed.matmul(basis)).q
      basis = try Linalg.qr(a.matmul(basis)).q
    }
    let (u, s, vh) = try Linalg.svd(basis.transposed.matmul(a), fullMatrices: false)
    let (left, right) = (try basis.matmul(u), try vh.mT)
    return isWide ? (right, s, left) : (left, s, right)
  }

  /// Computes the first `q` principal components of rows of observations
  /// (PyTorch: `torch.pca_lowrank`).
  ///
  /// It is ``svdLowrank(_:niter:m:generator:)`` after subtracting the column means, unless `center`
  /// is false. `q` defaults to min(6, m, n).
  public func pcaLowrank(
    _ q: Int? = nil, center: Bool = true, niter: Int = 2, generator: Generator? = nil
  ) throws -> (u: Tensor, s: Tensor, v: Tensor) {
    try Linalg.checkMatrix(self, "pca_lowrank")
    let a = center ? try sub(mean(dim: -2, keepdim: true)) : self
    return try a.svdLowrank(
      q ?? Swift.min(6, rowCount, columnCount), niter: niter, generator: generator)
  }
}
