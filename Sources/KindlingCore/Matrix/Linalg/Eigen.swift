/// Eigenvalues and functions of symmetric matrices.
extension Linalg {
  /// The triangle of a symmetric matrix that is read.
  public enum Triangle: String, Sendable {
    /// The lower triangle.
    case lower = "L"
    /// The upper triangle.
    case upper = "U"
  }

  /// Computes the ascending eigenvalues and orthonormal eigenvectors (as columns) of symmetric
  /// matrices (PyTorch: `torch.linalg.eigh`).
  ///
  /// Gradients through eigenvectors are finite only if all eigenvalues are distinct. They are
  /// well-defined only for functions that do not depend on the signs of the eigenvectors.
  public static func eigh(
    _ a: Tensor, uplo: Triangle = .lower
  ) throws -> (eigenvalues: Tensor, eigenvectors: Tensor) {
    let (l, v) = try eigenpairs(a, uplo)
    try Recording.record(
      [l, v], "LinalgEighBackward0", [a], saving: [a, l.alias(), v.alias()]
    ) { g, s in
      let (l, v) = isGradEnabled ? try eigh(s[0], uplo: uplo) : (s[1], s[2])
      return [try eighGradient(l, v, g[0], g[1])]
    }
    return (l, v)
  }

  /// Computes the ascending eigenvalues of symmetric matrices (PyTorch: `torch.linalg.eigvalsh`).
  public static func eigvalsh(_ a: Tensor, uplo: Triangle = .lower) throws -> Tensor {
    try eigh(a, uplo: uplo).eigenvalues
  }

  private static func eighGradient(
    _ l: Tensor, _ v: Tensor, _ gL: Tensor?, _ gV: Tensor?
  ) throws -> Tensor? {
    if gL == nil && gV == nil { return nil }
    var inner = try gL?.diagEmbed()
    if let gV {
      let eye = try Tensor.eye(v.columnCount, dtype: .bool, device: v.device)
      let gaps = try Tensor.where(eye, 1, l.unsqueeze(-2) - l.unsqueeze(-1))
      // Only the antisymmetric part rotates eigenvectors; the gradient is symmetric.
      let k = try v.transposed.matmul(gV)
      let turn = try (k - k.transposed) * 0.5 / gaps
      inner = try inner.map { try $0 + turn } ?? turn
    }
    return try inner.map { try v.matmul($0).matmul(v.transposed) }
  }

  private static func eigenpairs(
    _ a: Tensor, _ uplo: Triangle
  ) throws -> (values: Tensor, vectors: Tensor) {
    let name = "linalg.eigh"
    try checkSquare(a, name)
    try checkFloat(a, name)
    let n = a.rowCount
    let vectors = try Columns(a, name)
    let values = try Tensor.zeros(a.batch + [n], dtype: a.dtype, device: a.device)
    let info = try integers(a.batch, like: a)
    if a.numel > 0 {
      try checkFinite(a, name)
      let decompose = try Lapack.routine("syevd", a.dtype, for: name)
      try forEach(a.batchCount, vectors.buffer, values, info) { at, _ in
        let code = try decompose(
          .text("V"), .text(uplo == .lower ? "L" : "U"), .int(n), .at(at[0]), .int(vectors.lead),
          .at(at[1]), .work, .workCount, .integers(3 + 5 * n), .int(3 + 5 * n))
        at[2].storeBytes(of: Int32(truncatingIfNeeded: code), as: Int32.self)
      }
      try checkCodes(info, name) {
        "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues (error code: \($0))."
      }
    }
    return (values, vectors.matrices)
  }

  /// Computes the symmetric square root of symmetric positive definite matrices
  /// (PyTorch: `torch.linalg.matrix_sqrth`).
  ///
  /// Only the lower triangle is read.
  public static func matrixSqrth(_ a: Tensor) throws -> Tensor {
    let name = "linalg.matrix_sqrth"
    try checkSquare(a, name)
    try checkFloat(a, name)
    let y = try noGrad {
      let (l, v) = try eigenpairs(a, .lower)
      return try (v * l.sqrt().unsqueeze(-2)).matmul(v.transposed)
    }
    return try y.recorded(
      "LinalgMatrixSqrthBackward0",
      Input(a) { g, s in
        // dA = X dX + dX X, the Sylvester equation of the result.
        try sylvester(s.output, (g + g.transposed) * 0.5)
      }, savingOutput: true)
  }

  /// Solves `X Y + Y X = C` for Y with a symmetric X, as a quotient in the basis of its
  /// eigenvectors.
  static func sylvester(_ x: Tensor, _ c: Tensor) throws -> Tensor {
    let (l, v) = try eigh(x)
    let inner = try v.transposed.matmul(c).matmul(v) / (l.unsqueeze(-2) + l.unsqueeze(-1))
    return try v.matmul(inner).matmul(v.transposed)
  }
}
