import Kindling

extension OperatorTable {
  /// Adds the operators of `matmul_and_linalg_basic`, `linalg` and `fft`.
  mutating func addMatmul() {
    op("mm") { a in try a.tensor(0).mm(a.tensor(1, "mat2")) }
    op("bmm") { a in try a.tensor(0).bmm(a.tensor(1, "mat2")) }
    op("mv") { a in try a.tensor(0).mv(a.tensor(1, "vec")) }
    op("dot") { a in try a.tensor(0).dot(a.tensor(1, "tensor")) }
    op("vdot") { a in try a.tensor(0).vdot(a.tensor(1, "other")) }
    op("outer") { a in try a.tensor(0).outer(a.tensor(1, "vec2")) }
    op("matmul") { a in try a.tensor(0).matmul(a.tensor(1, "other")) }
    op("__rmatmul__") { a in try a.tensor(1).matmul(a.tensor(0)) }
    op("inner") { a in try a.tensor(0).inner(a.tensor(1, "other")) }
    op("kron") { a in try a.tensor(0).kron(a.tensor(1, "other")) }
    unary("trace") { try $0.trace() }
    op("einsum") { a in try Tensor.einsum(a.string(1, "equation"), a.tensors(0)) }
    op("cross") { a in try a.tensor(0).cross(a.tensor(1, "other"), dim: a.optionalInt(2, "dim")) }
    op("cdist") { a in
      // The mode selects an algorithm, not a result.
      _ = try a.optionalString(3, "compute_mode")
      return try a.tensor(0).cdist(a.tensor(1, "x2"), p: a.double(2, "p", default: 2))
    }
    op("tensordot") { a in
      guard case .tuple(let pair)? = a.value(nil, "dims") else {
        return try a.tensor(0).tensordot(a.tensor(1, "b"), dims: a.int(nil, "dims", default: 2))
      }
      let dims = try pair.map { try Arguments([$0], [:]).ints(0) }
      guard dims.count == 2 else { throw UnsupportedError("\(dims.count) lists of dimensions") }
      return try a.tensor(0).tensordot(a.tensor(1, "b"), dims: dims[0], dims[1])
    }
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
