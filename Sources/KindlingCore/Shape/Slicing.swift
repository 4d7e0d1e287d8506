/// Parts of a tensor, as views.
extension Tensor {
  /// Selects element `index` along `dim` and removes `dim`, as a view (PyTorch: `Tensor.select`).
  public func select(_ dim: Int, _ index: Int) throws -> Tensor {
    try require(ndim > 0, .index, "select", "select() cannot be applied to a 0-dim tensor.")
    let d = try Layout.wrap(dim, ndim, "select")
    let size = shape[d]
    try require(
      index >= -size && index < size, .index, "",
      "index \(index) is out of bounds for dimension \(d) with size \(size)")
    let i = index < 0 ? index + size : index
    let before = shape
    var (shape, strides) = (shape, strides)
    let offset = storageOffset + i * strides[d]
    shape.remove(at: d)
    strides.remove(at: d)
    return try view("SelectBackward0", shape: shape, strides: strides, offset: offset) { g, _ in
      try g.placed(in: before, "SelectBackwardBackward0") { try $0.select(d, i) }
    }
  }

  /// Slices `dim` from `start` up to, but not including, `end`, as a view (PyTorch: `aten.slice`,
  /// and `x[start:end:step]`).
  ///
  /// Negative bounds count from the end, and bounds beyond the size are clamped, as in Python.
  /// - Throws: ``TensorError`` `.value` if `step` is not positive.
  public func slice(_ dim: Int, _ start: Int? = nil, _ end: Int? = nil, step: Int = 1) throws
    -> Tensor
  {
    try require(ndim > 0, .index, "slice", "slice() cannot be applied to a 0-dim tensor.")
    let d = try Layout.wrap(dim, ndim, "slice")
    try require(step > 0, .value, "slice", "slice step must be positive, but got \(got: step)")
    let size = shape[d]
    func bound(_ value: Int) -> Int {
      Swift.min(Swift.max(value < 0 ? value + size : value, 0), size)
    }
    let low = bound(start ?? 0), high = Swift.max(bound(end ?? size), low)
    let before = shape
    var (shape, strides) = (shape, strides)
    // For an empty slice, the offset may be past the last element, unless no memory could be that
    // large.
    let (distance, overflow) = low.multipliedReportingOverflow(by: strides[d])
    let (end, isBeyond) = storageOffset.addingReportingOverflow(distance)
    let offset = overflow || isBeyond || end > 1 << 56 ? storageOffset : end
    shape[d] = (high - low) / step + ((high - low) % step == 0 ? 0 : 1)
    strides[d] = shape[d] > 1 ? strides[d] * step : strides[d] &* step
    return try view("SliceBackward0", shape: shape, strides: strides, offset: offset) { g, _ in
      try g.placed(in: before, "SliceBackwardBackward0") {
        try $0.slice(d, low, high, step: step)
      }
    }
  }

  /// Selects `length` elements along `dim` from `start` on, as a view (PyTorch: `Tensor.narrow`).
  public func narrow(_ dim: Int, _ start: Int, _ length: Int) throws -> Tensor {
    try require(ndim > 0, .index, "narrow", "narrow() cannot be applied to a 0-dim tensor.")
    let d = try Layout.wrap(dim, ndim, "narrow")
    let size = shape[d]
    try require(
      length >= 0, .value, "narrow", "length must be non-negative, but got \(got: length)")
    try require(
      start >= -size && start <= size, .index, "narrow",
      "start out of range (expected to be in range of [\(expected: -size), \(expected: size)], but got \(got: start))"
    )
    let from = start < 0 ? start + size : start
    try require(
      length <= size - from, .index, "narrow",
      "start (\(from)) + length (\(length)) exceeds dimension size (\(size)).")
    return try slice(d, from, from + length)
  }

  /// Applies ``narrow(_:_:_:)`` with `start` from a 0-dimensional integer tensor.
  public func narrow(_ dim: Int, _ start: Tensor, _ length: Int) throws -> Tensor {
    try require(
      start.ndim == 0 && start.dtype.isInteger, .dtype, "narrow",
      "start must be a 0-dim integral Tensor, but has shape \(start.shape) and dtype \(start.dtype)"
    )
    return try narrow(dim, start.item(as: Int.self), length)
  }

  // MARK: Splitting

  /// Splits `dim` into views of `splitSize` elements; the last one may be smaller
  /// (PyTorch: `Tensor.split`).
  public func split(_ splitSize: Int, dim: Int = 0) throws -> [Tensor] {
    try require(ndim > 0, .shape, "split", "split expects at least a 1-dimensional tensor")
    let d = try Layout.wrap(dim, ndim, "split")
    try require(
      splitSize >= 0, .value, "split",
      "split expects split_size be non-negative, but got split_size=\(got: splitSize)")
    let size = shape[d]
    try require(
      splitSize > 0 || size == 0, .value, "split",
      "split_size can only be 0 if dimension size is 0, but got dimension size of \(got: size)")
    if size == 0 { return try pieces([0], d, "SplitBackward0") }
    try checkPieces(size / splitSize, "split")
    let full = size / splitSize, rest = size % splitSize
    return try pieces(
      [Int](repeating: splitSize, count: full) + (rest > 0 ? [rest] : []), d, "SplitBackward0")
  }

  /// Splits `dim` into views of the given sizes (PyTorch: `Tensor.split_with_sizes`).
  public func splitWithSizes(_ splitSizes: [Int], dim: Int = 0) throws -> [Tensor] {
    try split(splitSizes, dim: dim)
  }

  /// Splits `dim` into views of the given sizes (PyTorch: `torch.split`).
  public func split(_ splitSizes: [Int], dim: Int = 0) throws -> [Tensor] {
    try require(ndim > 0, .shape, "split", "split expects at least a 1-dimensional tensor")
    let d = try Layout.wrap(dim, ndim, "split")
    let total = splitSizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    try require(
      !splitSizes.contains(where: { $0 < 0 }) && total == shape[d], .shape, "split",
      "split_with_sizes expects split_sizes to sum exactly to \(expected: shape[d]) (input tensor's size at dimension \(expected: d)) and have only non-negative entries, but got split_sizes=\(got: splitSizes)"
    )
    try checkPieces(splitSizes.count, "split")
    return try pieces(splitSizes, d, "SplitWithSizesBackward0")
  }

  /// Splits `dim` into at most `chunks` views of equal size; the last one may be smaller
  /// (PyTorch: `Tensor.chunk`).
  public func chunk(_ chunks: Int, dim: Int = 0) throws -> [Tensor] {
    try require(ndim > 0, .shape, "chunk", "chunk expects at least a 1-dimensional tensor")
    try require(
      chunks > 0, .value, "chunk",
      "chunk expects `chunks` to be greater than 0, got: \(got: chunks)")
    let d = try Layout.wrap(dim, ndim, "chunk")
    let size = shape[d] / chunks + (shape[d] % chunks == 0 ? 0 : 1)
    if size == 0 {
      try checkPieces(chunks, "chunk")
      return try pieces([Int](repeating: 0, count: chunks), d, "SplitWithSizesBackward0")
    }
    return try split(size, dim: d)
  }

  /// Throws where `count` views would not fit: each is an object with a shape and strides of its own, and
  /// with what autograd knows of it.
  private func checkPieces(_ count: Int, _ operation: String) throws {
    let recorded = requiresGrad && isGradEnabled
    try Layout.checkList(count, bytes: (recorded ? 640 : 256) + 16 * ndim, operation)
  }

  /// The results of one node: views that share their gradient's way back.
  private func pieces(_ sizes: [Int], _ d: Int, _ name: String) throws -> [Tensor] {
    var start = 0
    let parts = sizes.map { size in
      var part = shape
      part[d] = size
      let offset = storageOffset + (size > 0 ? start * strides[d] : 0)
      start += size
      let view = alias(shape: part, strides: strides, offset: offset)
      view.trackView(of: self, multiple: true)
      return view
    }
    let shapes = parts.map(\.shape), dtype = dtype, device = device
    try Recording.record(parts, name, [self]) { gradients, _ in
      let filled = try zip(gradients, shapes).map { gradient, shape in
        try gradient ?? Tensor.zeros(shape, dtype: dtype, device: device)
      }
      return [try Tensor.cat(filled, dim: d)]
    }
    return parts
  }

  /// Splits `dim` into one view per element, and removes it (PyTorch: `Tensor.unbind`).
  public func unbind(_ dim: Int = 0) throws -> [Tensor] {
    let d = try Layout.wrapSized(dim, ndim, "unbind")
    var (part, steps) = (shape, strides)
    let count = part.remove(at: d), step = steps.remove(at: d)
    try checkPieces(count, "unbind")
    let parts = (0..<count).map { i in
      let view = alias(shape: part, strides: steps, offset: storageOffset + i * step)
      view.trackView(of: self, multiple: true)
      return view
    }
    let dtype = dtype, device = device
    try Recording.record(parts, "UnbindBackward0", [self]) { [part] gradients, _ in
      [
        try Tensor.stack(
          gradients.map { try $0 ?? Tensor.zeros(part, dtype: dtype, device: device) }, dim: d)
      ]
    }
    return parts
  }

  /// Splits `dim` into `sections` views whose sizes differ by at most one
  /// (PyTorch: `Tensor.tensor_split`).
  public func tensorSplit(_ sections: Int, dim: Int = 0) throws -> [Tensor] {
    try require(
      ndim > 0, .shape, "tensorSplit",
      "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    try require(
      sections > 0, .value, "tensorSplit",
      "number of sections must be larger than 0, got \(got: sections)")
    let d = try Layout.wrap(dim, ndim, "tensorSplit")
    try checkPieces(sections, "tensorSplit")
    let (least, extra) = (shape[d] / sections, shape[d] % sections)
    var start = 0
    return try (0..<sections).map { i in
      defer { start += least + (i < extra ? 1 : 0) }
      return try slice(d, start, start + least + (i < extra ? 1 : 0))
    }
  }

  /// Splits `dim` at the given indices (PyTorch: `Tensor.tensor_split`).
  public func tensorSplit(_ indices: [Int], dim: Int = 0) throws -> [Tensor] {
    try require(
      ndim > 0, .shape, "tensorSplit",
      "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    let d = try Layout.wrap(dim, ndim, "tensorSplit")
    try checkPieces(indices.count, "tensorSplit")
    var start = 0
    return try (indices + [shape[d]]).map { end in
      defer { start = end }
      return try slice(d, start, end)
    }
  }

  /// Applies ``tensorSplit(_:dim:)-(Int,_)`` with a number of sections, or indices, from an int64
  /// tensor.
  public func tensorSplit(_ indicesOrSections: Tensor, dim: Int = 0) throws -> [Tensor] {
    try require(
      indicesOrSections.dtype == .int64 && indicesOrSections.ndim <= 1, .dtype, "tensorSplit",
      "expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor of int64, but got shape \(got: indicesOrSections.shape) and dtype \(got: indicesOrSections.dtype)"
    )
    return indicesOrSections.ndim == 0
      ? try tensorSplit(indicesOrSections.item(as: Int.self), dim: dim)
      : try tensorSplit(indicesOrSections.toArray(as: Int.self), dim: dim)
  }

  /// Splits the columns, or the only dimension, into `sections` views of equal size
  /// (PyTorch: `Tensor.hsplit`).
  public func hsplit(_ sections: Int) throws -> [Tensor] {
    try evenSplit(sections, "hsplit", least: 1, dim: ndim == 1 ? 0 : 1)
  }

  /// Splits the columns, or the only dimension, at the given indices (PyTorch: `Tensor.hsplit`).
  public func hsplit(_ indices: [Int]) throws -> [Tensor] {
    try checkRank("hsplit", 1)
    return try tensorSplit(indices, dim: ndim == 1 ? 0 : 1)
  }

  /// Splits the rows into `sections` views of equal size (PyTorch: `Tensor.vsplit`).
  public func vsplit(_ sections: Int) throws -> [Tensor] {
    try evenSplit(sections, "vsplit", least: 2, dim: 0)
  }

  /// Splits the rows at the given indices (PyTorch: `Tensor.vsplit`).
  public func vsplit(_ indices: [Int]) throws -> [Tensor] {
    try checkRank("vsplit", 2)
    return try tensorSplit(indices, dim: 0)
  }

  /// Splits the third dimension into `sections` views of equal size (PyTorch: `Tensor.dsplit`).
  public func dsplit(_ sections: Int) throws -> [Tensor] {
    try evenSplit(sections, "dsplit", least: 3, dim: 2)
  }

  /// Splits the third dimension at the given indices (PyTorch: `Tensor.dsplit`).
  public func dsplit(_ indices: [Int]) throws -> [Tensor] {
    try checkRank("dsplit", 3)
    return try tensorSplit(indices, dim: 2)
  }

  private func checkRank(_ operation: String, _ least: Int) throws {
    try require(
      ndim >= least, .shape, operation,
      "\(operation) requires a tensor with at least \(expected: least) dimension\(least > 1 ? "s" : ""), but got a tensor with \(got: ndim) dimensions!"
    )
  }

  private func evenSplit(_ sections: Int, _ operation: String, least: Int, dim: Int) throws
    -> [Tensor]
  {
    try checkRank(operation, least)
    try require(
      sections > 0 && shape[dim] % sections == 0, .shape, operation,
      "\(operation) attempted to split along dimension \(dim), but the size of the dimension \(shape[dim]) is not divisible by the split_size \(sections)!"
    )
    return try tensorSplit(sections, dim: dim)
  }

  // MARK: Windows and diagonals

  /// Extracts all windows of `size` elements along `dimension`, `step` apart, as a view
  /// (PyTorch: `Tensor.unfold`).
  ///
  /// The windows are in a new last dimension of size `size`.
  public func unfold(_ dimension: Int, _ size: Int, _ step: Int) throws -> Tensor {
    let d = try Layout.wrap(dimension, ndim, "unfold")
    let (length, spacing) = ndim == 0 ? (1, 1) : (shape[d], strides[d])
    try require(
      size >= 0 && size <= length, .value, "unfold",
      "maximum size for tensor at dimension \(d) is \(length) but size is \(size)")
    try require(step > 0, .value, "unfold", "step is \(step) but must be > 0")
    let count = (length - size) / step + 1
    var (windows, steps) = (shape, strides)
    if ndim > 0 { (windows[d], steps[d]) = (count, count > 1 ? spacing * step : spacing) }
    return try view(
      "UnfoldBackward0", shape: windows + [size], strides: steps + [spacing], offset: storageOffset
    ) { [shape] g, _ in
      // The only window has one element or none.
      if shape.isEmpty { return try g.sum() }
      let places = (0..<count).flatMap { window in (0..<size).map { window * step + $0 } }
      let rows = try g.movedim(-1, d + 1).flatten(startDim: d, endDim: d + 1)
      return try g.newZeros(shape).indexAdd(d, Tensor(places), rows)
    }
  }

  /// Returns the diagonal, whose indices along `dim1` and `dim2` differ by `offset`, as a view
  /// (PyTorch: `Tensor.diagonal`).
  ///
  /// The diagonal is in a new last dimension.
  public func diagonal(offset: Int = 0, dim1: Int = 0, dim2: Int = 1) throws -> Tensor {
    let a = try Layout.wrap(dim1, ndim, "diagonal"), b = try Layout.wrap(dim2, ndim, "diagonal")
    try require(
      a != b && ndim >= 2, .index, "diagonal",
      "diagonal dimensions cannot be identical \(dim1), \(dim2) (the tensor has shape \(shape))")
    let (rows, columns) = (shape[a], shape[b])
    let outside = offset <= -rows || offset >= columns
    let length =
      outside
      ? 0
      : Swift.max(
        0, offset >= 0 ? Swift.min(rows, columns - offset) : Swift.min(rows + offset, columns))
    let start = length == 0 ? 0 : offset >= 0 ? offset * strides[b] : -offset * strides[a]
    let kept = shape.indices.filter { $0 != a && $0 != b }
    return try view(
      "DiagonalBackward0", shape: kept.map { shape[$0] } + [length],
      strides: kept.map { strides[$0] } + [strides[a] + strides[b]], offset: storageOffset + start
    ) { [shape] g, _ in
      try g.placed(in: shape, "DiagonalBackwardBackward0") {
        try $0.diagonal(offset: offset, dim1: a, dim2: b)
      }
    }
  }
}
