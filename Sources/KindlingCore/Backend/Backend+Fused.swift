import CKernels
import KindlingPlatform

/// The fused operations composed of primitives.
///
/// A new backend can start from them, and other backends use them for layouts and dtypes without a
/// kernel.
extension Backend {
  /// Creates a 0-dimensional tensor of a number, as the scalar operand of a primitive.
  private func number(_ value: Double, _ dtype: DType) throws -> Tensor {
    let result = try Tensor(uninitialized: [], dtype, on: self)
    try fill(result, .double(value))
    return result
  }

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

  /// Computes ``sgdStep(_:_:momentumBuffer:_:)`` from primitives.
  package func composedSGDStep(
    _ parameter: Tensor, _ gradient: Tensor, momentumBuffer: Tensor?, _ step: SGDStep
  ) throws {
    let type = parameter.dtype
    var g = gradient
    if step.maximize {
      let negated = try scratch(like: parameter)
      try unary(.neg, g, (0, 0), dtype: type, into: negated)
      g = negated
    }
    if step.weightDecay != 0 {
      let decayed = try scratch(like: parameter)
      try binary(.add, g, parameter, step.weightDecay, dtype: type, into: decayed)
      g = decayed
    }
    if let buffer = momentumBuffer {
      if step.isFirst {
        try copy(g, into: buffer)
      } else {
        try binary(.mul, buffer, number(step.momentum, type), 1, dtype: type, into: buffer)
        try binary(.add, buffer, g, 1 - step.dampening, dtype: type, into: buffer)
      }
      if step.nesterov {
        let ahead = try scratch(like: parameter)
        try binary(.add, g, buffer, step.momentum, dtype: type, into: ahead)
        g = ahead
      } else {
        g = buffer
      }
    }
    try binary(.add, parameter, g, -step.lr, dtype: type, into: parameter)
  }

  /// Computes ``adamStep(_:_:expAvg:expAvgSq:maxExpAvgSq:_:)`` from primitives.
  package func composedAdamStep(
    _ parameter: Tensor, _ gradient: Tensor, expAvg: Tensor, expAvgSq: Tensor,
    maxExpAvgSq: Tensor?, _ step: AdamStep
  ) throws {
    let type = parameter.dtype
    var g = gradient
    if step.maximize {
      let negated = try scratch(like: parameter)
      try unary(.neg, g, (0, 0), dtype: type, into: negated)
      g = negated
    }
    if step.weightDecay != 0 {
      if step.decoupled {
        let kept = try number(1 - step.lr * step.weightDecay, type)
        try binary(.mul, parameter, kept, 1, dtype: type, into: parameter)
      } else {
        let decayed = try scratch(like: parameter)
        try binary(.add, g, parameter, step.weightDecay, dtype: type, into: decayed)
        g = decayed
      }
    }
    try ternary(.lerp, expAvg, g, number(1 - step.beta1, type), 1, dtype: type, into: expAvg)
    try binary(.mul, expAvgSq, number(step.beta2, type), 1, dtype: type, into: expAvgSq)
    try ternary(.addcmul, expAvgSq, g, g, 1 - step.beta2, dtype: type, into: expAvgSq)
    var second = expAvgSq
    if let most = maxExpAvgSq {
      try binary(.maximum, most, expAvgSq, 1, dtype: type, into: most)
      second = most
    }
    let denominator = try scratch(like: parameter)
    try unary(.sqrt, second, (0, 0), dtype: type, into: denominator)
    let correction = try number((1 - pow(step.beta2, step.step)).squareRoot(), type)
    try binary(.div, denominator, correction, 1, dtype: type, into: denominator)
    try binary(.add, denominator, number(step.eps, type), 1, dtype: type, into: denominator)
    let size = -step.lr / (1 - pow(step.beta1, step.step))
    try ternary(.addcdiv, parameter, expAvg, denominator, size, dtype: type, into: parameter)
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

  package func sgdStep(
    _ parameter: Tensor, _ gradient: Tensor, momentumBuffer: Tensor?, _ step: SGDStep
  ) throws {
    try composedSGDStep(parameter, gradient, momentumBuffer: momentumBuffer, step)
  }

  package func adamStep(
    _ parameter: Tensor, _ gradient: Tensor, expAvg: Tensor, expAvgSq: Tensor,
    maxExpAvgSq: Tensor?, _ step: AdamStep
  ) throws {
    try composedAdamStep(
      parameter, gradient, expAvg: expAvg, expAvgSq: expAvgSq, maxExpAvgSq: maxExpAvgSq, step)
  }
}
