package import CKernels

extension CPUBackend {
  package func take(_ x: Tensor, _ rows: Rows, into out: Tensor) throws {
    if out.numel == 0 { return }
    let size = out.dtype.byteSize
    withOffsets(rows) { offsets, n in
      ThreadPool.shared.forEachPiece(of: Int(n), max(1, (1 << 15) / rows.count)) { first, count in
        kk_take(
          Int64(count), offsets + first, x.pointer, Int64(rows.count), Int64(rows.step),
          out.pointer + first * rows.count * size, Int64(size))
      }
    }
  }

  package func put(_ op: ScatterOp, _ source: Tensor, _ rows: Rows, into out: Tensor) throws {
    if rows.offsets.isEmpty || rows.count == 0 { return }
    guard let loop = kk_put(op, out.dtype.rawValue) else {
      throw TensorError(.dtype, "put", "not implemented for '\(out.dtype.scalarName)'")
    }
    let single = source.numel == 1
    withOffsets(rows) { offsets, n in
      loop(
        n, offsets, out.pointer, Int64(rows.count), Int64(rows.step), source.pointer,
        single ? 0 : Int64(rows.count), single ? 0 : 1)
    }
  }

  private func withOffsets(_ rows: Rows, _ body: (UnsafePointer<Int64>, Int64) -> Void) {
    rows.offsets.withUnsafeBufferPointer { offsets in
      offsets.withMemoryRebound(to: Int64.self) { words in
        if let base = words.baseAddress { body(base, Int64(words.count)) }
      }
    }
  }
}
