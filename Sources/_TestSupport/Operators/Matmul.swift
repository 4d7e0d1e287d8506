import Kindling

extension OperatorTable {
  /// `matmul_and_linalg_basic`, `linalg` and `fft`.
  mutating func addMatmul() {
    op("mm") { a in try a.tensor(0).mm(a.tensor(1, "mat2")) }
    op("bmm") { a in try a.tensor(0).bmm(a.tensor(1, "mat2")) }
    op("mv") { a in try a.tensor(0).mv(a.tensor(1, "vec")) }
    op("dot") { a in try a.tensor(0).dot(a.tensor(1, "tensor")) }
    op("vdot") { a in try a.tensor(0).vdot(a.tensor(1, "other")) }
    op("outer") { a in try a.tensor(0).outer(a.tensor(1, "vec2")) }
    op("matmul") { a in try a.tensor(0).matmul(a.tensor(1, "other")) }
    op("__rmatmul__") { a in try a.tensor(1).matmul(a.tensor(0)) }
    accumulating("addmm") { try $0.addmm($1, $2, beta: $3, alpha: $4) }
    accumulating("addmv") { try $0.addmv($1, $2, beta: $3, alpha: $4) }
    accumulating("addr") { try $0.addr($1, $2, beta: $3, alpha: $4) }
    accumulating("addbmm") { try $0.addbmm($1, $2, beta: $3, alpha: $4) }
    accumulating("baddbmm") { try $0.baddbmm($1, $2, beta: $3, alpha: $4) }
  }

  /// Adds an operator `beta · self + alpha · (a ∘ b)`.
  private mutating func accumulating(
    _ name: String,
    _ body: @escaping @Sendable (Tensor, Tensor, Tensor, Scalar, Scalar) throws -> Tensor
  ) {
    op(name) { a in
      try body(
        a.tensor(0), a.tensor(1), a.tensor(2), a.scalar(nil, "beta", default: .int(1)),
        a.scalar(nil, "alpha", default: .int(1)))
    }
  }
}
