extension Tensor {
  /// The reduction of a segment.
  public enum SegmentReduction: String, Sendable { case sum, mean, max, min, prod }

  /// Reduces consecutive segments along `dim`, with lengths in the last dimension of `lengths`
  /// (PyTorch: `torch.segment_reduce`).
  ///
  /// Each reduction starts from `initial`. An empty segment gives `initial` if set, else the
  /// identity of the reduction (NaN for the mean).
  ///
  /// - Throws: ``TensorError`` if lengths are negative or do not sum to the size along `dim`; with
  ///   `unsafe`, only if they exceed it.
  public func segmentReduce(
    _ reduction: SegmentReduction, lengths: Tensor, dim: Int = 0, initial: Double? = nil,
    unsafe: Bool = false
  ) throws -> Tensor {
    let d = try segmentDim(dim, lengths, "lengths")
    let segments = lengths.shape[d]
    let sizes = try lengths.hostElements(as: Int.self, "segment_reduce")
    let bounds = try HostBuffer<Int>(count: 0, "segment_reduce")
    var first = 0
    for _ in 0..<shape.prefix(d).reduce(1, *) {
      var end = 0
      try bounds.append(0)
      for size in sizes[first..<first + segments] {
        guard size >= 0, size <= shape[d] - end else { end = -1; break }
        end += size
        try bounds.append(end)
      }
      try require(
        end == shape[d] || unsafe && end >= 0, .value, "segment_reduce",
        "lengths must not be negative and add up to \(shape[d]), the size along dim \(dim)")
      first += segments
    }
    return try self.segments(reduction, bounds, segments, d, initial)
  }

  /// Reduces segments like ``segmentReduce(_:lengths:dim:initial:unsafe:)``, given by their offsets
  /// instead of their lengths.
  public func segmentReduce(
    _ reduction: SegmentReduction, offsets: Tensor, dim: Int = 0, initial: Double? = nil
  ) throws -> Tensor {
    let d = try segmentDim(dim, offsets, "offsets")
    try require(
      offsets.shape[d] > 0, .shape, "segment_reduce",
      "offsets must have a last dimension with elements")
    let segments = offsets.shape[d] - 1
    let bounds = try offsets.hostElements(as: Int.self, "segment_reduce")
    for (i, bound) in bounds.enumerated() {
      let least = i % (segments + 1) == 0 ? 0 : bounds[i - 1]
      try require(
        bound >= least && bound <= shape[d], .value, "segment_reduce",
        "offsets must ascend from 0 to \(expected: shape[d]), the size along dim \(expected: dim), but got \(got: bound) behind \(got: least)"
      )
    }
    return try self.segments(reduction, bounds, segments, d, initial)
  }

  private func segmentDim(_ dim: Int, _ places: Tensor, _ name: String) throws -> Int {
    let d = try Layout.wrap(dim, ndim, "segment_reduce")
    try require(
      ndim > 0, .shape, "segment_reduce",
      "expected data with at least one dimension, but got a tensor with none")
    try require(
      places.dtype.isInteger && places.ndim == d + 1
        && Array(places.shape.dropLast()) == Array(shape.prefix(d)), .shape, "segment_reduce",
      "expected integer \(name) of shape \(expected: shape.prefix(d)) + [segments], but got \(got: places.dtype) \(got: places.shape)"
    )
    try require(
      dtype.isFloatingPoint, .dtype, "segment_reduce",
      "\"_segment_reduce_cpu\" not implemented for '\(dtype.scalarName)'")
    return d
  }

  /// Reduces the segments between adjacent `bounds`, `segments + 1` of them for each row before
  /// `d`.
  private func segments(
    _ reduction: SegmentReduction, _ bounds: HostBuffer<Int>, _ segments: Int, _ d: Int,
    _ initial: Double?
  ) throws -> Tensor {
    let rows = shape.prefix(d).reduce(1, *)
    let target = Array(shape.prefix(d)) + [segments] + shape.dropFirst(d + 1)
    if rows * segments == 0 {
      return try Tensor.composed("SegmentReduceBackward0", self, savingOutput: true) {
        try $0[0].reshape([-1]).narrow(0, 0, 0).reshape(target)
      }
    }
    // Each segment is a separate tensor in the graph.
    try Layout.checkList(rows * segments, bytes: 4096, "segment_reduce")
    return try Tensor.composed("SegmentReduceBackward0", self, savingOutput: true) {
      [shape] inputs in
      let x = try inputs[0].reshape([rows, shape[d]] + shape.dropFirst(d + 1))
      let results = try (0..<rows).flatMap { row in
        let line = try x.select(0, row)
        return try (0..<segments).map { i in
          let start = bounds[row * (segments + 1) + i], end = bounds[row * (segments + 1) + i + 1]
          return try line.narrow(0, start, end - start).reducedSegment(reduction, initial)
        }
      }
      return try Tensor.stack(results, dim: 0).reshape(target)
    }
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
      let top = try extremeOfSegment { try $0.amax(dim: 0) }
      return try initial.map { try Tensor.where(top.lt($0), $0, top) } ?? top
    case .min:
      if empty { return try sum(dim: 0) + (initial ?? .infinity) }
      let bottom = try extremeOfSegment { try $0.amin(dim: 0) }
      return try initial.map { try Tensor.where(bottom.gt($0), $0, bottom) } ?? bottom
    }
  }

  /// Computes the minimum or maximum; elements equal to it or NaN share the gradient equally.
  private func extremeOfSegment(_ find: (Tensor) throws -> Tensor) throws -> Tensor {
    let (extreme, hits) = try noGrad {
      let extreme = try find(self)
      return (extreme, try eq(extreme).logicalOr(isnan()))
    }
    return try extreme.recorded(
      "SegmentReduceBackward0",
      Input(self, saving: hits) { g, s in try g / s[0].sum(dim: 0) * s[0] })
  }
}
