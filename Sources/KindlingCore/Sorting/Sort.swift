/// Sorting and derived operations, which treat NaN as greater than every number.
extension Tensor {
  /// Sorts the elements along `dim`, and returns their original indices (PyTorch: `torch.sort`).
  ///
  /// The sort is always stable; `stable` exists for ported code.
  public func sort(
    dim: Int = -1, descending: Bool = false, stable: Bool? = nil
  ) throws -> (values: Tensor, indices: Tensor) {
    let d = try Layout.wrap(dim, ndim, "sort")
    let (values, indices) = try ordered("sort", d, descending)
    return try recordPicked(
      values, indices, d, stable == nil ? "SortBackward0" : "SortBackward1")
  }

  /// Returns the indices that sort the elements along `dim` (PyTorch: `torch.argsort`).
  public func argsort(dim: Int = -1, descending: Bool = false, stable: Bool = true) throws -> Tensor
  {
    try ordered("argsort", Layout.wrap(dim, ndim, "argsort"), descending).1
  }

  /// Sorts along dimension 0 (PyTorch: `torch.msort`).
  public func msort() throws -> Tensor { try sort(dim: 0).values }

  /// Returns the `k` largest or smallest elements along `dim` and their indices
  /// (PyTorch: `torch.topk`).
  ///
  /// They are always in order; `sorted` exists for ported code.
  ///
  /// - Throws: ``TensorError`` `.index` if `k` is not in `0...size`.
  public func topk(
    _ k: Int, dim: Int = -1, largest: Bool = true, sorted: Bool = true
  ) throws -> (values: Tensor, indices: Tensor) {
    let d = try Layout.wrap(dim, ndim, "topk")
    try require(
      k >= 0 && k <= (ndim == 0 ? 1 : shape[d]), .index, "topk",
      "selected index k out of range: k is \(k), the size is \(ndim == 0 ? 1 : shape[d])")
    try require(dtype != .bool, .dtype, "topk", "topk does not support bool dtypes on CPU")
    // PyTorch returns the only element for k = 0 and k = 1.
    let k = ndim == 0 ? 1 : k
    return try noGradOrdered("topk", d, largest, "TopkBackward0", first: k) {
      try $0.narrow(d, 0, k)
    }
  }

  /// Returns the `k`-th smallest element along `dim`, counted from 1, and its index
  /// (PyTorch: `torch.kthvalue`).
  public func kthvalue(
    _ k: Int, dim: Int = -1, keepdim: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    let d = try Layout.wrap(dim, ndim, "kthvalue")
    try require(
      k >= 1 && k <= (ndim == 0 ? 1 : shape[d]), .index, "kthvalue",
      "selected number k out of range for dimension \(d): k is \(k), the size is \(ndim == 0 ? 1 : shape[d])"
    )
    // A 0-dimensional tensor needs no comparison.
    try require(
      dtype != .bool || ndim == 0, .dtype, "kthvalue",
      "\"kthvalue_cpu\" not implemented for 'Bool'")
    return try noGradOrdered("kthvalue", d, false, "KthvalueBackward0", first: k, keepdim: keepdim)
    {
      try $0.narrow(d, k - 1, 1).clone()
    }
  }

  /// Returns the most frequent element along `dim`, and the index of one of its occurrences
  /// (PyTorch: `torch.mode`).
  ///
  /// Of equally frequent elements, the smallest is returned. NaN equals no element, so each NaN
  /// counts separately.
  public func mode(dim: Int = -1, keepdim: Bool = false) throws -> (values: Tensor, indices: Tensor)
  {
    let d = try Layout.wrap(dim, ndim, "mode")
    try require(
      ndim == 0 || shape[d] > 0, .shape, "mode",
      "Expected reduction dim \(d) to have non-zero size.")
    let (values, indices) = try noGrad {
      if ndim == 0 { return (try clone(), try Tensor.zeros([], dtype: .int64, device: device)) }
      let rows = try movedim(d, -1), size = shape[d]
      let found = try HostBuffer<Int>(count: numel / size, "mode")
      try rows.withStandardOrder("mode") { row, places, areEqual in
        // The end of the longest run of equal elements, the first of several.
        var longest = 0, run = 0
        for i in places.indices {
          run += 1
          if i + 1 < size, areEqual(places[i], places[i + 1]) { continue }
          if run > longest { (longest, found[row]) = (run, places[i]) }
          run = 0
        }
      }
      let indices = try found.tensor(shape: keptShape(reducing: [d]), device: device)
      return (try gather(d, indices), indices)
    }
    return try recordPicked(values, indices, d, "ModeBackward0", keepdim: keepdim)
  }

  /// Returns the sorted elements and their original indices, or the `first` of them.
  private func ordered(
    _ name: String, _ d: Int, _ descending: Bool, first: Int? = nil
  ) throws -> (Tensor, Tensor) {
    try noGrad {
      if ndim == 0 { return (try clone(), try Tensor.zeros([], dtype: .int64, device: device)) }
      if numel == 0 {
        return (try clone(), try Tensor.zeros(shape, dtype: .int64, device: device))
      }
      return try sorted(name, dim: d, descending: descending, first: first)
    }
  }

  /// Extracts the same part of the sorted values and indices, or of the `first` of them, and
  /// records it as `node`.
  private func noGradOrdered(
    _ name: String, _ d: Int, _ descending: Bool, _ node: String, first: Int? = nil,
    keepdim: Bool = true, _ cut: (Tensor) throws -> Tensor
  ) throws -> (values: Tensor, indices: Tensor) {
    let (values, indices) = try noGrad {
      let (values, indices) = try ordered(name, d, descending, first: first)
      let parts = (try cut(values.atleast1d()), try cut(indices.atleast1d()))
      // A 0-dimensional tensor has one element to extract, or none.
      return ndim == 0 && parts.0.numel == 1 ? (values, indices) : parts
    }
    return try recordPicked(values, indices, d, node, keepdim: keepdim)
  }

  /// Records `values` as the elements of this tensor at `indices` along `d`, and removes that
  /// dimension unless `keepdim`.
  private func recordPicked(
    _ values: Tensor, _ indices: Tensor, _ d: Int, _ node: String, keepdim: Bool = true
  ) throws -> (values: Tensor, indices: Tensor) {
    let dropped = keepdim || ndim == 0 ? [] : [d]
    let results = (values: values.dropping(dropped), indices: indices.dropping(dropped))
    try Recording.record([results.values, results.indices], node, [self], saving: [indices]) {
      [shape] gradients, saved in
      guard let g = gradients[0] else { return [nil] }
      return [try g.newZeros(shape).scatterAdd(d, saved[0], g.insertingDims(dropped))]
    }
    return results
  }

  /// The order of the rows of this matrix where some hold NaN, which neither precedes nor follows:
  /// what comes first then depends on the steps of sorting.
  private func orderAmongNaN(_ operation: String) throws -> Tensor {
    let (count, width) = (shape[0], shape[1])
    let order = try HostBuffer<Int>(0..<count, operation)
    try hostElementsForReading(as: Double.self, operation).withElements { values in
      order.withElements { order in
        StandardSort(places: order) { a, b in
          for i in 0..<width {
            let (x, y) = (values[a * width + i], values[b * width + i])
            if x < y { return true }
            if x > y { return false }
          }
          return false
        }.sort()
      }
    }
    return try order.tensor(shape: [count], device: device)
  }

  // MARK: Distinct elements

  /// Returns the sorted unique elements, or the unique slices along `dim`
  /// (PyTorch: `torch.unique`).
  public func unique(dim: Int? = nil) throws -> Tensor {
    try uniqueWithInverseAndCounts(dim: dim).output
  }

  /// Returns ``unique(dim:)``, the index of each element in it, and the counts
  /// (PyTorch: `torch.unique(return_inverse=True, return_counts=True)`).
  public func uniqueWithInverseAndCounts(
    dim: Int? = nil
  ) throws -> (output: Tensor, inverse: Tensor, counts: Tensor) {
    try distinct("unique", dim, sorts: true)
  }

  /// Removes elements, or slices along `dim`, that equal their predecessor
  /// (PyTorch: `torch.unique_consecutive`).
  public func uniqueConsecutive(dim: Int? = nil) throws -> Tensor {
    try uniqueConsecutiveWithInverseAndCounts(dim: dim).output
  }

  /// Returns ``uniqueConsecutive(dim:)``, the run of each element, and the lengths of the runs
  /// (PyTorch: `torch.unique_consecutive(return_inverse=True, return_counts=True)`).
  public func uniqueConsecutiveWithInverseAndCounts(
    dim: Int? = nil
  ) throws -> (output: Tensor, inverse: Tensor, counts: Tensor) {
    try distinct("uniqueConsecutive", dim, sorts: false)
  }

  private func distinct(
    _ name: String, _ dim: Int?, sorts: Bool
  ) throws -> (output: Tensor, inverse: Tensor, counts: Tensor) {
    if let dim, ndim == 0 {
      throw TensorError(
        .index, name, "Dimension specified as \(dim) but tensor has no dimensions")
    }
    let (output, inverse, counts) = try noGrad { () -> (Tensor, Tensor, Tensor) in
      let d = try dim.map { try Layout.wrapStrictly($0, ndim, name) }
      let source = d == nil ? try reshape(-1) : self
      let line = source.ndim == 0 ? try source.reshape(1) : source
      let count = line.shape[d ?? 0]
      let width = line.shape.enumerated().reduce(1) { $1.offset == d ?? 0 ? $0 : $0 * $1.element }
      try require(
        width > 0 || count == 0 && d == nil, .shape, name,
        count == 0
          ? "Number of zero sized dimensions is more than one, so unique cannot be applied: the shape is \(shape)"
          : "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied: the shape is \(shape)"
      )
      let moved = try line.movedim(d ?? 0, 0)
      let rows = try moved.reshape(count, width == 0 ? 1 : width)
      // Columns sorted stably from the last to the first give rows in lexicographic order.
      var order: Tensor, ordered = rows
      if sorts && count > 0 && rows.shape[1] == 1 {
        (ordered, order) = try rows.ordered(name, 0, false)
        order = try order.reshape(count)
      } else {
        order = try Tensor.arange(count)
        for column in (0..<(count == 0 || !sorts ? 0 : rows.shape[1])).reversed() {
          let keys = try rows.select(1, column).indexSelect(0, order)
          order = try order.indexSelect(0, keys.argsort(dim: 0))
        }
        if sorts { ordered = try rows.indexSelect(0, order) }
      }
      if sorts, d != nil, dtype.isFloatingPoint, try rows.isnan().any().item(as: Bool.self) {
        order = try rows.orderAmongNaN(name)
        ordered = try rows.indexSelect(0, order)
      }
      let places = try order.hostElementsForReading(as: Int.self, name)
      let changes =
        try count < 2
        ? HostBuffer<Bool>(count: 0, name)
        : ordered.differences().hostElementsForReading(as: Bool.self)
      let inverse = try HostBuffer<Int>(count: count, name)
      let runs = count == 0 ? 0 : 1 + changes.withElements { $0.reduce(0) { $0 + ($1 ? 1 : 0) } }
      let starts = try HostBuffer<Int>(count: runs, name)
      let counts = try HostBuffer<Int>(repeating: 0, count: runs, name)
      changes.withElements { changes in
        Self.number(places, changes, inverse, starts, counts)
      }
      let inverseShape = d == nil ? shape : [count]
      let firsts = try rows.indexSelect(0, starts.tensor(shape: [starts.count], device: device))
      return (
        try firsts.view([starts.count] + moved.shape.dropFirst()).movedim(0, d ?? 0),
        try inverse.tensor(shape: inverseShape, device: device),
        try counts.tensor(shape: [counts.count], device: device)
      )
    }
    let (node, operation) =
      !sorts
      ? ("UniqueConsecutiveBackward0", "unique_consecutive")
      : dim == nil ? ("Unique2Backward0", "_unique2") : ("UniqueDimBackward0", "unique_dim")
    return try (output.recorded(node, .underivable(self, operation)), inverse, counts)
  }

  /// Whether each row of a matrix but the first differs from the one before.
  private func differences() throws -> Tensor {
    let differs = try slice(0, 1).ne(slice(0, 0, -1))
    return shape[1] == 1 ? differs : try differs.any(dim: 1)
  }

  /// Goes through sorted elements, whose `places` are given and where they differ from the next one:
  /// the run of each, and the first place and the length of each run.
  private static func number(
    _ places: HostBuffer<Int>, _ changes: UnsafeMutableBufferPointer<Bool>,
    _ inverse: HostBuffer<Int>, _ starts: HostBuffer<Int>, _ counts: HostBuffer<Int>
  ) {
    places.withElements { places in
      inverse.withElements { inverse in
        starts.withElements { starts in
          counts.withElements { counts in
            var run = -1
            for i in places.indices {
              if i == 0 || changes[i - 1] {
                run += 1
                starts[run] = places[i]
              }
              inverse[places[i]] = run
              counts[run] += 1
            }
          }
        }
      }
    }
  }
}
