import Kindling
import Testing
import _TestExpectations

/// Every gradient of linear algebra, and its gradient, against differences.
@Suite struct LinalgGradientTests {
  @Test(arguments: linalgGradients)
  func agreesWithDifferences(test: GradientCase) throws { try test.check() }
}

/// A matrix that is well conditioned and has no equal singular values, whatever `x` is.
private func regular(_ x: Tensor) throws -> Tensor {
  let n = x.shape[x.ndim - 1], m = x.shape[x.ndim - 2]
  let spread = try Tensor.arange(1, Swift.min(m, n) + 1, dtype: .float64).diag() * 4
  return try x + spread.grownTo(m, n)
}

/// A symmetric positive definite matrix.
private func definite(_ x: Tensor) throws -> Tensor {
  try regular(x).matmul(regular(x).transpose(-2, -1))
}

extension Tensor {
  fileprivate func grownTo(_ m: Int, _ n: Int) throws -> Tensor {
    let rows = try Tensor.eye(m, shape[0], dtype: .float64),
      columns = try Tensor.eye(shape[0], n, dtype: .float64)
    return try rows.matmul(self).matmul(columns)
  }
}

// Rows of expanded inputs are equal, which the spread of `regular` does not mind.
private let linalgGradients = [
  GradientCase("solve", [3, 3], [3, 2]) { try Linalg.solve(regular($0[0]), $0[1]) },
  GradientCase("solve batch", [2, 3, 3], [3, 2]) {
    try Linalg.solve(regular($0[0]), $0[1].expand([2, 3, 2]))
  },
  GradientCase("solve vector", [3, 3], [3]) { try Linalg.solve(regular($0[0]), $0[1]) },
  GradientCase("solve right", [3, 3], [2, 3]) {
    try Linalg.solve(regular($0[0]), $0[1], left: false)
  },
  GradientCase("inv", [3, 3]) { try Linalg.inv(regular($0[0])) },
  GradientCase("det", [3, 3]) { try Linalg.det(regular($0[0])) },
  GradientCase("det of singular", [3, 3], twice: false) {
    try Linalg.det($0[0] * Tensor([[1.0], [1], [0]], dtype: .float64))
  },
  GradientCase("slogdet", [3, 3]) { try regular($0[0]).slogdet().logabsdet },
  GradientCase("logdet", [3, 3]) { try definite($0[0]).logdet() },
  GradientCase("cholesky", [3, 3]) { try Linalg.cholesky(definite($0[0])) },
  GradientCase("cholesky upper", [3, 3]) { try Linalg.cholesky(definite($0[0]), upper: true) },
  GradientCase("choleskySolve", [3, 3], [3, 2]) { try $0[1].choleskySolve(regular($0[0]).tril()) },
  GradientCase("choleskyInverse", [3, 3]) {
    try regular($0[0]).triu().choleskyInverse(upper: true)
  },
  GradientCase("solveTriangular", [3, 3], [3, 2]) {
    try Linalg.solveTriangular(regular($0[0]), $0[1], upper: true)
  },
  GradientCase("solveTriangular right", [3, 3], [2, 3]) {
    try Linalg.solveTriangular(
      regular($0[0]), $0[1], upper: false, left: false, unitriangular: true)
  },
  GradientCase("luFactor", [3, 3]) { try Linalg.luFactor(regular($0[0])).lu },
  GradientCase("luFactor wide", [2, 3]) { try Linalg.luFactor(regular($0[0])).lu },
  GradientCase("lu tall", [4, 2]) {
    let (_, l, u) = try Linalg.lu(regular($0[0]))
    return try l.matmul(u.square())
  },
  GradientCase("luUnpack", [3, 3]) {
    let (lu, pivots) = try Linalg.luFactor(regular($0[0]))
    let (_, l, u) = try Linalg.luUnpack(lu, pivots)
    return try l.square().matmul(u)
  },
  GradientCase("luSolve", [3, 3], [3, 2]) {
    let (lu, pivots) = try Linalg.luFactor(regular($0[0]))
    return try Linalg.luSolve(lu, pivots, $0[1])
  },
  GradientCase("luSolve right adjoint", [3, 3], [2, 3]) {
    let (lu, pivots) = try Linalg.luFactor(regular($0[0]))
    return try Linalg.luSolve(lu, pivots, $0[1], left: false, adjoint: true)
  },
  GradientCase("qr", [3, 3]) {
    let (q, r) = try Linalg.qr(regular($0[0]))
    return try q.square().matmul(r)
  },
  GradientCase("qr tall", [4, 2]) {
    let (q, r) = try Linalg.qr(regular($0[0]))
    return try q.matmul(r.square())
  },
  GradientCase("qr wide", [2, 4]) {
    let (q, r) = try Linalg.qr(regular($0[0]))
    return try q.square().matmul(r)
  },
  GradientCase("householderProduct", [4, 2], [2]) { try Linalg.householderProduct($0[0], $0[1]) },
  GradientCase("ormqr", [4, 2], [2], [4, 3]) { try $0[0].ormqr($0[1], $0[2]) },
  GradientCase("ormqr right", [4, 2], [2], [3, 4]) {
    try $0[0].ormqr($0[1], $0[2], left: false, transpose: true)
  },
  GradientCase("eigh", [3, 3]) {
    let (l, v) = try Linalg.eigh(definite($0[0]))
    return try l * v.square()
  },
  GradientCase("eigvalsh", [3, 3]) { try Linalg.eigvalsh(definite($0[0])) },
  GradientCase("matrixSqrth", [3, 3]) { try Linalg.matrixSqrth(definite($0[0])) },
  GradientCase("svd", [3, 3]) {
    let (u, s, vh) = try Linalg.svd(regular($0[0]))
    return try (u.square() * s).matmul(vh.square())
  },
  GradientCase("svd tall", [4, 2]) {
    let (u, s, vh) = try Linalg.svd(regular($0[0]), fullMatrices: false)
    return try (u.square() * s).matmul(vh.square())
  },
  GradientCase("svd wide", [2, 4]) {
    let (u, s, vh) = try Linalg.svd(regular($0[0]), fullMatrices: false)
    return try (u.square() * s).matmul(vh.square())
  },
  GradientCase("polar", [3, 2]) {
    let (u, h) = try Linalg.polar(regular($0[0]))
    return try u.matmul(h.square())
  },
  GradientCase("lstsq tall", [4, 2], [4, 2]) {
    let result = try Linalg.lstsq(regular($0[0]), $0[1], driver: .gels)
    return try result.solution * result.residuals
  },
  GradientCase("lstsq wide", [2, 4], [2, 2]) { try Linalg.lstsq(regular($0[0]), $0[1]).solution },
  GradientCase("lstsq vector", [4, 2], [4]) {
    try Linalg.lstsq(regular($0[0]), $0[1], driver: .gelsd).solution
  },
  GradientCase("pinv tall", [4, 2]) { try Linalg.pinv(regular($0[0])) },
  GradientCase("pinv wide", [2, 4]) { try Linalg.pinv(regular($0[0])) },
  GradientCase("pinv singular", [4, 2], [4, 2]) {
    try Linalg.pinv(regular($0[0]).matmul(regular($0[1]).transpose(0, 1)))
  },
  GradientCase("pinv hermitian", [3, 3]) { try Linalg.pinv(definite($0[0]), hermitian: true) },
  GradientCase("matrixExp", [3, 3]) { try $0[0].matrixExp() },
  GradientCase("matrixPower", [3, 3]) { try $0[0].matrixPower(3) },
  GradientCase("matrixPower negative", [3, 3]) { try regular($0[0]).matrixPower(-2) },
  GradientCase("multiDot", [2, 4], [4, 3], [3]) { try Linalg.multiDot($0) },
  GradientCase("nuclear norm", [3, 2]) { try Linalg.matrixNorm(regular($0[0]), .nuc) },
  GradientCase("spectral norm", [3, 2]) { try Linalg.matrixNorm(regular($0[0]), 2) },
  GradientCase("1-norm", [3, 2], hasTies: true) { try Linalg.matrixNorm($0[0], 1) },
  GradientCase("cond", [3, 3]) { try Linalg.cond(regular($0[0])) },
  GradientCase("cond 1", [3, 3], hasTies: true) { try Linalg.cond(regular($0[0]), 1) },
  GradientCase("tensorinv", [2, 3, 6]) {
    try Linalg.tensorinv(regular($0[0].reshape([6, 6])).reshape([2, 3, 6]))
  },
  GradientCase("tensorsolve", [2, 3, 6], [2, 3]) {
    try Linalg.tensorsolve(regular($0[0].reshape([6, 6])).reshape([2, 3, 6]), $0[1])
  },
  GradientCase("vander", [3]) { try Linalg.vander($0[0], n: 4) },
  GradientCase("vecdot", [2, 3], [2, 3]) { try Linalg.vecdot($0[0], $0[1]) },
]
