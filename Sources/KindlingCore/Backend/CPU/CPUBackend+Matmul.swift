import CKernels

extension CPUBackend {
  package func matmul(_ a: Tensor, _ b: Tensor, alpha: Scalar, beta: Scalar, into out: Tensor) throws {
    let type: DType =
      out.dtype.isHalf ? .float32 : out.dtype.isFloatingPoint ? out.dtype : .int64
    if out.dtype != type {
      let wide = try Tensor(uninitialized: out.shape, type, on: self)
      if beta.doubleValue != 0 { try copy(out, into: wide) }
      try matmul(converted(a, type), converted(b, type), alpha: alpha, beta: beta, into: wide)
      return try copy(wide, into: out)
    }
    let rank = out.ndim
    let m = out.shape[rank - 2], n = out.shape[rank - 1], k = a.shape[a.ndim - 1]
    let batch = Array(out.shape.dropLast(2))
    let ab = Layout.expandedStrides(Array(a.shape.dropLast(2)), Array(a.strides.dropLast(2)), to: batch)
    let bb = Layout.expandedStrides(Array(b.shape.dropLast(2)), Array(b.strides.dropLast(2)), to: batch)
    for i in 0..<batch.reduce(1, *) {
      var rest = i, ao = 0, bo = 0, oo = 0
      for d in batch.indices.reversed() {
        let at = rest % batch[d]
        rest /= batch[d]
        ao += at * ab[d]
        bo += at * bb[d]
        oo += at * out.strides[d]
      }
      let size = type.byteSize
      let pa = a.pointer + ao * size, pb = b.pointer + bo * size, pc = out.pointer + oo * size
      let (ra, ca) = (Int64(a.strides[a.ndim - 2]), Int64(a.strides[a.ndim - 1]))
      let (rb, cb) = (Int64(b.strides[b.ndim - 2]), Int64(b.strides[b.ndim - 1]))
      let (rc, cc) = (Int64(out.strides[rank - 2]), Int64(out.strides[rank - 1]))
      switch type {
      case .float32:
        kk_gemm_f32(
          Int64(m), Int64(n), Int64(k), Float(alpha.doubleValue), pa.assumingMemoryBound(to: Float.self), ra, ca,
          pb.assumingMemoryBound(to: Float.self), rb, cb, Float(beta.doubleValue),
          pc.assumingMemoryBound(to: Float.self), rc, cc)
      case .float64:
        kk_gemm_f64(
          Int64(m), Int64(n), Int64(k), alpha.doubleValue, pa.assumingMemoryBound(to: Double.self), ra, ca,
          pb.assumingMemoryBound(to: Double.self), rb, cb, beta.doubleValue,
          pc.assumingMemoryBound(to: Double.self), rc, cc)
      default:
        kk_gemm_i64(
          Int64(m), Int64(n), Int64(k), Int64(alpha.doubleValue), pa.assumingMemoryBound(to: Int64.self), ra, ca,
          pb.assumingMemoryBound(to: Int64.self), rb, cb, Int64(beta.doubleValue),
          pc.assumingMemoryBound(to: Int64.self), rc, cc)
      }
    }
  }

  private func converted(_ x: Tensor, _ type: DType) throws -> Tensor {
    if x.dtype == type { return x }
    let result = try Tensor(uninitialized: x.shape, type, on: self)
    try copy(x, into: result)
    return result
  }
}
