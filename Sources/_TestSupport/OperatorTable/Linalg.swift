import Kindling

extension OperatorTable {
  /// Adds the operators of `linalg`.
  mutating func addLinalg() {
    addFactors()
    addSolvers()
    addSpectra()
    addMatrixFunctions()
  }

  private mutating func addFactors() {
    op("linalg.cholesky", domain: .symmetric) { a in
      try Linalg.cholesky(a.tensor(0), upper: a.bool(nil, "upper", default: false))
    }
    op("linalg.cholesky_ex", domain: .symmetric) { a in
      let (l, info) = try Linalg.choleskyEx(
        a.tensor(0), upper: a.bool(nil, "upper", default: false))
      return [l, info]
    }
    op("cholesky_inverse", domain: .triangular(0)) { a in
      try a.tensor(0).choleskyInverse(upper: a.bool(1, "upper", default: false))
    }
    op("cholesky_solve", domain: .triangular(1)) { a in
      try a.tensor(0).choleskySolve(a.tensor(1), upper: a.bool(2, "upper", default: false))
    }
    op("linalg.lu_factor", domain: .regular) { a in
      let (lu, pivots) = try Linalg.luFactor(
        a.tensor(0), pivot: a.bool(nil, "pivot", default: true))
      return [lu, pivots]
    }
    op("linalg.lu_factor_ex", domain: .regular) { a in
      let (lu, pivots, info) = try Linalg.luFactorEx(
        a.tensor(0), pivot: a.bool(nil, "pivot", default: true))
      return [lu, pivots, info]
    }
    op("lu", domain: .regular) { a in
      let (lu, pivots, info) = try Linalg.luFactorEx(
        a.tensor(0), pivot: a.bool(1, "pivot", default: true))
      return try a.bool(2, "get_infos", default: false) ? [lu, pivots, info] : [lu, pivots]
    }
    op("linalg.lu", domain: .regular) { a in
      let (p, l, u) = try Linalg.lu(a.tensor(0), pivot: a.bool(nil, "pivot", default: true))
      return [p, l, u]
    }
    op("lu_unpack") { a in
      let (p, l, u) = try Linalg.luUnpack(a.tensor(0), a.tensor(1))
      return [p, l, u]
    }
    op("linalg.qr", domain: .regular) { a in
      let name = try a.string(1, "mode", default: "reduced")
      guard let mode = Linalg.QRMode(rawValue: name) else { throw UnsupportedError("mode \(name)") }
      let (q, r) = try Linalg.qr(a.tensor(0), mode: mode)
      return [q, r]
    }
    op("geqrf") { a in
      let (packed, tau) = try a.tensor(0).geqrf()
      return [packed, tau]
    }
    op("linalg.householder_product") { a in
      try Linalg.householderProduct(a.tensor(0), a.tensor(1))
    }
    op("ormqr") { a in
      try a.tensor(0).ormqr(
        a.tensor(1), a.tensor(2), left: a.bool(nil, "left", default: true),
        transpose: a.bool(nil, "transpose", default: false))
    }
    op("linalg.ldl_factor") { a in
      let (ld, pivots) = try Linalg.ldlFactor(
        a.tensor(0), hermitian: a.bool(nil, "hermitian", default: false))
      return [ld, pivots]
    }
    op("linalg.ldl_factor_ex") { a in
      let (ld, pivots, info) = try Linalg.ldlFactorEx(
        a.tensor(0), hermitian: a.bool(nil, "hermitian", default: false))
      return [ld, pivots, info]
    }
  }

  private mutating func addSolvers() {
    op("linalg.solve") { a in
      try Linalg.solve(a.tensor(0), a.tensor(1), left: a.bool(nil, "left", default: true))
    }
    op("linalg.solve_ex") { a in
      let (x, info) = try Linalg.solveEx(
        a.tensor(0), a.tensor(1), left: a.bool(nil, "left", default: true))
      return [x, info]
    }
    op("linalg.solve_triangular") { a in
      try Linalg.solveTriangular(
        a.tensor(0), a.tensor(1), upper: a.bool(nil, "upper"),
        left: a.bool(nil, "left", default: true),
        unitriangular: a.bool(nil, "unitriangular", default: false))
    }
    op("triangular_solve", domain: .triangular(1)) { a in
      let (x, copy) = try a.tensor(0).triangularSolve(
        a.tensor(1), upper: a.bool(2, "upper", default: true),
        transpose: a.bool(3, "transpose", default: false),
        unitriangular: a.bool(4, "unitriangular", default: false))
      return [x, copy]
    }
    op("linalg.lu_solve") { a in
      try Linalg.luSolve(
        a.tensor(0), a.tensor(1), a.tensor(2), left: a.bool(nil, "left", default: true),
        adjoint: a.bool(nil, "adjoint", default: false))
    }
    op("lu_solve") { a in try a.tensor(0).luSolve(a.tensor(1), a.tensor(2)) }
    op("linalg.ldl_solve") { a in
      try Linalg.ldlSolve(
        a.tensor(0), a.tensor(1), a.tensor(2), hermitian: a.bool(nil, "hermitian", default: false))
    }
    unary("linalg.inv") { try Linalg.inv($0) }
    op("linalg.inv_ex") { a in
      let (inverse, info) = try Linalg.invEx(a.tensor(0))
      return [inverse, info]
    }
    unary("linalg.det") { try Linalg.det($0) }
    op("linalg.slogdet") { a in
      let (sign, size) = try Linalg.slogdet(a.tensor(0))
      return [sign, size]
    }
    unary("logdet") { try $0.logdet() }
    op("linalg.tensorinv", domain: .whole) { a in
      try Linalg.tensorinv(a.tensor(0), ind: a.int(1, "ind", default: 2))
    }
    op("linalg.tensorsolve", domain: .whole) { a in
      try Linalg.tensorsolve(a.tensor(0), a.tensor(1), dims: a.optionalInts(2, "dims"))
    }
    op("linalg.lstsq") { a in
      let result = try a.leastSquares()
      return [result.solution, result.residuals, result.rank, result.singularValues]
    }
    op("linalg.lstsq", variant: "grad_oriented") { a in
      let result = try a.leastSquares()
      return [result.solution, result.residuals]
    }
    op("linalg.pinv") { a in try a.pseudoinverse(a.tensor(0)) }
    op("linalg.pinv", variant: "hermitian", domain: .symmetric) { a in
      try a.pseudoinverse(a.tensor(0))
    }
    op("linalg.pinv", variant: "singular") { a in
      try a.pseudoinverse(a.tensor(0).matmul(a.tensor(1).transpose(-2, -1)))
    }
    op("pinverse") { a in
      try a.tensor(0).pinverse(rcond: a.double(1, "rcond", default: 1e-15))
    }
    op("linalg.matrix_rank") { a in
      try Linalg.matrixRank(
        a.tensor(0), atol: a.tolerance("atol"), rtol: a.tolerance("rtol"),
        hermitian: a.bool(nil, "hermitian", default: false))
    }
  }

  private mutating func addSpectra() {
    op("linalg.svd") { a in
      let (u, s, vh) = try Linalg.svd(
        a.tensor(0), fullMatrices: a.bool(1, "full_matrices", default: true))
      return [u, s, vh]
    }
    op("svd") { a in
      let (u, s, v) = try a.tensor(0).svd(some: a.bool(1, "some", default: true))
      return [u, s, v]
    }
    unary("linalg.svdvals") { try Linalg.svdvals($0) }
    op("linalg.eigh", domain: .symmetric) { a in
      let (l, v) = try Linalg.eigh(a.tensor(0), uplo: a.triangle())
      return [l, v]
    }
    op("linalg.eigvalsh", domain: .symmetric) { a in
      try Linalg.eigvalsh(a.tensor(0), uplo: a.triangle())
    }
    unary("linalg.matrix_sqrth", domain: .symmetric) { try Linalg.matrixSqrth($0) }
    op("linalg.polar", domain: .regular) { a in
      let (u, h) = try Linalg.polar(a.tensor(0))
      return [u, h]
    }
    op("svd_lowrank", domain: .regular) { a in
      let (u, s, v) = try a.tensor(0).matmul(a.tensor(1).transpose(-2, -1)).svdLowrank(
        a.int(nil, "q", default: 6), niter: a.int(nil, "niter", default: 2),
        m: a.optionalTensor(nil, "M"), generator: Generator(seed: 0))
      return [u, s, v]
    }
    op("pca_lowrank", domain: .regular) { a in
      let (u, s, v) = try a.tensor(0).matmul(a.tensor(1).transpose(-2, -1)).pcaLowrank(
        a.optionalInt(nil, "q"), center: a.bool(nil, "center", default: true),
        niter: a.int(nil, "niter", default: 2), generator: Generator(seed: 0))
      return [u, s, v]
    }
    op("linalg.norm") { a in
      try Linalg.norm(
        a.tensor(0), a.matrixOrder(1), dims: a.optionalInts(2, "dim"),
        keepdim: a.bool(3, "keepdim", default: false), dtype: a.dtype(nil))
    }
    op("linalg.vector_norm") { a in
      try Linalg.vectorNorm(
        a.tensor(0), a.double(1, "ord", default: 2), dims: a.optionalInts(2, "dim"),
        keepdim: a.bool(3, "keepdim", default: false), dtype: a.dtype(nil))
    }
    op("linalg.matrix_norm") { a in
      try Linalg.matrixNorm(
        a.tensor(0), a.matrixOrder(1) ?? .fro, dims: a.matrixDims(),
        keepdim: a.bool(3, "keepdim", default: false), dtype: a.dtype(nil))
    }
    op("norm", variant: "nuc") { a in
      try Linalg.matrixNorm(
        a.tensor(0), a.matrixOrder(1, "p") ?? .fro, dims: a.matrixDims(),
        keepdim: a.bool(3, "keepdim", default: false), dtype: a.dtype(nil))
    }
    op("linalg.cond") { a in try Linalg.cond(a.tensor(0), a.matrixOrder(1, "p")) }
  }

  private mutating func addMatrixFunctions() {
    unary("matrix_exp") { try $0.matrixExp() }
    op("linalg.matrix_power") { a in try Linalg.matrixPower(a.tensor(0), a.int(1, "n")) }
    op("linalg.multi_dot") { a in try Linalg.multiDot(a.tensors(0)) }
    op("linalg.vander") { a in try Linalg.vander(a.tensor(0), n: a.optionalInt(nil, "N")) }
    op("linalg.cross") { a in
      try Linalg.cross(a.tensor(0), a.tensor(1), dim: a.int(nil, "dim", default: -1))
    }
    op("linalg.vecdot") { a in
      try Linalg.vecdot(a.tensor(0), a.tensor(1), dim: a.int(nil, "dim", default: -1))
    }
  }
}

extension Arguments {
  /// Returns the order of a norm: a number or a name, `nil` for None.
  fileprivate func matrixOrder(
    _ position: Int?, _ name: String = "ord"
  ) throws -> Linalg.MatrixOrder? {
    guard case .string(let text)? = value(position, name) else {
      return try optionalDouble(position, name).map { .order($0) }
    }
    switch text {
    case "fro": return .fro
    case "nuc": return .nuc
    case "inf": return .order(.infinity)
    case "-inf": return .order(-.infinity)
    default: throw TensorError(.value, "linalg.norm", "Order \(text) not supported.")
    }
  }

  /// Returns the two dimensions of a matrix, by default the last two.
  fileprivate func matrixDims() throws -> (Int, Int) {
    let dims = try optionalInts(2, "dim") ?? [-2, -1]
    guard dims.count == 2 else {
      throw TensorError(.value, "linalg.matrix_norm", "dim must be a 2-tuple. Got \(dims)")
    }
    return (dims[0], dims[1])
  }

  fileprivate func triangle() throws -> Linalg.Triangle {
    let name = try string(nil, "UPLO", default: "L")
    guard let triangle = Linalg.Triangle(rawValue: name) else {
      throw UnsupportedError("UPLO \(name)")
    }
    return triangle
  }

  /// Returns a tolerance given as a tensor, a number or None.
  fileprivate func tolerance(_ name: String) throws -> Tensor? {
    isTensor(nil, name)
      ? try tensor(nil, name)
      : try optionalDouble(nil, name).map { try Tensor($0, dtype: .float64) }
  }

  fileprivate func pseudoinverse(_ a: Tensor) throws -> Tensor {
    try Linalg.pinv(
      a, atol: tolerance("atol"), rtol: tolerance("rtol"),
      hermitian: bool(nil, "hermitian", default: false))
  }

  fileprivate func leastSquares() throws -> Linalg.LstsqResult {
    let name = try string(nil, "driver", default: "gelsy")
    guard let driver = Linalg.LstsqDriver(rawValue: name) else {
      throw UnsupportedError("driver \(name)")
    }
    return try Linalg.lstsq(
      tensor(0), tensor(1), rcond: optionalDouble(nil, "rcond"), driver: driver)
  }
}
