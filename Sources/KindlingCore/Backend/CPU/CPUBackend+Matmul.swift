import CKernels

extension CPUBackend {
  package func matmul(_ a: Tensor, _ b: Tensor, alpha: Scalar, beta: Scalar, into out: Tensor)
    throws
  {
    if out.numel == 0 { return }
    let type: DType =
      out.dtype.isHalf ? .float32 : out.dtype.isFloatingPoint ? out.dtype : .int64
    if out.dtype != type {
      let wide = try Tensor(uninitialized: out.shape, type, on: self)
      if beta.doubleValue != 0 { try copy(out, into: wide) }
      try matmul(converted(a, type), converted(b, type), alpha: alpha, beta: beta, into: wide)
      return try copy(wide, into: out)
    }
    let rank = out.ndim, size = type.byteSize
    var m = out.shape[rank - 2], batch = Array(out.shape.dropLast(2))
    let n = out.shape[rank - 1], k = a.shape[a.ndim - 1]
    let left = Matrix(base: a.pointer, row: a.strides[a.ndim - 2], column: a.strides[a.ndim - 1])
    let right = Matrix(base: b.pointer, row: b.strides[b.ndim - 2], column: b.strides[b.ndim - 1])
    let result = Matrix(
      base: out.pointer, row: out.strides[rank - 2], column: out.strides[rank - 1])
    let leftSteps = Layout.expandedStrides(
      Array(a.shape.dropLast(2)), Array(a.strides.dropLast(2)), to: batch)
    let rightSteps = Layout.expandedStrides(
      Array(b.shape.dropLast(2)), Array(b.strides.dropLast(2)), to: batch)
    // Many matrices times a single one are one tall matrix times it.
    if batch.count == 1, rightSteps[0] == 0, leftSteps[0] == m * left.row,
      out.strides[0] == m * result.row
    {
      m *= batch[0]
      batch = []
    }
    if type == .int64 {
      // Rows of b with gaps between elements are first copied to contiguous memory.
      if n > 1 && b.strides[b.ndim - 1] != 1 {
        let together = try Tensor(uninitialized: b.shape, type, on: self)
        try copy(b, into: together)
        return try matmul(a, together, alpha: alpha, beta: beta, into: out)
      }
      let (alpha, beta) = (alpha.integer, beta.integer)
      let rows = max(4, (1 << 16) / max(1, n * k) / 4 * 4)
      forEachProduct(batch, leftSteps, rightSteps, out.strides, inParallel: m <= rows) {
        ao, bo, oo in
        ThreadPool.shared.forEachPiece(of: m, rows) { first, count in
          kk_gemm_i64(
            Int64(count), Int64(n), Int64(k), alpha,
            (left.base + (ao + first * left.row) * size).assumingMemoryBound(to: Int64.self),
            Int64(left.row), Int64(left.column),
            (right.base + bo * size).assumingMemoryBound(to: Int64.self), Int64(right.row), beta,
            (result.base + (oo + first * result.row) * size).assumingMemoryBound(to: Int64.self),
            Int64(result.row), Int64(result.column))
        }
      }
      return
    }
    guard let kernels = kk_gemm(type.rawValue) else { throw missing("matmul", out.dtype) }
    let failure = SpinLock<(any Error)?>(nil)
    forEachProduct(batch, leftSteps, rightSteps, out.strides, inParallel: m * n * k < 1 << 24) {
      ao, bo, oo in
      var product = Product(
        m: m, n: n, k: k, alpha: alpha.doubleValue, beta: beta.doubleValue,
        a: left.from(byteOffset: ao * size), b: right.from(byteOffset: bo * size),
        c: result.from(byteOffset: oo * size), size: size, kernels: kernels)
      do { try product.run() } catch { failure.withLock { $0 = error } }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Calls `body` with the element offsets of the matrices of every product of a batch.
  private func forEachProduct(
    _ batch: [Int], _ a: [Int], _ b: [Int], _ out: [Int], inParallel: Bool,
    _ body: (Int, Int, Int) -> Void
  ) {
    let count = batch.reduce(1, *)
    if count == 1 { return body(0, 0, 0) }
    func one(_ i: Int) {
      var rest = i, ao = 0, bo = 0, oo = 0
      for d in batch.indices.reversed() {
        let at = rest % batch[d]
        rest /= batch[d]
        ao += at * a[d]
        bo += at * b[d]
        oo += at * out[d]
      }
      body(ao, bo, oo)
    }
    if inParallel { ThreadPool.shared.run(count, one) } else { for i in 0..<count { one(i) } }
  }

  private func converted(_ x: Tensor, _ type: DType) throws -> Tensor {
    if x.dtype == type { return x }
    let result = try Tensor(uninitialized: x.shape, type, on: self)
    try copy(x, into: result)
    return result
  }
}

extension Scalar {
  /// The number truncated to an integer, and clamped if it does not fit.
  fileprivate var integer: Int64 {
    switch self {
    case .bool(let b): b ? 1 : 0
    case .int(let i): Int64(i)
    case .double(let d): d.isNaN ? 0 : d >= 0x1p63 ? .max : d < -0x1p63 ? .min : Int64(d)
    }
  }
}
