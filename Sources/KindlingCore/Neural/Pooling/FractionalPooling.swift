extension Pooling.Axis {
  /// Creates windows of `kernel` elements with pseudo-random spacing, which `sample` in [0, 1]
  /// determines.
  package static func fractional(
    _ input: Int, _ output: Int, _ kernel: Int, sample: Double, isDouble: Bool
  ) -> Pooling.Axis {
    let starts = (0..<output).map { i -> Int in
      if i == output - 1 { return input - kernel }
      // Rounded in the type of the input, whose products determine where a window starts.
      if isDouble {
        let alpha = Double(input - kernel) / Double(output - 1)
        return Int((Double(i) + sample) * alpha) - Int(sample * alpha)
      }
      let alpha = Float(input - kernel) / Float(output - 1), sample = Float(sample)
      return Int((Float(i) + sample) * alpha) - Int(sample * alpha)
    }.map { min(max($0, 0), input - kernel) }
    return Pooling.Axis(
      input: input, output: output, starts: starts, ends: starts.map { $0 + kernel },
      counts: [Int](repeating: kernel, count: output))
  }
}

extension Tensor {
  /// Applies ``maxPooled(_:_:rank:indices:)`` with separate windows for every plane, to output
  /// `size`.
  package func maxPooledPlaneByPlane(
    _ node: String, _ size: [Int], _ windows: [[Pooling.Axis]]
  ) throws -> (values: Tensor, indices: Tensor) {
    let rank = size.count
    let x = try unrecordedContiguous()
    let shape = Array(shape.dropLast(rank)) + size
    let y = try Tensor(uninitialized: shape, dtype, on: backend, "max_pool")
    let indices = try Tensor(uninitialized: shape, .int64, on: backend, "max_pool")
    let (before, after) = (self.shape.suffix(rank).reduce(1, *), size.reduce(1, *))
    for (plane, axes) in windows.enumerated() {
      func part(_ t: Tensor, _ count: Int) -> Tensor {
        t.alias(shape: [count], strides: [1], offset: t.storageOffset + plane * count)
      }
      let p = Pooling(planes: 1, axes: [Pooling.Axis](repeating: .single, count: 3 - rank) + axes)
      try backend.maxPool(part(x, before), p, into: part(y, after), indices: part(indices, after))
    }
    try recordMaxima(y, indices, node, rank)
    return (y, indices)
  }
}
