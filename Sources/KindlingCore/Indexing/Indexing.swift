import CKernels

extension Tensor {
  /// A part of this tensor, by PyTorch's indexing rules (PyTorch: `Tensor.__getitem__`).
  ///
  /// Integers, ranges, `.all`, `.ellipsis` and `.newAxis` return a writable view, as in
  /// `try t[.all, 1].fill_(0)`. Masks, arrays and index tensors return a copy; to write, use
  /// ``set(_:to:)-(TensorIndexing...,Tensor)``.
  ///
  ///     try t[0]              try t[.all, 0]          try t[.ellipsis, -1]
  ///     try t[1..<3, .newAxis]  try t[.slice(1, -1)]  try t[.step(0, 10, 2)]
  ///     try t[t .> 0]         try t[[0, 2], 1...]
  ///
  /// A throwing subscript in Swift has no setter: `x[…] = value` is
  /// ``set(_:to:)-(TensorIndexing...,Tensor)``.
  ///
  /// - Throws: ``TensorError`` `.index` for an index or a dimension out of range, `.value` for a
  ///   step that is not positive, `.dtype` for index tensors other than int64, int32, uint8 and
  ///   bool.
  public subscript(indices: any TensorIndexing...) -> Tensor {
    get throws { try self[indices.map(\.tensorIndex)] }
  }

  /// A part of this tensor, with the indices as an array.
  public subscript(indices: [TensorIndex]) -> Tensor {
    get throws {
      let (view, tensors) = try basic(indices)
      if !tensors.contains(where: { $0 != nil }) {
        guard view === self else { return view }
        // PyTorch omits whole slices if there are several indices.
        if indices.count == 1, case .slice = indices[0].kind { return try slice(0, nil, nil) }
        return try self.view("AliasBackward0", aliasPlan())
      }
      return try view.index(tensors)
    }
  }

  /// Applies all indices that give views, and returns the view with the remaining index tensors in
  /// the form of ``indexPut(_:_:accumulate:)``.
  func basic(_ indices: [TensorIndex]) throws -> (Tensor, [Tensor?]) {
    var consumed = 0, ellipses = 0
    for index in indices {
      switch index.kind {
      case .integer, .slice: consumed += 1
      case .tensor(let t): consumed += t.isMask ? t.ndim : 1
      case .ellipsis: ellipses += 1
      case .newAxis, .truth: break
      case .invalid(let error): throw error
      }
    }
    try require(consumed <= ndim, .index, "", "too many indices for tensor of dimension \(ndim)")
    try require(ellipses <= 1, .index, "", "an index can only have a single ellipsis ('...')")
    var result = self, dim = 0
    // The index tensors with their first dimension; a mask covers as many dimensions as it has.
    var placed: [(dim: Int, index: Tensor)] = []
    func truth(_ holds: Bool) throws {
      result = try result.unsqueeze(dim)
      placed.append((dim, Tensor(holds ? [0] : [Int]())))
      dim += 1
    }
    for index in indices {
      switch index.kind {
      case .integer(let i):
        try require(
          result.ndim > 0, .index, "",
          "invalid index of a 0-dim tensor. Use item() to convert it to a number")
        result = try result.select(dim, i)
      case .slice(let start, let end, let step):
        if step != 1 || !(start ?? 0 == 0 && (end ?? .max) >= result.shape[dim]) {
          result = try result.slice(dim, start, end, step: step)
        }
        dim += 1
      case .newAxis:
        result = try result.unsqueeze(dim)
        dim += 1
      case .ellipsis: dim += ndim - consumed
      case .truth(let holds): try truth(holds)
      case .tensor(let t) where t.ndim == 0 && t.isMask: try truth(t.item() != 0)
      case .tensor(let t) where t.ndim == 0 && t.dtype.isInteger:
        result = try result.select(dim, t.item(as: Int.self))
      case .tensor(let t):
        placed.append((dim, t))
        dim += t.isMask ? t.ndim : 1
      case .invalid(let error): throw error
      }
    }
    // The list for `indexPut`: one entry for each dimension, and a single one for a mask.
    var tensors: [Tensor?] = [], reached = 0
    for (dim, index) in placed {
      while reached < dim {
        tensors.append(nil)
        reached += 1
      }
      tensors.append(index)
      reached += index.isMask ? index.ndim : 1
    }
    return (result, tensors)
  }

  /// Whether this tensor is a mask when used as an index.
  private var isMask: Bool { dtype == .bool || dtype == .uint8 }

  /// Returns the elements at `indices`, one tensor or nil for each dimension
  /// (PyTorch: `Tensor[...]` with tensors, `index`).
  package func index(_ indices: [Tensor?]) throws -> Tensor {
    let plan = try IndexPlan(self, indices)
    var result = try Tensor(uninitialized: plan.shape, dtype, on: backend, "index")
    try backend.take(self, plan.rows(of: self), into: result)
    result = try result.laidOut(by: plan.strides(of: self))
    guard isGradEnabled && requiresGrad else { return result }
    let present = indices.map { $0 != nil }
    try Recording.record([result], "IndexBackward0", [self], saving: indices.compactMap(\.self)) {
      [shape] gradients, saved in
      guard let g = gradients[0] else { return [nil] }
      let indices = Tensor.restored(saved, present)
      return [try g.newZeros(shape).indexPut(indices, g, accumulate: true)]
    }
    return result
  }

  /// Copies the tensor and writes `values` to `indices`, one tensor or nil for each dimension
  /// (PyTorch: `torch.index_put`).
  ///
  /// With `accumulate`, values are added, also if an index occurs more than once.
  public func indexPut(_ indices: [Tensor?], _ values: Tensor, accumulate: Bool = false) throws
    -> Tensor
  {
    try putIndexed(indices, values, accumulate, into: noGrad { try clone() })
  }

  /// ``indexPut(_:_:accumulate:)`` in place (PyTorch: `Tensor.index_put_`).
  ///
  /// With nil this is an assignment, `x[i, :, j] = values`, which Python's `index_put_` has no form
  /// for: an integer tensor without dimensions selects before the others, as it does there.
  @discardableResult
  public func indexPut_(_ indices: [Tensor?], _ values: Tensor, accumulate: Bool = false) throws
    -> Tensor
  {
    if indices.contains(where: { $0 == nil }),
      indices.contains(where: { $0.map { $0.ndim == 0 && $0.dtype.isInteger } ?? false })
    {
      let (part, rest) = try basic(
        indices.map { $0.map { TensorIndex(kind: .tensor($0)) } ?? .all })
      if rest.contains(where: { $0 != nil }) {
        let rank = try IndexPlan(part, rest).shape.count
        try part.indexPut_(rest, values.withoutLeadingOnes(rank: rank), accumulate: accumulate)
        return self
      }
    }
    let values = fills(indices, values, accumulate) ? try values.apart(from: self) : values
    return try inPlace(
      "indexPut_", [values] + indices.compactMap(\.self),
      onExpanded: .deprecated("index_put_", "indices] = tensor"), sharing: .none
    ) {
      try $0.putIndexed(indices, values, accumulate, into: $1.alias())
    }
  }

  /// Returns whether PyTorch fills: with a single value for a mask, which it converts.
  private func fills(_ indices: [Tensor?], _ values: Tensor, _ accumulate: Bool) -> Bool {
    let given = indices.compactMap(\.self)
    return !accumulate && values.numel == 1 && given.count == 1 && given[0].dtype == .bool
  }

  private func putIndexed(
    _ indices: [Tensor?], _ values: Tensor, _ accumulate: Bool, into out: Tensor
  ) throws -> Tensor {
    let fills = fills(indices, values, accumulate)
    if fills && values.dtype != dtype {
      try values.scalarValue("indexPut").check(fits: dtype, "indexPut")
    }
    try require(
      values.dtype == dtype || fills, .dtype, "indexPut",
      "Index put requires the source and destination dtypes match, got \(got: dtype) for the destination and \(got: values.dtype) for the source."
    )
    let plan = try IndexPlan(self, indices)
    guard try fills || Layout.broadcast(values.shape, plan.shape, "indexPut") == plan.shape else {
      throw TensorError(
        .shape, "indexPut",
        "shape mismatch: value tensor of shape \(values.shape) cannot be broadcast to indexing result of shape \(plan.shape)"
      )
    }
    let source = try noGrad {
      values.numel == 1 ? values : try values.expand(plan.shape).contiguous()
    }
    try out.backend.put(
      accumulate ? .add : .set, source.forPutting(as: out), plan.rows(of: out), into: out)
    guard isGradEnabled && (requiresGrad || values.requiresGrad) else { return out }
    let present = indices.map { $0 != nil }, valueShape = values.shape
    try Recording.record(
      [out], "IndexPutBackward0", [self, values], saving: indices.compactMap(\.self)
    ) {
      gradients, saved in
      guard let g = gradients[0] else { return [nil, nil] }
      let indices = Tensor.restored(saved, present)
      let own = accumulate ? g : try g.indexPut(indices, g.newZeros([]))
      let taken = try g.index(indices)
      return [own, try fills ? taken.sum().reshape(valueShape) : taken.sumToSize(valueShape)]
    }
    return out
  }

  private static func restored(_ saved: [Tensor], _ present: [Bool]) -> [Tensor?] {
    var rest = saved[...]
    return present.map { $0 ? rest.popFirst() : nil }
  }
}

/// Validated index tensors, broadcast to one shape, and the position of their dimensions in the
/// result.
struct IndexPlan {
  /// The shape of the result.
  let shape: [Int]
  private let dims: [Int]
  private let places: [HostBuffer<Int>]
  /// The index tensors, broadcast to one shape.
  private let broadcast: [Tensor]
  /// The dimensions before the indexed ones, or none if the indexed ones are not adjacent.
  private let leading: [Int]
  private let trailing: [Int]

  init(_ x: Tensor, _ indices: [Tensor?]) throws {
    let expanded = try IndexPlan.expanded(indices, of: x)
    var common: [Int] = []
    for (_, index) in expanded {
      let next = try require(
        try? Layout.broadcast(common, index.shape, "index"), .index, "",
        "shape mismatch: indexing tensors could not be broadcast together with shapes \(expanded.map(\.index.shape))"
      )
      common = next
    }
    dims = expanded.map(\.dim)
    broadcast = try noGrad { [common] in try expanded.map { try $0.index.expand(common) } }
    places = try noGrad { [broadcast] in
      try broadcast.map { try $0.hostElements(as: Int.self, "index") }
    }
    let rest = x.shape.indices.filter { [dims] in !dims.contains($0) }
    let adjacent = zip(dims, dims.dropFirst()).allSatisfy { $1 == $0 + 1 }
    let first = dims.first ?? 0
    leading = adjacent ? rest.filter { $0 < first } : []
    trailing = adjacent ? rest.filter { $0 > first } : rest
    shape = leading.map { x.shape[$0] } + common + trailing.map { x.shape[$0] }
    let isEmpty = shape.contains(0)
    for (dim, places) in zip(dims, places) {
      // PyTorch does not check indices if the result is empty, unless the indexed dimension
      // is empty too.
      if isEmpty && (x.shape[dim] > 0 || common.contains(0)) {
        places.withElements { $0.update(repeating: 0) }
      } else {
        try IndexPlan.wrap(places, dim, size: x.shape[dim])
      }
    }
  }

  /// Returns the index tensors with their dimensions; a mask becomes one integer tensor per
  /// dimension.
  private static func expanded(
    _ indices: [Tensor?], of x: Tensor
  ) throws -> [(dim: Int, index: Tensor)] {
    var expanded: [(dim: Int, index: Tensor)] = []
    var dim = 0
    for index in indices {
      guard let index else { dim += 1; continue }
      switch index.dtype {
      case .bool, .uint8:
        if index.dtype == .uint8 {
          try Warnings.warn(
            .deprecated, "",
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
          )
        }
        for (i, size) in index.shape.enumerated() {
          try require(
            dim + i < x.ndim, .index, "", "too many indices for tensor of dimension \(x.ndim)")
          try require(
            x.shape[dim + i] == size, .index, "",
            "the shape of the mask \(index.shape) at index \(i) does not match the shape of the indexed tensor \(x.shape) at index \(dim + i)"
          )
        }
        let found = try index.nonzero()
        for i in 0..<index.ndim {
          expanded.append((dim + i, try noGrad { try found.select(1, i) }))
        }
        dim += index.ndim
      case .int64, .int32:
        try require(dim < x.ndim, .index, "", "too many indices for tensor of dimension \(x.ndim)")
        expanded.append((dim, index))
        dim += 1
      default:
        throw TensorError(
          .dtype, "",
          "tensors used as indices must be long, int, byte or bool tensors, but got \(got: index.dtype)"
        )
      }
    }
    try require(dim <= x.ndim, .index, "", "too many indices for tensor of dimension \(x.ndim)")
    return expanded
  }

  /// Replaces negative indices by the equivalent nonnegative ones.
  private static func wrap(_ places: HostBuffer<Int>, _ dim: Int, size: Int) throws {
    try places.withElements { places in
      for i in places.indices {
        try require(
          places[i] >= -size && places[i] < size, .index, "",
          "index \(places[i]) is out of bounds for dimension \(dim) with size \(size)")
        if places[i] < 0 { places[i] += size }
      }
    }
  }

  /// Returns the strides of the result: those of an elementwise operation on the index tensors and
  /// on `x`, with stride 0 along the dimensions of the index tensors.
  func strides(of x: Tensor) throws -> [Int] {
    let still = [Int](repeating: 0, count: broadcast.first?.ndim ?? 0)
    let source = x.alias(
      shape: shape, strides: leading.map { x.strides[$0] } + still + trailing.map { x.strides[$0] },
      offset: x.storageOffset)
    let ones = { [Int](repeating: 1, count: $0) }
    let moving = try noGrad {
      try broadcast.map { try $0.reshape(ones(leading.count) + $0.shape + ones(trailing.count)) }
    }
    return Layout.elementwiseStrides(shape, [source] + moving)
  }

  /// Returns the positions of the elements in the memory of `x`.
  func rows(of x: Tensor) throws -> Rows {
    let offsets = try HostBuffer(repeating: 0, count: places.first?.count ?? 1, "index")
    offsets.withElements { offsets in
      for (dim, list) in zip(dims, places) {
        let step = x.strides[dim]
        list.withElements { list in
          for i in offsets.indices { offsets[i] += list[i] * step }
        }
      }
    }
    return try Rows(
      outer: Rows.lattice(leading.map { x.shape[$0] }, leading.map { x.strides[$0] }),
      at: offsets, shape: trailing.map { x.shape[$0] }, strides: trailing.map { x.strides[$0] })
  }
}
