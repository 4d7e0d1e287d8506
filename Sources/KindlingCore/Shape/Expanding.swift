/// Operations that repeat elements.
extension Tensor {
  /// Expands dimensions of size 1 without copying; −1 keeps a size (PyTorch: `Tensor.expand`).
  public func expand(_ sizes: [Int]) throws -> Tensor {
    let lead = sizes.count - ndim
    try require(
      lead >= 0, .shape, "expand",
      "the number of sizes provided (\(sizes.count)) must be greater or equal to the number of dimensions in the tensor (\(ndim)); sizes are \(sizes), the shape is \(shape)"
    )
    var target = sizes
    for d in sizes.indices {
      let own = d < lead ? 1 : shape[d - lead]
      if sizes[d] == -1 && d >= lead { target[d] = own }
      try require(
        target[d] >= 0, .shape, "expand",
        "the expanded size of the tensor (\(sizes[d])) isn't allowed in a leading, non-existing dimension \(d)"
      )
      try require(
        own == target[d] || own == 1, .shape, "expand",
        "the expanded size of the tensor (\(target[d])) must match the existing size (\(own)) at non-singleton dimension \(d). Target sizes: \(sizes). Tensor sizes: \(shape)"
      )
    }
    _ = try Layout.checkedCount(target, dtype, "expand")
    var strides = Layout.expandedStrides(shape, strides, to: target)
    // A new dimension of size 1 does not repeat elements.
    for d in (0..<lead).reversed() where target[d] == 1 {
      strides[d] = d + 1 < target.count ? target[d + 1] &* strides[d + 1] : 1
    }
    return try view("ExpandBackward0", shape: target, strides: strides, offset: storageOffset) {
      g, _ in
      g
    }
  }

  /// Calls ``expand(_:)-([Int])`` with the sizes as numbers.
  public func expand(_ sizes: Int...) throws -> Tensor { try expand(sizes) }
  /// Expands this tensor to the shape of `other` (PyTorch: `Tensor.expand_as`).
  public func expandAs(_ other: Tensor) throws -> Tensor { try expand(other.shape) }
  /// Expands this tensor to `shape` (PyTorch: `torch.broadcast_to`).
  public func broadcastTo(_ shape: [Int]) throws -> Tensor { try expand(shape) }

  /// Expands all of `tensors` to their common shape (PyTorch: `torch.broadcast_tensors`).
  public static func broadcastTensors(_ tensors: [Tensor]) throws -> [Tensor] {
    let shape = try broadcastShapes(tensors.map(\.shape))
    return try tensors.map { try $0.expand(shape) }
  }

  /// Returns the shape to which all of `shapes` broadcast (PyTorch: `torch.broadcast_shapes`).
  public static func broadcastShapes(_ shapes: [[Int]]) throws -> [Int] {
    for shape in shapes { _ = try Layout.checkedCount(shape, .int8, "broadcastShapes") }
    return try shapes.reduce([]) { try Layout.broadcast($0, $1, "broadcastShapes") }
  }

  /// Repeats this tensor `repeats[d]` times along each dimension `d` (PyTorch: `Tensor.repeat`).
  ///
  /// Additional dimensions are inserted in front.
  public func `repeat`(_ repeats: [Int]) throws -> Tensor {
    let lead = repeats.count - ndim
    try require(
      lead >= 0, .shape, "repeat",
      "number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: got \(got: repeats) for shape \(got: shape)"
    )
    if let bad = repeats.first(where: { $0 < 0 }) {
      throw TensorError(
        .shape, "repeat", "trying to create tensor with negative dimension: repeats has \(bad)")
    }
    let own = [Int](repeating: 1, count: lead) + shape
    // Each dimension of size s becomes two, [repeats, s], the first with stride 0.
    var target: [Int] = [], pairs: [Int] = [], steps: [Int] = []
    for d in repeats.indices {
      let (size, over) = repeats[d].multipliedReportingOverflow(by: own[d])
      try require(
        !over, .memory, "repeat", "repeats \(repeats) of shape \(shape) are larger than any memory")
      target.append(size)
      pairs += [repeats[d], own[d]]
      steps += [0, d < lead ? 0 : strides[d - lead]]
    }
    let result = try Tensor(uninitialized: target, dtype, on: backend, "repeat")
    if result.numel > 0 {
      try backend.copy(
        alias(shape: pairs, strides: steps, offset: storageOffset),
        into: result.alias(shape: pairs, strides: Layout.contiguousStrides(pairs), offset: 0))
    }
    return try result.recorded(
      "RepeatBackward0",
      Input(self) { [pairs] g, _ in
        let copies = Array(stride(from: 0, to: pairs.count, by: 2))
        return copies.isEmpty ? g : try g.reshape(pairs).sum(dims: copies)
      })
  }

  /// Calls ``repeat(_:)-([Int])`` with the repeat counts as numbers.
  public func `repeat`(_ repeats: Int...) throws -> Tensor { try self.repeat(repeats) }

  /// Repeats this tensor like ``repeat(_:)-([Int])``; missing counts are 1
  /// (PyTorch: `Tensor.tile`).
  public func tile(_ dims: [Int]) throws -> Tensor {
    try self.repeat([Int](repeating: 1, count: Swift.max(0, ndim - dims.count)) + dims)
  }

  /// Calls ``tile(_:)-([Int])`` with the repeat counts as numbers.
  public func tile(_ dims: Int...) throws -> Tensor { try tile(dims) }

  /// Repeats each element `repeats` times along `dim`, or of the flattened tensor if nil
  /// (PyTorch: `Tensor.repeat_interleave`).
  public func repeatInterleave(_ repeats: Int, dim: Int? = nil) throws -> Tensor {
    try require(
      repeats >= 0, .value, "repeatInterleave",
      "repeats must be non-negative, but got \(got: repeats)")
    let source = dim == nil ? try ravel() : self
    let d = try Layout.wrapStrictly(dim ?? 0, source.ndim, "repeatInterleave")
    var wide = source.shape
    wide.insert(repeats, at: d + 1)
    _ = try Layout.checkedCount(wide, dtype, "repeatInterleave")
    return try source.unsqueeze(d + 1).expand(wide).clone(memoryFormat: .contiguous).flatten(
      startDim: d, endDim: d + 1)
  }

  /// Repeats element `i` along `dim` `repeats[i]` times (PyTorch: `Tensor.repeat_interleave`).
  ///
  /// `repeats` has one integer for each element along `dim`, or a single one for all. Its sum must
  /// equal `outputSize` if given. If `dim` is nil, the tensor is flattened.
  public func repeatInterleave(
    _ repeats: Tensor, dim: Int? = nil, outputSize: Int? = nil
  ) throws -> Tensor {
    try require(
      repeats.dtype.isInteger, .dtype, "repeatInterleave",
      "repeats has to be an integer tensor, but is \(repeats.dtype)")
    try require(
      repeats.ndim <= 1, .shape, "repeatInterleave",
      "repeats must be 0-dim or 1-dim tensor, but has shape \(repeats.shape)")
    let source = dim == nil ? try ravel() : self
    let d = try Layout.wrapStrictly(dim ?? 0, source.ndim, "repeatInterleave")
    if repeats.numel == 1 {
      return try source.repeatInterleave(repeats.item(as: Int.self), dim: d)
    }
    let counts = try repeats.hostElementsForReading(as: Int.self, "repeatInterleave")
    try require(
      counts.count == source.shape[d], .shape, "repeatInterleave",
      "repeats must have the same size as input along dim, but got \(got: counts.count) repeats for size \(got: source.shape[d])"
    )
    try require(
      counts.first(outside: 0..<Int.max) ?? 0 >= 0, .value, "repeatInterleave",
      "repeats can not be negative")
    let total = counts.withElements { counts in
      counts.reduce(0) { sum, count in
        let (next, overflow) = sum.addingReportingOverflow(count)
        return overflow ? Int.max : next
      }
    }
    try require(
      outputSize ?? total == total, .value, "repeatInterleave",
      "allocated size does not match required size: outputSize is \(outputSize ?? 0), the repeats sum to \(total)"
    )
    // How many elements start at each place of the result, added up: no step depends on a count.
    let index = try HostBuffer(repeating: 0, count: total &+ 1, "repeatInterleave")
    index.withElements { index in
      counts.withElements { counts in
        var next = 0
        for count in counts {
          index[next] += 1
          next += count
        }
      }
      var place = -1
      for i in index.indices {
        place += index[i]
        index[i] = place
      }
    }
    index.truncate(to: total)
    return try source.indexSelect(d, index.tensor(shape: [total], device: device))
  }

  /// Creates coordinate grids: one tensor for each of `tensors`, all of one shape
  /// (PyTorch: `torch.meshgrid`).
  ///
  /// The shape has the lengths of the inputs. Without `indexing`, `.ij` is used, with a warning.
  public static func meshgrid(
    _ tensors: [Tensor], indexing chosen: MeshIndexing? = nil
  ) throws -> [Tensor] {
    if chosen == nil {
      try Warnings.warn(
        .deprecated, "",
        "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."
      )
    }
    let indexing = chosen ?? .ij
    let first = try require(
      tensors.first, .value, "meshgrid", "expects a non-empty list of tensors")
    for t in tensors {
      try require(
        t.ndim <= 1, .shape, "meshgrid",
        "expected scalar or 1D tensor in the tensor list but got shape \(got: t.shape)")
      try require(
        t.dtype == first.dtype, .dtype, "meshgrid",
        "expects all tensors to have the same dtype, but got \(got: first.dtype) and \(got: t.dtype)"
      )
    }
    let swaps = indexing == .xy && tensors.count >= 2
    var ordered = tensors
    if swaps { ordered.swapAt(0, 1) }
    let shape = ordered.map(\.numel)
    _ = try Layout.checkedCount(shape, first.dtype, "meshgrid")
    var grids = try ordered.enumerated().map { i, t in
      var own = [Int](repeating: 1, count: shape.count)
      own[i] = -1
      if t.numel == 0 { own[i] = 0 }
      return try t.view(own).expand(shape)
    }
    if swaps { grids.swapAt(0, 1) }
    return grids
  }
}

/// The order of the first two dimensions of ``Tensor/meshgrid(_:indexing:)``.
public enum MeshIndexing: String, Sendable {
  /// Matrix order: the first input varies along the rows.
  case ij
  /// Cartesian order: the second input varies along the rows.
  case xy
}
