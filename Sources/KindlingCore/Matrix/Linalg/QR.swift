/// The QR decomposition, and the reflectors in which LAPACK stores it.
extension Linalg {
  /// The parts of a QR decomposition to compute.
  public enum QRMode: String, Sendable {
    /// Q is `[m, k]` and R `[k, n]`, k = min(m, n).
    case reduced
    /// Q is `[m, m]` and R `[m, n]`.
    case complete
    /// Only R, as in `reduced`; Q has no elements.
    ///
    /// Not differentiable.
    case r
  }

  /// Computes Q with orthonormal columns and the upper triangular R with `A = Q R`
  /// (PyTorch: `torch.linalg.qr`).
  public static func qr(
    _ a: Tensor, mode: QRMode = .reduced
  ) throws -> (q: Tensor, r: Tensor) {
    let name = "linalg.qr"
    try checkMatrix(a, name)
    try checkFloat(a, name)
    let (m, n) = (a.rowCount, a.columnCount), k = Swift.min(m, n)
    let width = mode == .complete ? m : k
    let (q, r) = try noGrad {
      let (packed, tau) = try reflectors(a, name)
      let r = try packed.narrow(-2, 0, width).triu()
      if mode == .r { return (try Tensor.empty([0], dtype: a.dtype, device: a.device), r) }
      let wide = width <= n ? try packed.narrow(-1, 0, width) : try packed.grown(-1, to: width)
      return (try orthogonal(wide, tau, name), r)
    }
    if mode == .r {
      return try (
        q,
        r.recorded(
          "LinalgQrBackward0",
          Input(a) { _, _ in
            throw TensorError(
              .autograd, name,
              "The derivative of linalg.qr depends on Q, which is not computed when mode='r'; use mode: .reduced"
            )
          })
      )
    }
    try Recording.record(
      [q, r], "LinalgQrBackward0", [a], saving: [a, q.alias(), r.alias()]
    ) { g, s in
      try require(
        mode == .reduced || m <= n, .autograd, name,
        "The QR decomposition is not differentiable when mode='complete' and nrows > ncols")
      let (q, r) = isGradEnabled ? try qr(s[0], mode: mode) : (s[1], s[2])
      return [try qrGradient(q, r, g[0], g[1])]
    }
    return (q, r)
  }

  /// Computes the gradient with M = Qᵀ dA R₁⁻¹, whose lower triangle is that of the antisymmetric
  /// Qᵀ dQ.
  private static func qrGradient(
    _ q: Tensor, _ r: Tensor, _ gQ: Tensor?, _ gR: Tensor?
  ) throws -> Tensor? {
    if gQ == nil && gR == nil { return nil }
    let zero = try Tensor.zeros([], dtype: q.dtype, device: q.device)
    let gQ = try gQ ?? zero.expand(q.shape), gR = try gR ?? zero.expand(r.shape)
    let (m, n) = (q.rowCount, r.columnCount)
    if m >= n {
      let x = try (gR.matmul(r.transposed) - q.transposed.matmul(gQ)).triu()
      let symmetric = try x + x.transposed - x.diagonal(dim1: -2, dim2: -1).diagEmbed()
      return try solveTriangular(
        r.transposed, gQ + q.matmul(symmetric), upper: false, left: false)
    }
    let k = try q.transposed.matmul(gQ) - gR.matmul(r.transposed)
    let turn = try q.matmul((k - k.transposed).tril(-1))
    let square = try solveTriangular(
      r.narrow(-1, 0, m).transposed, turn, upper: false, left: false)
    return try q.matmul(gR) + square.grown(-1, to: n)
  }

  /// Computes the first columns of the product of the reflectors `1 − τᵢ vᵢ vᵢᵀ`
  /// (PyTorch: `torch.linalg.householder_product`).
  ///
  /// The vectors are below the diagonal of `a`; the result has as many columns as `a`.
  ///
  /// - Shape: `[*, m, n]` with m ≥ n, and `[*, k]` with k ≤ n → `[*, m, n]`.
  public static func householderProduct(_ a: Tensor, _ tau: Tensor) throws -> Tensor {
    let name = "linalg.householder_product"
    try checkReflectors(a, tau, name)
    let q = try orthogonal(a, tau, name)
    return try q.recorded(
      "LinalgHouseholderProductBackward0",
      Input(a, saving: a, tau) { g, s in
        try Linalg.derivative(of: 0, [s[0], s[1]], g) { try composedProduct($0[0], $0[1]) }
      },
      Input(tau, saving: a, tau) { g, s in
        try Linalg.derivative(of: 1, [s[0], s[1]], g) { try composedProduct($0[0], $0[1]) }
      })
  }

  // MARK: Parts

  /// Throws unless the reflectors are valid; with `wide`, there may be more columns than rows.
  fileprivate static func checkReflectors(
    _ a: Tensor, _ tau: Tensor, _ name: String, wide: Bool = false
  ) throws {
    try checkMatrix(a, name, "input")
    try checkFloat(a, name)
    try checkSame(a, tau, name)
    try require(
      wide || a.rowCount >= a.columnCount, .shape, name,
      "input.shape[-2] must be greater than or equal to input.shape[-1], but the shape is \(a.shape)"
    )
    try require(
      tau.ndim == a.ndim - 1 && tau.shape.dropLast() == a.shape.dropLast(2)[...]
        && tau.shape[tau.ndim - 1] <= Swift.min(a.rowCount, a.columnCount), .shape, name,
      "tau must have the batch dimensions of input, and input.shape[-1] must be greater than or equal to tau.shape[-1], but the shapes are \(a.shape) and \(tau.shape)"
    )
  }

  /// Computes R above the vectors of the reflectors, and their factors, unrecorded.
  static func reflectors(_ a: Tensor, _ name: String) throws -> (packed: Tensor, tau: Tensor) {
    let factor = try Columns(a, name)
    let k = Swift.min(a.rowCount, a.columnCount)
    let tau = try Tensor.zeros(a.batch + [k], dtype: a.dtype, device: a.device)
    if a.numel > 0 {
      let factorize = try Lapack.routine("geqrf", a.dtype, for: name)
      try forEach(a.batchCount, factor.buffer, tau) { at, _ in
        try factorize(
          .int(factor.rows), .int(factor.columns), .at(at[0]), .int(factor.lead), .at(at[1]), .work,
          .workCount)
      }
    }
    return (factor.matrices, tau)
  }

  /// Computes the product of reflectors, unrecorded; `a` is as wide as the result.
  private static func orthogonal(_ a: Tensor, _ tau: Tensor, _ name: String) throws -> Tensor {
    let q = try Columns(a, name), k = tau.shape[tau.ndim - 1]
    let factors = try noGrad { try tau.clone() }
    if a.numel > 0 {
      let multiply = try Lapack.routine("orgqr", a.dtype, for: name)
      try forEach(a.batchCount, q.buffer, factors) { at, _ in
        try multiply(
          .int(q.rows), .int(q.columns), .int(k), .at(at[0]), .int(q.lead), .at(at[1]), .work,
          .workCount)
      }
    }
    return q.matrices
  }

  /// Computes the product with differentiable operations, one reflector at a time.
  private static func composedProduct(_ a: Tensor, _ tau: Tensor) throws -> Tensor {
    let eye = try Tensor.eye(a.rowCount, a.columnCount, dtype: a.dtype, device: a.device)
    return try reflected(a, tau, eye.expand(a.shape), backwards: true)
  }

  /// Applies the reflectors to `c`, from the first or from the last.
  fileprivate static func reflected(
    _ a: Tensor, _ tau: Tensor, _ c: Tensor, backwards: Bool
  ) throws -> Tensor {
    let eye = try Tensor.eye(a.rowCount, a.columnCount, dtype: a.dtype, device: a.device)
    let vectors = try a.tril(-1) + eye
    let order = Array(0..<tau.shape[tau.ndim - 1])
    var y = c
    for i in backwards ? order.reversed() : order {
      let v = try vectors.narrow(-1, i, 1)
      let factor = try tau.narrow(-1, i, 1).unsqueeze(-1)
      y = try y - factor * v.matmul(v.transposed.matmul(y))
    }
    return y
  }

  /// Computes the gradient of input `i` through `body`, which computes the same result as the
  /// operation.
  static func derivative(
    of i: Int, _ inputs: [Tensor], _ g: Tensor, _ body: ([Tensor]) throws -> Tensor
  ) throws -> Tensor? {
    let again = isGradEnabled
    return try enableGrad {
      var inputs = again ? inputs : inputs.map { $0.detach() }
      if !inputs[i].requiresGrad { inputs[i] = try inputs[i].detach().requiresGrad_() }
      let y = try body(inputs)
      guard y.requiresGrad else { return try inputs[i].zeroGradient() }
      return try grad(
        of: [y], withRespectTo: [inputs[i]], gradOutputs: [g], createGraph: again,
        materializeGrads: true)[0]
    }
  }
}

extension Tensor {
  /// Computes R and the vectors of the reflectors in one matrix, and their factors
  /// (PyTorch: `Tensor.geqrf`).
  ///
  /// It is not differentiable; see ``Linalg/qr(_:mode:)``.
  public func geqrf() throws -> (a: Tensor, tau: Tensor) {
    let name = "geqrf"
    try Linalg.checkMatrix(self, name, "input")
    try Linalg.checkFloat(self, name)
    let (packed, tau) = try Linalg.reflectors(self, name)
    try Recording.record([packed, tau], "GeqrfBackward0", [self]) { _, _ in
      throw TensorError(.autograd, name, "the derivative for 'geqrf' is not implemented.")
    }
    return (packed, tau)
  }

  /// Multiplies `other` by Q, or Qᵀ if `transpose`, from the left or the right
  /// (PyTorch: `Tensor.ormqr`).
  ///
  /// Q is given by its reflectors, this tensor and `tau`.
  ///
  /// - Shape: `[*, m, k]`, `[*, k]` and `[*, m, n]` (`[*, n, m]` from the right) → that of `other`.
  public func ormqr(
    _ tau: Tensor, _ other: Tensor, left: Bool = true, transpose: Bool = false
  ) throws -> Tensor {
    let name = "ormqr"
    try Linalg.checkReflectors(self, tau, name, wide: true)
    try Linalg.checkMatrix(other, name, "other")
    try Linalg.checkSame(self, other, name)
    try require(
      other.batch == batch && (left ? other.rowCount : other.columnCount) == rowCount, .shape, name,
      "other.shape[\(left ? -2 : -1)] must be equal to input.shape[-2], and batch dimensions must be the same, but the shapes are \(other.shape) and \(shape)"
    )
    let count = Swift.min(left ? other.rowCount : other.columnCount, columnCount)
    try require(
      tau.shape[tau.ndim - 1] == count, .shape, name,
      "tau.shape[-1] must be equal to min(other.shape[\(left ? -2 : -1)], input.shape[-1]), but the shapes are \(tau.shape), \(other.shape) and \(shape)"
    )
    let y = try noGrad {
      let c = try Columns(other, name), reflectors = try Columns(self, name)
      let factors = try tau.clone()
      if other.numel > 0, numel > 0 {
        let multiply = try Lapack.routine("ormqr", dtype, for: name)
        try Linalg.forEach(batchCount, reflectors.buffer, factors, c.buffer) { at, _ in
          try multiply(
            .text(left ? "L" : "R"), .text(transpose ? "T" : "N"), .int(c.rows), .int(c.columns),
            .int(tau.shape[tau.ndim - 1]), .at(at[0]), .int(reflectors.lead), .at(at[1]),
            .at(at[2]), .int(c.lead), .work, .workCount)
        }
      }
      return c.matrices
    }
    func composed(_ x: [Tensor]) throws -> Tensor {
      // C Q is (Qᵀ Cᵀ)ᵀ.
      let c = try left ? x[2] : x[2].transposed
      let product = try Linalg.reflected(x[0], x[1], c, backwards: left != transpose)
      return try left ? product : product.transposed
    }
    let a = self
    return try y.recorded(
      "OrmqrBackward0",
      Input(a, saving: a, tau, other) { g, s in
        try Linalg.derivative(of: 0, [s[0], s[1], s[2]], g, composed)
      },
      Input(tau, saving: a, tau, other) { g, s in
        try Linalg.derivative(of: 1, [s[0], s[1], s[2]], g, composed)
      },
      Input(other, saving: a, tau) { g, s in
        try s[0].ormqr(s[1], g, left: left, transpose: !transpose)
      })
  }
}
