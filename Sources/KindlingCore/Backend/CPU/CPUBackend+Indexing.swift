package import CKernels

extension CPUBackend {
  package func take(_ x: Tensor, _ rows: Rows, into out: Tensor) throws {
    if out.numel == 0 { return }
    let size = out.dtype.byteSize
    ThreadPool.shared.forEachPiece(of: rows.runs, max(1, (1 << 15) / rows.count)) { first, count in
      rows.forEachStart(first, count) { first, count, offsets in
        kk_take(
          Int64(count), offsets, x.pointer, Int64(rows.count), Int64(rows.step),
          out.pointer + first * rows.count * size, Int64(size))
      }
    }
  }

  package func put(_ op: ScatterOp, _ source: Tensor, _ rows: Rows, into out: Tensor) throws {
    if rows.runs == 0 || rows.count == 0 { return }
    guard let loop = kk_put(op, out.dtype.rawValue) else {
      throw TensorError(.dtype, "put", "not implemented for '\(out.dtype.scalarName)'")
    }
    let single = source.numel == 1
    let line = single ? 0 : rows.count, size = source.dtype.byteSize
    rows.forEachStart(0, rows.runs) { first, count, offsets in
      loop(
        Int64(count), offsets, out.pointer, Int64(rows.count), Int64(rows.step),
        source.pointer + first * line * size, Int64(line), single ? 0 : 1)
    }
  }
}
