import CKernels

/// Normalizations as two or three passes over contiguous float32 or float64 memory.
///
/// A channel or a row is one task, so that results do not depend on the threads.
extension CPUBackend {
  /// The row length below which calling the loops costs more than the passes that they save.
  private static let shortestRow = 8

  package func channelMoments(_ x: Tensor, mean: Tensor, variance: Tensor) throws {
    let loops = kk_normalize(x.dtype.rawValue)
    guard let sum = loops.sum, let spread = loops.spread, let plan = ChannelPlan(x) else {
      return try composedChannelMoments(x, mean: mean, variance: variance)
    }
    let (from, count) = (try plan.reading(x), Double(plan.batch * plan.run))
    defer { from.free() }
    plan.forEachChannel { channel in
      var total = 0.0
      plan.forEachRun(of: channel) { total += sum($1, from.base + $0) }
      let center = total / count
      var squares = 0.0
      plan.forEachRun(of: channel) { squares += spread($1, from.base + $0, center) }
      mean.setNumber(center, at: channel)
      variance.setNumber(squares / count, at: channel)
    }
  }

  package func normalizeChannels(
    _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, bias: Tensor?, into out: Tensor
  ) throws {
    guard let affine = kk_normalize(x.dtype.rawValue).affine, let plan = ChannelPlan(x) else {
      return try composedNormalizeChannels(
        x, mean: mean, rstd: rstd, weight: weight, bias: bias, into: out)
    }
    let (from, to) = (try plan.reading(x), try plan.writing(out))
    defer {
      from.free()
      to.free()
    }
    plan.forEachChannel { channel in
      // One factor and one summand, rounded as in PyTorch.
      var scale = rstd.number(at: channel) * (weight?.number(at: channel) ?? 1)
      if x.dtype == .float32 { scale = Double(Float(scale)) }
      let shift = (bias?.number(at: channel) ?? 0).addingProduct(-mean.number(at: channel), scale)
      plan.forEachRun(of: channel) { at, n in
        affine(n, from.base + at, 0, scale, shift, nil, nil, to.base + at)
      }
    }
    plan.write(to, into: out)
  }

  package func normalizeChannelsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?, centered: Bool,
    into result: NormGradients
  ) throws {
    let loops = kk_normalize(x.dtype.rawValue)
    guard let products = loops.products, let combine = loops.gradient, let affine = loops.affine,
      let plan = ChannelPlan(x), gradient.isContiguous
    else {
      return try composedNormalizeChannelsBackward(
        gradient, x, mean: mean, rstd: rstd, weight: weight, centered: centered, into: result)
    }
    let count = Double(plan.batch * plan.run)
    let (from, g) = (try plan.reading(x), try plan.reading(gradient))
    let to = try result.input.map(plan.writing)
    defer {
      from.free()
      g.free()
      to?.free()
    }
    plan.forEachChannel { channel in
      let center = mean.number(at: channel), factor = rstd.number(at: channel)
      var totals = (0.0, 0.0)
      withUnsafeMutableBytes(of: &totals) { bytes in
        let out = bytes.assumingMemoryBound(to: Double.self).baseAddress
        plan.forEachRun(of: channel) { at, n in
          products(n, g.base + at, from.base + at, nil, center, out)
        }
      }
      result.bias?.setNumber(totals.0, at: channel)
      result.weight?.setNumber(totals.1 * factor, at: channel)
      guard let to else { return }
      let scale = factor * (weight?.number(at: channel) ?? 1)
      guard centered else {
        // The statistics do not depend on the input, so they add nothing to the gradient.
        return plan.forEachRun(of: channel) { at, n in
          affine(n, g.base + at, 0, scale, 0, nil, nil, to.base + at)
        }
      }
      let slope = -totals.1 * factor * factor / count, shift = -totals.0 / count
      // An infinite weight is applied after the summation instead of before.
      let own = scale.isFinite ? scale : 1
      plan.forEachRun(of: channel) { at, n in
        combine(
          n, g.base + at, from.base + at, nil, center, own, own * slope, own * shift,
          to.base + at)
        if own != scale { affine(n, to.base + at, 0, scale, 0, nil, nil, to.base + at) }
      }
    }
    if let to, let input = result.input { plan.write(to, into: input) }
  }

  package func normalizeRows(
    _ x: Tensor, eps: Double, weight: Tensor?, bias: Tensor?, into out: Tensor, mean: Tensor,
    rstd: Tensor
  ) throws {
    let loops = kk_normalize(x.dtype.rawValue), (rows, n) = (x.shape[0], x.shape[1])
    guard let sum = loops.sum, let spread = loops.spread, let affine = loops.affine,
      n >= Self.shortestRow, x.isContiguous, weight != nil || bias == nil
    else {
      return try composedNormalizeRows(
        x, eps: eps, weight: weight, bias: bias, into: out, mean: mean, rstd: rstd)
    }
    let size = n * x.dtype.byteSize, (w, b) = (weight?.pointer, bias?.pointer)
    ThreadPool.shared.forEachPiece(of: rows, max(1, ElementwiseCall.piece / n)) { first, count in
      for row in first..<first + count {
        let from = x.pointer + row * size
        let center = sum(Int64(n), from) / Double(n)
        let variance = spread(Int64(n), from, center) / Double(n)
        // A variance outside the range of float32 is infinite or 0, as if summed in float32.
        let isNumber = x.dtype == .float64 || Float(variance).isNormal
        let factor = 1 / ((isNumber ? variance : Double(Float(variance))) + eps).squareRoot()
        // PyTorch's mean is a running one, which an infinite element turns into NaN.
        mean.setNumber(center.isInfinite ? .nan : center, at: row)
        rstd.setNumber(factor, at: row)
        affine(Int64(n), from, center, factor, 0, w, b, out.pointer + row * size)
      }
    }
  }

  package func normalizeRowsBackward(
    _ gradient: Tensor, _ x: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor?,
    into result: NormGradients
  ) throws {
    let loops = kk_normalize(x.dtype.rawValue), (rows, n) = (x.shape[0], x.shape[1])
    guard let products = loops.products, let combine = loops.gradient, let columns = loops.columns,
      n >= Self.shortestRow, x.isContiguous, gradient.isContiguous
    else {
      return try composedNormalizeRowsBackward(
        gradient, x, mean: mean, rstd: rstd, weight: weight, into: result)
    }
    let size = n * x.dtype.byteSize, w = weight?.pointer
    // A few pieces, each with its own sums over rows, which are added in order at the end.
    let piece = max((rows + 15) / 16, max(1, ElementwiseCall.piece / n))
    let pieces = (rows + piece - 1) / piece
    let needsColumns = result.weight != nil || result.bias != nil
    let sums = try Tensor(
      uninitialized: [2, needsColumns ? pieces : 0, n], x.dtype, on: self)
    try fill(sums, .int(0))
    ThreadPool.shared.forEachPiece(of: rows, piece) { first, count in
      let weights = sums.pointer + first / piece * size
      let biases = sums.pointer + (pieces + first / piece) * size
      for row in first..<first + count {
        let at = row * size, center = mean.number(at: row), factor = rstd.number(at: row)
        let (g, from) = (gradient.pointer + at, x.pointer + at)
        if needsColumns { columns(Int64(n), g, from, center, factor, weights, biases) }
        guard let input = result.input else { continue }
        var totals = (0.0, 0.0)
        withUnsafeMutableBytes(of: &totals) { bytes in
          products(
            Int64(n), g, from, w, center, bytes.assumingMemoryBound(to: Double.self).baseAddress)
        }
        var (origin, slope, shift) = (center, -totals.1, -factor * totals.0 / Double(n))
        if !totals.0.isFinite || !totals.1.isFinite {
          // Infinities combine in PyTorch's order, without centering the input.
          totals = (0, 0)
          withUnsafeMutableBytes(of: &totals) { bytes in
            products(
              Int64(n), g, from, w, 0, bytes.assumingMemoryBound(to: Double.self).baseAddress)
          }
          (origin, slope) = (0, totals.0 * center - totals.1)
        }
        slope *= factor * factor * factor / Double(n)
        if origin != center { shift = -slope * center - totals.0 * factor / Double(n) }
        combine(
          Int64(n), g, from, w, origin, factor, slope, shift, input.pointer + at)
      }
    }
    for (i, target) in [result.weight, result.bias].enumerated() {
      guard let target else { continue }
      let part = sums.alias(shape: [pieces, n], strides: [n, 1], offset: i * pieces * n)
      try reduce(
        .sum, part, dtype: x.dtype,
        into: target.alias(shape: [1, n], strides: [n, 1], offset: target.storageOffset))
    }
  }
}

extension Tensor {
  /// Reads element `i` of a contiguous float32 or float64 tensor.
  fileprivate func number(at i: Int) -> Double {
    dtype == .float32
      ? Double(pointer.assumingMemoryBound(to: Float.self)[i])
      : pointer.assumingMemoryBound(to: Double.self)[i]
  }

  fileprivate func setNumber(_ value: Double, at i: Int) {
    if dtype == .float32 {
      pointer.assumingMemoryBound(to: Float.self)[i] = Float(value)
    } else {
      pointer.assumingMemoryBound(to: Double.self)[i] = value
    }
  }
}
