import CKernels

/// The fused operations composed of primitives.
///
/// A new backend can start from them, and other backends use them for layouts and dtypes without a
/// kernel.
extension Backend {
  private func scratch(like x: Tensor) throws -> Tensor {
    try Tensor(uninitialized: x.shape, x.dtype, on: self)
  }

  private func reduced(_ op: ReduceOp, _ x: Tensor, _ dim: Int) throws -> Tensor {
    var shape = x.shape
    shape[dim] = 1
    let result = try Tensor(uninitialized: shape, x.dtype, on: self)
    try reduce(op, x, dtype: x.dtype, into: result)
    return result
  }

  /// ``join(_:blocks:into:)`` part by part.
  package func composedJoin(_ parts: [Tensor], blocks: Int, into out: Tensor) throws {
    var start = out.storageOffset
    let line = out.numel / blocks
    for part in parts {
      let piece = [blocks, part.numel / blocks]
      try copy(
        part.alias(
          shape: piece, strides: Layout.contiguousStrides(piece), offset: part.storageOffset),
        into: out.alias(shape: piece, strides: [line, 1], offset: start))
      start += piece[1]
    }
  }

  /// ``border(_:before:after:into:)`` column by column.
  package func composedBorder(
    _ x: Tensor, before: [Int], after: [Int], into out: Tensor
  ) throws {
    let last = x.ndim - 1, count = x.shape[last]
    func columns(_ t: Tensor, _ start: Int, _ count: Int) -> Tensor {
      var shape = t.shape
      shape[last] = count
      return t.alias(shape: shape, strides: t.strides, offset: t.storageOffset + start)
    }
    try copy(x, into: columns(out, before.count, count))
    for (i, place) in before.enumerated() {
      try copy(columns(x, place, 1), into: columns(out, i, 1))
    }
    for (i, place) in after.enumerated() {
      try copy(columns(x, place, 1), into: columns(out, before.count + count + i, 1))
    }
  }

  /// ``softmax(_:dim:log:into:)`` step by step.
  package func composedSoftmax(_ x: Tensor, dim: Int, log: Bool, into out: Tensor) throws {
    if x.numel == 0 { return }
    let type = x.dtype
    if x.ndim == 0 { return try fill(out, .double(log ? 0 : 1)) }
    try binary(.sub, x, reduced(.max, x, dim), 1, dtype: type, into: out)
    let powers = log ? try scratch(like: x) : out
    try unary(.exp, out, (0, 0), dtype: type, into: powers)
    let sum = try reduced(.sum, powers, dim)
    if log {
      try unary(.log, sum, (0, 0), dtype: type, into: sum)
      try binary(.sub, out, sum, 1, dtype: type, into: out)
    } else {
      try binary(.div, out, sum, 1, dtype: type, into: out)
    }
  }

  /// Computes ``softmaxBackward(_:_:dim:log:into:)`` from primitives.
  package func composedSoftmaxBackward(
    _ gradient: Tensor, _ output: Tensor, dim: Int, log: Bool, into out: Tensor
  ) throws {
    if output.numel == 0 { return }
    let type = output.dtype
    if output.ndim == 0 { return try fill(out, .double(0)) }
    if log {
      // g − softmax · Σg
      let sum = try reduced(.sum, gradient, dim), product = try scratch(like: output)
      try unary(.exp, output, (0, 0), dtype: type, into: product)
      try binary(.mul, product, sum, 1, dtype: type, into: product)
      try binary(.sub, gradient, product, 1, dtype: type, into: out)
    } else {
      // y · (g − Σ g·y)
      let product = try scratch(like: output)
      try binary(.mul, gradient, output, 1, dtype: type, into: product)
      let sum = try reduced(.sum, product, dim)
      try binary(.sub, gradient, sum, 1, dtype: type, into: product)
      try binary(.mul, product, output, 1, dtype: type, into: out)
    }
  }

  package func border(_ x: Tensor, before: [Int], after: [Int], into out: Tensor) throws {
    try composedBorder(x, before: before, after: after, into: out)
  }

  package func join(_ parts: [Tensor], blocks: Int, into out: Tensor) throws {
    try composedJoin(parts, blocks: blocks, into: out)
  }

  package func softmax(_ x: Tensor, dim: Int, log: Bool, into out: Tensor) throws {
    try composedSoftmax(x, dim: dim, log: log, into: out)
  }

  package func softmaxBackward(
    _ gradient: Tensor, _ output: Tensor, dim: Int, log: Bool, into out: Tensor
  ) throws {
    try composedSoftmaxBackward(gradient, output, dim: dim, log: log, into: out)
  }
}
