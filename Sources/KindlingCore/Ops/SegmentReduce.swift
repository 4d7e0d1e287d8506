extension Tensor {
  /// What `segmentReduce` makes of a segment.
  public enum SegmentReduction: String, Sendable { case sum, mean, max, min, prod }

  /// Reduces consecutive pieces along `dim`, whose lengths are the last dimension of `lengths`
  /// (PyTorch: `torch.segment_reduce`).
  ///
  /// Each reduction starts from `initial`; an empty piece gives it, or else the reduction's
  /// identity (NaN for the mean).
  ///
  /// - Throws: ``TensorError`` where the lengths are negative or do not add up.
  public func segmentReduce(
    _ reduction: SegmentReduction, lengths: Tensor, dim: Int = 0, initial: Double? = nil
  ) throws -> Tensor {
    let d = try Layout.wrap(dim, ndim, "segment_reduce")
    guard ndim > 0 else {
      throw TensorError(
        .shape, "segment_reduce",
        "expected data with at least one dimension, but got a tensor with none")
    }
    guard lengths.dtype.isInteger, lengths.ndim == d + 1,
      Array(lengths.shape.dropLast()) == Array(shape.prefix(d))
    else {
      throw TensorError(
        .shape, "segment_reduce",
        "expected integer lengths of shape \(shape.prefix(d)) + [segments], but got \(lengths.dtype) \(lengths.shape)"
      )
    }
    return try Tensor.composed("SegmentReduceBackward0", self) { x in
      try x[0].segments(reduction, lengths, d, initial)
    }
  }

  private func segments(
    _ reduction: SegmentReduction, _ lengths: Tensor, _ d: Int, _ initial: Double?
  ) throws -> Tensor {
    // Rows before `dim` each have pieces of their own.
    let rows = shape.prefix(d).reduce(1, *), segments = lengths.shape[d]
    let x = try reshape([rows, shape[d]] + shape.dropFirst(d + 1))
    let sizes = try lengths.toArray(as: Int.self)
    var results: [Tensor] = []
    for row in 0..<rows {
      let line = try x.select(0, row)
      var start = 0
      for size in sizes[row * segments..<(row + 1) * segments] {
        guard size >= 0, size <= shape[d] - start else {
          throw TensorError(
            .value, "segment_reduce",
            "lengths must not be negative and add up to \(shape[d]), the size along dim \(d)")
        }
        results.append(try line.narrow(0, start, size).reducedSegment(reduction, initial))
        start += size
      }
    }
    let target = Array(shape.prefix(d)) + [segments] + shape.dropFirst(d + 1)
    if results.isEmpty { return try Tensor.zeros(target, dtype: dtype, device: device) }
    return try Tensor.stack(results, dim: 0).reshape(target)
  }

  /// ``segmentReduce(_:lengths:dim:initial:)`` where pieces are given by where they begin and end.
  public func segmentReduce(
    _ reduction: SegmentReduction, offsets: Tensor, dim: Int = 0, initial: Double? = nil
  ) throws -> Tensor {
    guard offsets.ndim > 0, offsets.shape[offsets.ndim - 1] > 0 else {
      throw TensorError(
        .shape, "segment_reduce", "offsets must have a last dimension with elements")
    }
    return try segmentReduce(reduction, lengths: offsets.diff(), dim: dim, initial: initial)
  }

  private func reducedSegment(_ reduction: SegmentReduction, _ initial: Double?) throws -> Tensor {
    let empty = shape[0] == 0
    switch reduction {
    case .sum:
      let sum = try sum(dim: 0, dtype: dtype)
      return try initial.map { try sum + $0 } ?? sum
    case .mean:
      if empty, let initial { return try sum(dim: 0) + initial }
      let count = Double(shape[0])
      let mean = try sum(dim: 0) / count
      return try initial.map { try mean + $0 / count } ?? mean
    case .prod:
      let product = try prod(dim: 0, dtype: dtype)
      return try initial.map { try product * $0 } ?? product
    case .max:
      if empty { return try sum(dim: 0) + (initial ?? -.infinity) }
      let top = try amax(dim: 0)
      return try initial.map { try Tensor.where(top.lt($0), $0, top) } ?? top
    case .min:
      if empty { return try sum(dim: 0) + (initial ?? .infinity) }
      let bottom = try amin(dim: 0)
      return try initial.map { try Tensor.where(bottom.gt($0), $0, bottom) } ?? bottom
    }
  }
}
