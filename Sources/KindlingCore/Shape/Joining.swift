/// Operations that join several tensors.
extension Tensor {
  /// Concatenates `tensors` along `dim` in their promoted dtype (PyTorch: `torch.cat`).
  ///
  /// Tensors of shape `[0]` are skipped, as in PyTorch.
  public static func cat(_ tensors: [Tensor], dim: Int = 0) throws -> Tensor {
    let first = try require(tensors.first, .value, "cat", "expected a non-empty list of Tensors")
    for (i, t) in tensors.enumerated() where t.ndim == 0 {
      throw TensorError(
        .shape, "cat",
        "zero-dimensional tensor (at position \(i)) cannot be concatenated; use stack")
    }
    let model = tensors.first { !$0.isSkipped } ?? first
    let d = try Layout.wrap(dim, model.ndim, "cat")
    var shape = model.shape
    shape[d] = 0
    for (i, t) in tensors.enumerated() where !t.isSkipped {
      try require(
        t.ndim == model.ndim, .shape, "cat",
        "Tensors must have same number of dimensions: got \(got: model.ndim) and \(got: t.ndim)")
      for other in shape.indices where other != d && t.shape[other] != shape[other] {
        throw TensorError(
          .shape, "cat",
          "Sizes of tensors must match except in dimension \(expected: d). Expected size \(expected: shape[other]) but got size \(got: t.shape[other]) for tensor number \(got: i) in the list; shapes are \(got: tensors.map(\.shape))"
        )
      }
      // A sum that overflows is negative, and the check of the output refuses it.
      shape[d] &+= t.shape[d]
    }
    let result = try join("cat", tensors, shape, strides: catStrides(tensors, shape))
    if try !result.joining(tensors, along: d) {
      var start = 0
      for t in tensors where !t.isSkipped {
        var part = shape
        part[d] = t.shape[d]
        if t.numel > 0 {
          try result.backend.copy(
            t,
            into: result.alias(
              shape: part, strides: result.strides, offset: start * result.strides[d]))
        }
        start += part[d]
      }
    }
    guard isGradEnabled, tensors.contains(where: \.requiresGrad) else { return result }
    var start = 0
    return try result.recorded(
      "CatBackward0",
      tensors.map { t in
        if t.isSkipped && !model.isSkipped {
          return Input(t) { g, _ in try g.newZeros([0]) }
        }
        let (from, length) = (start, t.shape[d])
        start += length
        return Input(t) { g, _ in try g.narrow(d, from, length) }
      })
  }

  /// Whether this is a tensor of shape `[0]`.
  private var isSkipped: Bool { ndim == 1 && numel == 0 }

  /// Lays `parts` side by side in this new tensor, so that dimension `d` and those behind it follow one
  /// another, and says whether: all must be contiguous and of this dtype, with pieces of a cache line.
  private func joining(_ parts: [Tensor], along d: Int) throws -> Bool {
    let blocks = shape[..<d].reduce(1, *)
    guard isContiguous, numel > 0,
      parts.allSatisfy({
        $0.isContiguous && $0.dtype == dtype
          && (blocks == 1 || $0.numel * dtype.byteSize >= 64 * blocks)
      })
    else { return false }
    let filled = parts.contains { $0.numel == 0 } ? parts.filter { $0.numel > 0 } : parts
    try backend.join(filled, blocks: blocks, into: self)
    return true
  }

  /// Calls ``cat(_:dim:)`` (PyTorch: `torch.concat`, `torch.concatenate`).
  public static func concat(_ tensors: [Tensor], dim: Int = 0) throws -> Tensor {
    try cat(tensors, dim: dim)
  }

  /// Stacks `tensors` of one shape along a new dimension (PyTorch: `torch.stack`).
  public static func stack(_ tensors: [Tensor], dim: Int = 0) throws -> Tensor {
    let first = try require(tensors.first, .value, "stack", "stack expects a non-empty TensorList")
    let d = try Layout.wrap(dim, first.ndim + 1, "stack")
    for (i, t) in tensors.enumerated() where t.shape != first.shape {
      throw TensorError(
        .shape, "stack",
        "stack expects each tensor to be equal size, but got \(got: first.shape) at entry 0 and \(got: t.shape) at entry \(got: i)"
      )
    }
    var shape = first.shape
    shape.insert(tensors.count, at: d)
    // PyTorch returns a view of the result of `cat`, except along a new last dimension.
    var strides = Layout.contiguousStrides(shape)
    if d < first.ndim {
      var joined = first.shape
      joined[d] = tensors.count &* joined[d]
      let strided = catStrides(tensors, joined)
      strides = Layout.viewStrides(joined, strided, to: shape) ?? strides
    }
    let result = try join("stack", tensors, shape, strides: strides)
    if try !result.joining(tensors, along: d) && first.numel > 0 {
      var steps = result.strides
      let step = steps.remove(at: d)
      for (i, t) in tensors.enumerated() {
        try result.backend.copy(
          t, into: result.alias(shape: first.shape, strides: steps, offset: i * step))
      }
    }
    guard isGradEnabled, tensors.contains(where: \.requiresGrad) else { return result }
    return try result.recorded(
      "StackBackward0",
      tensors.enumerated().map { i, t in Input(t) { g, _ in try g.select(d, i) } })
  }

  /// Returns the strides of the memory format that all of `tensors` suggest, or contiguous strides.
  private static func catStrides(_ tensors: [Tensor], _ shape: [Int]) -> [Int] {
    let format = tensors[0].suggestedFormat
    let shared = tensors.allSatisfy { $0.suggestedFormat == format }
    return Layout.strides(shape, shared ? format : .contiguous)
  }

  private static func join(
    _ operation: String, _ tensors: [Tensor], _ shape: [Int], strides: [Int]
  ) throws -> Tensor {
    let first = tensors[0]
    for t in tensors where t.backend !== first.backend { _ = try onOneDevice(operation, first, t) }
    return try Tensor(
      uninitialized: shape, strides: strides, resultType(tensors), on: first.backend, operation)
  }

  /// Stacks `tensors` horizontally: along columns, or along the only dimension
  /// (PyTorch: `torch.hstack`).
  public static func hstack(_ tensors: [Tensor]) throws -> Tensor {
    let wide = try tensors.map { try $0.atleast1d() }
    return try cat(wide, dim: wide.first?.ndim == 1 ? 0 : 1)
  }

  /// Stacks `tensors` vertically, with vectors as rows (PyTorch: `torch.vstack`).
  public static func vstack(_ tensors: [Tensor]) throws -> Tensor {
    try cat(tensors.map { try $0.atleast2d() }, dim: 0)
  }

  /// Stacks `tensors` along the third dimension (PyTorch: `torch.dstack`).
  public static func dstack(_ tensors: [Tensor]) throws -> Tensor {
    try cat(tensors.map { try $0.atleast3d() }, dim: 2)
  }

  /// Stacks `tensors` horizontally, with vectors as columns (PyTorch: `torch.column_stack`).
  public static func columnStack(_ tensors: [Tensor]) throws -> Tensor {
    try hstack(tensors.map { $0.ndim <= 1 ? try $0.reshape($0.numel, 1) : $0 })
  }

  /// Creates a block-diagonal matrix from `tensors`, with vectors as rows
  /// (PyTorch: `torch.block_diag`).
  public static func blockDiag(_ tensors: [Tensor]) throws -> Tensor {
    for (i, t) in tensors.enumerated() where t.ndim > 2 {
      throw TensorError(
        .shape, "blockDiag",
        "input tensors must have 2 or fewer dimensions. Input \(i) has \(t.ndim) dimensions")
    }
    guard let first = tensors.first else { return try Tensor.empty(1, 0) }
    let shapes = tensors.map { [Int](repeating: 1, count: 2 - $0.ndim) + $0.shape }
    let shape = [shapes.reduce(0) { $0 &+ $1[0] }, shapes.reduce(0) { $0 &+ $1[1] }]
    let result = try Tensor.zeros(shape, dtype: resultType(tensors), device: first.device)
    var (row, column) = (0, 0)
    let inputs = try zip(tensors, shapes).map { t, block in
      let (top, left) = (row, column)
      (row, column) = (row + block[0], column + block[1])
      if t.numel > 0 {
        try result.backend.copy(
          t.reshape(block).detach(),
          into: result.alias(shape: block, strides: result.strides, offset: top * shape[1] + left))
      }
      return Input(t) { [own = t.shape] g, _ in
        try g.narrow(0, top, block[0]).narrow(1, left, block[1]).reshape(own)
      }
    }
    return try result.recorded("BlockDiagBackward0", inputs)
  }

  /// Computes the Cartesian product of vectors, one combination per row
  /// (PyTorch: `torch.cartesian_prod`).
  public static func cartesianProd(_ tensors: [Tensor]) throws -> Tensor {
    for t in tensors where t.ndim != 1 {
      throw TensorError(
        .shape, "cartesianProd", "expect a 1D vector, but got shape \(got: t.shape)")
    }
    if tensors.count == 1 { return tensors[0] }
    return try stack(meshgrid(tensors, indexing: .ij).map { try $0.flatten() }, dim: 1)
  }

  /// Computes all combinations of `r` elements of this vector, one per row
  /// (PyTorch: `torch.combinations`).
  public func combinations(_ r: Int = 2, withReplacement: Bool = false) throws -> Tensor {
    try require(
      ndim == 1, .shape, "combinations", "expect a 1D vector, but got shape \(got: shape)")
    try require(r >= 0, .value, "combinations", "expect a non-negative number, but got \(got: r)")
    if r == 0 { return try newEmpty([0]) }
    if !withReplacement && r > numel || numel == 0 {
      return try self[Tensor.zeros([0, r], dtype: .int64)]
    }
    try checkCombinations(r, outOf: withReplacement ? numel &+ (r - 1) : numel)
    let rows = try HostBuffer<Int>(count: 0, "combinations")
    var count = 0
    var chosen = withReplacement ? [Int](repeating: 0, count: r) : Array(0..<r)
    let gap = withReplacement ? 0 : 1
    while true {
      try rows.append(contentsOf: chosen)
      count += 1
      // The last position that can still advance takes the next element; the positions after it
      // follow.
      guard let place = (0..<r).last(where: { chosen[$0] < numel - 1 - gap * (r - 1 - $0) }) else {
        break
      }
      chosen[place] += 1
      for later in (place + 1)..<Swift.max(r, place + 1) { chosen[later] = chosen[later - 1] + gap }
    }
    return try self[rows.tensor(shape: [count, r], device: device)]
  }

  /// Throws if there are more combinations than memory can hold.
  private func checkCombinations(_ r: Int, outOf n: Int) throws {
    var count = 1.0
    // A sum that overflowed is negative, and refused below.
    for i in 0..<Swift.min(r, n > r ? n - r : 0) where count < 1e15 {
      count *= Double(n - i) / Double(i + 1)
    }
    try require(
      n > 0 && count * Double(r) * 8 < Double(MemoryPool.limit / 2), .memory, "combinations",
      "about \(count) combinations of \(r) are larger than any memory")
  }
}
