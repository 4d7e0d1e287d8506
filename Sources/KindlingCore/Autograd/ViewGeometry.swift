/// The geometry of a view relative to its base, independent of the memory of the values.
struct ViewGeometry {
  let shape: [Int]
  let strides: [Int]
  let offset: Int
  let baseShape: [Int]
  let baseStrides: [Int]
  /// The number of elements that the base spans in memory, and the offset of its first one.
  let span: Int
  let baseOffset: Int

  init(of view: Tensor, in base: Tensor) {
    shape = view.shape
    strides = view.strides
    baseShape = base.shape
    baseStrides = base.strides
    let extent = Layout.extent(base.shape, base.strides, offset: base.storageOffset)
    let low = extent?.lowerBound ?? 0
    span = extent?.count ?? 0
    baseOffset = base.storageOffset - low
    offset = view.storageOffset - low
  }

  /// Returns the elements of `x`, shaped like the base, that are in the view.
  func gather(_ x: Tensor) throws -> Tensor {
    let memory = try laidOut(x)
    let result = try Tensor(uninitialized: shape, x.dtype, on: x.backend, "asStrided")
    try x.backend.copy(try viewed(memory), into: result)
    return try result.recorded("AsStridedBackward0", Input(x) { g, _ in try scatter(g) })
  }

  /// Returns zeros shaped like the base, with `g` added at the view.
  func scatter(_ g: Tensor) throws -> Tensor {
    let memory = try Tensor.zeros([span], dtype: g.dtype, device: g.device)
    try noGrad { try ViewGeometry.add(g, into: viewed(memory)) }
    let result = memory.alias(shape: baseShape, strides: baseStrides, offset: baseOffset)
    return try result.recorded("AsStridedBackward1", Input(g) { h, _ in try gather(h) })
  }

  /// Returns `x`, shaped like the base, with the view replaced by `part`, or by zeros if nil.
  func replace(in x: Tensor, by part: Tensor?) throws -> Tensor {
    let memory = try laidOut(x)
    let slice = try viewed(memory)
    if let part {
      try x.backend.copy(part, into: slice)
    } else {
      try x.backend.fill(slice, .int(0))
    }
    let result = memory.alias(shape: baseShape, strides: baseStrides, offset: baseOffset)
    let base = Input(x) { h, _ in try replace(in: h, by: nil) }
    guard let part else { return try result.recorded("AsStridedScatterBackward0", base) }
    return try result.recorded(
      "AsStridedScatterBackward0", base, Input(part) { h, _ in try gather(h) })
  }

  /// Copies `x` to new memory in the layout of the base.
  private func laidOut(_ x: Tensor) throws -> Tensor {
    let memory = try Tensor(uninitialized: [span], x.dtype, on: x.backend, "asStrided")
    let inner = memory.alias(shape: baseShape, strides: baseStrides, offset: baseOffset)
    try x.backend.copy(x, into: inner)
    return memory
  }

  private func viewed(_ memory: Tensor) throws -> Tensor {
    if let extent = Layout.extent(shape, strides, offset: offset),
      extent.lowerBound < 0 || extent.upperBound > span
    {
      throw TensorError(
        .autograd, "backward",
        "a view of shape \(shape) and strides \(strides) reaches beyond its base of shape \(baseShape); gradients cannot pass through it"
      )
    }
    return memory.alias(shape: shape, strides: strides, offset: offset)
  }

  /// Adds `g` to `target`, whose elements may overlap: one index at a time along an overlapping
  /// dimension.
  private static func add(_ g: Tensor, into target: Tensor) throws {
    guard let d = overlappingDimension(target.shape, target.strides) else {
      try target.add_(g)
      return
    }
    for i in 0..<target.shape[d] {
      try add(g.position(i, along: d), into: target.position(i, along: d))
    }
  }

  /// Returns a dimension along which elements may overlap, or nil if there is none.
  private static func overlappingDimension(_ shape: [Int], _ strides: [Int]) -> Int? {
    let order = shape.indices.filter { shape[$0] > 1 }
      .sorted { abs(strides[$0]) < abs(strides[$1]) }
    var reach = 0
    for (i, d) in order.enumerated() {
      if abs(strides[d]) <= reach { return i == 0 ? d : order[i - 1] }
      reach += (shape[d] - 1) * abs(strides[d])
      if strides[d] == 0 { return d }
    }
    return nil
  }
}

extension Tensor {
  fileprivate func position(_ i: Int, along d: Int) -> Tensor {
    var (shape, strides) = (shape, strides)
    shape.remove(at: d)
    let step = strides.remove(at: d)
    return alias(shape: shape, strides: strides, offset: storageOffset + i * step)
  }
}
