package import CKernels

extension CPUBackend {
  package func reduce(_ op: ReduceOp, _ x: Tensor, dtype: DType, into out: Tensor) throws {
    let type = dtype.computeType
    guard let loop = kk_reduce(op, type.rawValue) else { throw missing(op.name, dtype) }
    if out.numel == 0 { return }
    let resultType: DType =
      switch op {
      case .argmax, .argmin: .int64
      case .any, .all: .bool
      default: type
      }
    if x.dtype != type {
      let wide = try Tensor(uninitialized: x.shape, type, on: self)
      try copy(x, into: wide)
      return try reduce(op, wide, dtype: dtype, into: out)
    }
    if !out.isContiguous || out.dtype != resultType {
      let target = try Tensor(uninitialized: out.shape, resultType, on: self)
      try reduce(op, x, dtype: dtype, into: target)
      return try copy(target, into: out)
    }
    let lines = ReductionPlan(x, out.shape)
    if lines.reduced.count > 1 {
      // Reduced dimensions that are not contiguous are copied into one, after the others.
      let reduced = x.shape.indices.filter { out.shape[$0] != x.shape[$0] }
      let kept = x.shape.indices.filter { out.shape[$0] == x.shape[$0] }
      let order = kept + reduced
      let moved = x.alias(
        shape: order.map { x.shape[$0] }, strides: order.map { x.strides[$0] },
        offset: x.storageOffset)
      let rows = try Tensor(uninitialized: moved.shape, type, on: self)
      try copy(moved, into: rows)
      let target = out.alias(
        shape: kept.map { x.shape[$0] } + reduced.map { _ in 1 },
        strides: Layout.contiguousStrides(kept.map { x.shape[$0] } + reduced.map { _ in 1 }),
        offset: out.storageOffset)
      return try reduce(op, rows, dtype: dtype, into: target)
    }
    let line = lines.reduced.first ?? .init(size: 1, stride: 1)
    if out.numel == 1 {
      return try reduceAll(
        op, loop, from: type, to: resultType, x.pointer, line, into: out.pointer)
    }
    if line.stride != 1, lines.kept.last?.stride == 1,
      let accumulate = kk_accumulate(op, type.rawValue)
    {
      return reduceRows(
        op, accumulate, from: type, to: resultType, x.pointer, lines, line, into: out.pointer)
    }
    if line.stride != 1, let inner = lines.kept.last, inner.stride == 1,
      let places = kk_arg_rows(op, type.rawValue)
    {
      let (base, size) = (x.pointer, type.byteSize)
      let target = out.pointer.assumingMemoryBound(to: Int64.self)
      let perTask = max(1, ElementwiseCall.piece / max(1, line.size * inner.size))
      ThreadPool.shared.forEachPiece(of: lines.keptCount / inner.size, perTask) { first, count in
        for row in first..<first + count {
          lines.forEachKept(row * inner.size, 1) { i, offset in
            places(
              Int64(inner.size), Int64(line.size), base + offset * size, Int64(line.stride),
              target + i)
          }
        }
      }
      return
    }
    let (base, target, size) = (x.pointer, out.pointer, type.byteSize)
    let piece = max(1, ElementwiseCall.piece / max(1, line.size))
    ThreadPool.shared.forEachPiece(of: out.numel, piece) { first, count in
      lines.forEachKept(first, count) { i, offset in
        loop(
          Int64(line.size), base + offset * size, Int64(line.stride),
          target + i * resultType.byteSize)
      }
    }
  }

  /// Reduces everything to one number: long lines in pieces that depend only on the length.
  private func reduceAll(
    _ op: ReduceOp, _ loop: kk_reduce_loop, from type: DType, to resultType: DType,
    _ x: UnsafeMutableRawPointer, _ line: ReductionPlan.Line, into out: UnsafeMutableRawPointer
  ) throws {
    let piece = 1 << 15, n = line.size, step = line.stride * type.byteSize
    if n <= piece { return loop(Int64(n), x, Int64(line.stride), out) }
    let pieces = (n + piece - 1) / piece
    let partial = try Workspace(pieces * 8)
    defer { partial.free() }
    let width = resultType.byteSize
    ThreadPool.shared.forEachPiece(of: n, piece) { start, count in
      loop(
        Int64(count), x + start * step, Int64(line.stride), partial.base + start / piece * width)
    }
    switch op {
    case .argmax, .argmin:
      // The extremes of the pieces, in order; of equal ones, the first wins.
      let values = try Workspace(pieces * 8)
      defer { values.free() }
      let places = partial.base.assumingMemoryBound(to: Int.self)
      for i in 0..<pieces {
        places[i] += i * piece
        (values.base + i * type.byteSize).copyMemory(
          from: x + places[i] * step, byteCount: type.byteSize)
      }
      var best = 0
      loop(Int64(pieces), values.base, 1, &best)
      out.storeBytes(of: places[best], as: Int.self)
    default:
      guard let join = kk_reduce(op, resultType.rawValue) else { return }
      join(Int64(pieces), partial.base, 1, out)
    }
  }

  /// Reduces along an outer dimension: whole rows are combined, in halves, for pairwise summation.
  private func reduceRows(
    _ op: ReduceOp, _ accumulate: kk_accumulate_loop, from type: DType, to resultType: DType,
    _ x: UnsafeMutableRawPointer, _ plan: ReductionPlan, _ line: ReductionPlan.Line,
    into out: UnsafeMutableRawPointer
  ) {
    guard let join = kk_accumulate(op, resultType.rawValue), let inner = plan.kept.last else {
      return
    }
    let size = type.byteSize, width = resultType.byteSize
    // The columns of one task: its partial rows fit into the first-level cache.
    let columns = 512, leaf = 32
    func combine(
      _ first: Int, _ rows: Int, _ n: Int, _ from: UnsafeMutableRawPointer,
      _ to: UnsafeMutableRawPointer
    ) {
      if rows <= leaf {
        if resultType == type {
          to.copyMemory(from: from + first * line.stride * size, byteCount: n * size)
        } else {
          // Any and all start from their identity.
          to.initializeMemory(as: UInt8.self, repeating: op == .all ? 1 : 0, count: n)
        }
        for row in (resultType == type ? 1 : 0)..<rows {
          accumulate(Int64(n), to, from + (first + row) * line.stride * size)
        }
        return
      }
      let half = (rows / 2 + leaf - 1) / leaf * leaf
      combine(first, half, n, from, to)
      withUnsafeTemporaryAllocation(byteCount: columns * 8, alignment: 64) { other in
        guard let other = other.baseAddress else { return }
        combine(first + half, rows - half, n, from, other)
        join(Int64(n), to, other)
      }
    }
    let blocks = (inner.size + columns - 1) / columns
    let outer = plan.keptCount / inner.size
    let perTask = max(1, ElementwiseCall.piece / max(1, line.size * min(columns, inner.size)))
    ThreadPool.shared.forEachPiece(of: outer * blocks, perTask) { start, count in
      for task in start..<start + count {
        let row = task / blocks, column = task % blocks * columns
        let n = min(columns, inner.size - column)
        plan.forEachKept(row * inner.size + column, 1) { i, offset in
          combine(0, line.size, n, x + offset * size, out + i * width)
        }
      }
    }
  }
}
