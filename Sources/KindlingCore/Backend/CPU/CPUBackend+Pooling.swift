import CKernels

/// Pooling plane by plane, in float32, float64 or int64; other dtypes are converted.
extension CPUBackend {
  package func maxPool(_ x: Tensor, _ p: Pooling, into y: Tensor, indices: Tensor?) throws {
    try pooling(x, y, p.inputCount) { loops, size, from, to in
      let places = indices?.pointer.assumingMemoryBound(to: Int64.self)
      p.forEachPlane { plane, d, h, w in
        loops.max(
          d, h, w, from + plane * p.inputCount * size, to + plane * p.outputCount * size,
          places.map { $0 + plane * p.outputCount })
      }
    }
  }

  package func averagePool(_ x: Tensor, _ p: Pooling, into y: Tensor) throws {
    try pooling(x, y, p.inputCount) { loops, size, from, to in
      p.forEachPlane { plane, d, h, w in
        loops.mean(
          d, h, w, Int64(p.divisor ?? 0), from + plane * p.inputCount * size,
          to + plane * p.outputCount * size)
      }
    }
  }

  package func averagePoolBackward(_ gradient: Tensor, _ p: Pooling, into x: Tensor) throws {
    try pooling(gradient, x, p.inputCount) { loops, size, from, to in
      p.forEachPlane { plane, d, h, w in
        loops.mean_back(
          d, h, w, Int64(p.divisor ?? 0), from + plane * p.outputCount * size,
          to + plane * p.inputCount * size)
      }
    }
  }

  package func addToPlanes(
    _ y: Tensor, _ indices: Tensor, planes: Int, into x: Tensor
  ) throws {
    if planes == 0 { return }
    let (count, size) = (y.numel / planes, x.numel / planes)
    let places = indices.pointer.assumingMemoryBound(to: Int64.self)
    try pooling(y, x, size) { loops, width, from, to in
      ThreadPool.shared.forEachPiece(of: planes, max(1, (1 << 13) / max(size, 1))) { first, n in
        for plane in first..<first + n {
          loops.add(
            Int64(count), from + plane * count * width, places + plane * count, Int64(size),
            to + plane * size * width)
        }
      }
    }
  }

  /// Calls `body` with the loops for a dtype in which `x` can be computed, and both tensors in it.
  private func pooling(
    _ x: Tensor, _ y: Tensor, _ planeSize: Int,
    _ body: (kk_pool_loops, Int, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
  ) throws {
    let fits = planeSize <= Int(Int32.max)
    let type: DType =
      !x.dtype.isFloatingPoint ? .int64 : x.dtype == .float64 || !fits ? .float64 : .float32
    guard let loops = kk_pool(type.rawValue) else { return }
    let source = x.dtype == type ? x : try Tensor(uninitialized: x.shape, type, on: self)
    if source !== x { try copy(x, into: source) }
    let target = y.dtype == type ? y : try Tensor(uninitialized: y.shape, type, on: self)
    body(loops.pointee, type.byteSize, source.pointer, target.pointer)
    if target !== y { try copy(target, into: y) }
  }
}

extension Pooling {
  /// Calls `body` in parallel with the index of each plane and the axes in the form of the loops.
  fileprivate func forEachPlane(
    _ body: (
      Int, UnsafePointer<kk_pool_axis>, UnsafePointer<kk_pool_axis>, UnsafePointer<kk_pool_axis>
    ) -> Void
  ) {
    // The arrays are kept alive while the closure runs.
    let tables = axes.flatMap { $0.starts + $0.ends + $0.counts }.map(Int64.init)
    tables.withUnsafeBufferPointer { table in
      guard var at = table.baseAddress else { return }
      let loops = axes.map { axis in
        let n = axis.output
        defer { at += 3 * n }
        return kk_pool_axis(
          input: Int64(axis.input), output: Int64(n), starts: at, ends: at + n,
          counts: at + 2 * n, kernel: Int64(axis.kernel), stride: Int64(axis.stride),
          padding: Int64(axis.padding), dilation: Int64(axis.dilation))
      }
      loops.withUnsafeBufferPointer { axes in
        guard let d = axes.baseAddress else { return }
        let work = max(1, max(inputCount, outputCount))
        ThreadPool.shared.forEachPiece(of: planes, max(1, (1 << 14) / work)) { first, count in
          for plane in first..<first + count { body(plane, d, d + 1, d + 2) }
        }
      }
    }
  }
}
