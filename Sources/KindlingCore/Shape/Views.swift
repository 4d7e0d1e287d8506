/// A new shape, strides and offset for the same memory, and the pullback of the view.
package struct ViewPlan {
  var shape: [Int]
  var strides: [Int]
  var offset: Int
  let pullback: Pullback

  init(_ shape: [Int], _ strides: [Int], _ offset: Int, _ pullback: @escaping Pullback) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.pullback = pullback
  }
}

extension Tensor {
  /// Creates a view of the same memory, recorded as `name`.
  ///
  /// Its pullback converts the gradient of the view to that of this tensor.
  package func view(
    _ name: String, shape: [Int], strides: [Int], offset: Int, _ pullback: @escaping Pullback
  ) throws -> Tensor {
    let result = alias(shape: shape, strides: strides, offset: offset)
    result.trackView(of: self)
    return try result.recorded(name, Input(self, pullback: pullback))
  }

  func view(_ name: String, _ plan: ViewPlan) throws -> Tensor {
    try view(name, shape: plan.shape, strides: plan.strides, offset: plan.offset, plan.pullback)
  }

  /// Applies the geometry of `plan` to this tensor itself (PyTorch: `Tensor.t_` and similar
  /// operations).
  func adopt(_ operation: String, _ name: String, _ plan: ViewPlan) throws -> Tensor {
    if isGradEnabled && requiresGrad { try checkInPlace(operation) }
    let result = try alias(shape: plan.shape, strides: plan.strides, offset: plan.offset)
      .recorded(name, Input(self, pullback: plan.pullback))
    (shape, strides, storageOffset) = (plan.shape, plan.strides, plan.offset)
    (numel, isContiguous) = (result.numel, result.isContiguous)
    storage.version += 1
    if result.node != nil { (node, outputIndex) = (result.node, result.outputIndex) }
    return self
  }

  /// Writes this tensor to the `region` of zeros of `shape`: the gradient of a view without
  /// repeated elements.
  ///
  /// `region` is the view itself, and therefore the gradient of this operation.
  func placed(
    in shape: [Int], _ name: String, _ region: @escaping (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let result = try Tensor.zeros(shape, dtype: dtype, device: device)
    let target = try noGrad { try region(result) }
    if target.numel > 0 { try backend.copy(self, into: target.alias()) }
    return try result.recorded(name, Input(self) { g, _ in try region(g) })
  }

  // MARK: Order of dimensions

  private func transposePlan(_ dim0: Int, _ dim1: Int, _ operation: String) throws -> ViewPlan {
    let a = try Layout.wrap(dim0, ndim, operation), b = try Layout.wrap(dim1, ndim, operation)
    var (shape, strides) = (shape, strides)
    if ndim > 0 {
      shape.swapAt(a, b)
      strides.swapAt(a, b)
    }
    return ViewPlan(shape, strides, storageOffset) { g, _ in try g.transpose(a, b) }
  }

  /// Swaps two dimensions, as a view (PyTorch: `Tensor.transpose`).
  public func transpose(_ dim0: Int, _ dim1: Int) throws -> Tensor {
    try view("TransposeBackward0", transposePlan(dim0, dim1, "transpose"))
  }

  /// Applies ``transpose(_:_:)`` to this tensor itself (PyTorch: `Tensor.transpose_`).
  @discardableResult
  public func transpose_(_ dim0: Int, _ dim1: Int) throws -> Tensor {
    try adopt("transpose_", "TransposeBackward1", transposePlan(dim0, dim1, "transpose_"))
  }

  /// Calls ``transpose(_:_:)`` (PyTorch: `Tensor.swapaxes`).
  public func swapaxes(_ axis0: Int, _ axis1: Int) throws -> Tensor { try transpose(axis0, axis1) }
  /// Calls ``transpose(_:_:)`` (PyTorch: `Tensor.swapdims`).
  public func swapdims(_ dim0: Int, _ dim1: Int) throws -> Tensor { try transpose(dim0, dim1) }

  private func tPlan(_ operation: String) throws -> ViewPlan {
    try require(
      ndim <= 2, .shape, operation,
      "t() expects a tensor with <= 2 dimensions, but self is \(ndim)D; name the dimensions with transpose(_:_:)"
    )
    return ViewPlan(shape.reversed(), strides.reversed(), storageOffset) { g, _ in try g.t() }
  }

  /// Transposes a matrix, as a view; a vector or scalar is unchanged (PyTorch: `Tensor.t`).
  public func t() throws -> Tensor { try view("TBackward0", tPlan("t")) }

  /// Applies ``t()`` to this tensor itself (PyTorch: `Tensor.t_`).
  @discardableResult
  public func t_() throws -> Tensor { try adopt("t_", "TBackward1", tPlan("t_")) }

  /// Permutes the dimensions to the order `dims`, as a view (PyTorch: `Tensor.permute`).
  public func permute(_ dims: [Int]) throws -> Tensor {
    try require(
      dims.count == ndim, .shape, "permute",
      "number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = \(ndim) is not equal to len(dims) = \(dims.count)"
    )
    return try permuted(dims.isEmpty ? [] : try Layout.wrap(dims, ndim, "permute"))
  }

  /// Calls ``permute(_:)-([Int])`` with the dimensions as numbers.
  public func permute(_ dims: Int...) throws -> Tensor { try permute(dims) }

  /// A view with all dimensions in reverse order (PyTorch: `Tensor.T`).
  ///
  /// It warns if the tensor is not a matrix.
  public var T: Tensor {
    if ndim == 0 {
      noteScalar("T", "This function is the identity in these cases.")
    } else if ndim != 2 {
      Warnings.note(
        .deprecated, "",
        "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
      )
    }
    do {
      return try permuted(shape.indices.reversed())
    } catch {
      // A property cannot refuse a view whose place in the graph is lost; what uses it does.
      let result = alias(
        shape: shape.reversed(), strides: strides.reversed(), offset: storageOffset)
      (result.node, result.outputIndex) = (gradFn, 0)
      return result
    }
  }

  private func noteScalar(_ name: String, _ advice: String) {
    Warnings.note(.deprecated, "", "Tensor.\(name) is deprecated on 0-D tensors. \(advice)")
  }

  private func permuted(_ order: [Int]) throws -> Tensor {
    var inverse = order
    for (i, d) in order.enumerated() { inverse[d] = i }
    return try view(
      "PermuteBackward0", shape: order.map { shape[$0] }, strides: order.map { strides[$0] },
      offset: storageOffset
    ) { [inverse] g, _ in try g.permuted(inverse) }
  }

  /// A view with the last two dimensions swapped (PyTorch: `Tensor.mT`).
  ///
  /// A 0-dimensional tensor is returned unchanged, with a warning.
  public var mT: Tensor {
    get throws {
      if ndim == 0 {
        noteScalar("mT", "This function is the identity in these cases.")
        return self
      }
      try require(
        ndim >= 2, .shape, "mT",
        "tensor.mT is only supported on matrices or batches of matrices. Got \(ndim)-D tensor.")
      return try transpose(-2, -1)
    }
  }

  /// The conjugate transpose, which for real elements is ``mT`` (PyTorch: `Tensor.mH`).
  public var mH: Tensor {
    get throws {
      guard ndim == 0 else { return try mT }
      noteScalar("mH", "Consider using x.conj().")
      return self
    }
  }

  /// The conjugate transpose of a matrix with real elements (PyTorch: `Tensor.H`).
  public var H: Tensor {
    get throws {
      try require(
        ndim == 2 || ndim == 0, .shape, "H",
        "tensor.H is only supported on matrices (2-D tensors). Got \(ndim)-D tensor. For batches of matrices, consider using tensor.mH"
      )
      guard ndim == 0 else { return try transpose(0, 1) }
      noteScalar("H", "Consider using x.conj().")
      return self
    }
  }

  /// Moves the dimensions `source` to the positions `destination`; the others keep their order
  /// (PyTorch: `Tensor.movedim`).
  public func movedim(_ source: [Int], _ destination: [Int]) throws -> Tensor {
    try require(
      source.count == destination.count, .shape, "movedim",
      "invalid source or destination dims: source (\(source) dims) should contain the same number of dims as destination (\(destination) dims)"
    )
    if source.isEmpty { return try view("AliasBackward0", aliasPlan()) }
    let from = try Layout.wrapKeeping(source, ndim, "movedim")
    let to = try Layout.wrapKeeping(destination, ndim, "movedim")
    if ndim == 0 { return try view("AliasBackward0", aliasPlan()) }
    var order = [Int](repeating: -1, count: ndim)
    for (s, d) in zip(from, to) { order[d] = s }
    var rest = shape.indices.filter { !from.contains($0) }[...]
    for d in order.indices where order[d] < 0 { order[d] = rest.removeFirst() }
    return try permuted(order)
  }

  /// Moves the dimension `source` to the position `destination` (PyTorch: `Tensor.movedim`).
  public func movedim(_ source: Int, _ destination: Int) throws -> Tensor {
    try movedim([source], [destination])
  }

  /// Calls ``movedim(_:_:)-(Int,Int)`` (PyTorch: `Tensor.moveaxis`).
  public func moveaxis(_ source: Int, _ destination: Int) throws -> Tensor {
    try movedim(source, destination)
  }

  /// Returns the geometry of this tensor.
  func aliasPlan() -> ViewPlan { ViewPlan(shape, strides, storageOffset) { g, _ in g } }

  // MARK: Any geometry

  /// Creates a view of this tensor's storage with any shape and strides
  /// (PyTorch: `Tensor.as_strided`).
  ///
  /// If `storageOffset` is nil, the view has the offset of this tensor. Sizes, strides and the
  /// offset count elements.
  ///
  /// - Throws: ``TensorError`` `.shape` if the view would exceed the storage.
  public func asStrided(
    _ size: [Int], _ stride: [Int], storageOffset: Int? = nil
  ) throws -> Tensor {
    try view("AsStridedBackward0", stridedPlan(size, stride, storageOffset, "asStrided"))
  }

  /// Applies ``asStrided(_:_:storageOffset:)`` to this tensor itself
  /// (PyTorch: `Tensor.as_strided_`).
  @discardableResult
  public func asStrided_(
    _ size: [Int], _ stride: [Int], storageOffset: Int? = nil
  ) throws -> Tensor {
    try adopt(
      "asStrided_", "AsStridedBackward1", stridedPlan(size, stride, storageOffset, "asStrided_"))
  }

  private func stridedPlan(
    _ size: [Int], _ stride: [Int], _ start: Int?, _ operation: String
  ) throws -> ViewPlan {
    let offset = start ?? storageOffset
    try checkStrided(size, stride, offset, operation)
    let before = ViewPlan(shape, strides, storageOffset) { g, _ in g }
    return ViewPlan(size, stride, offset) { g, _ in
      try g.unstrided(size, stride, offset, from: before)
    }
  }

  func checkStrided(_ size: [Int], _ stride: [Int], _ offset: Int, _ operation: String) throws {
    try require(
      size.count == stride.count, .shape, operation,
      "mismatch in length of strides and shape: \(stride) and \(size)")
    try require(
      !stride.contains(where: { $0 < 0 }) && offset >= 0, .shape, operation,
      "negative strides and offsets are not supported, but got strides \(got: stride) and offset \(got: offset)"
    )
    _ = try Layout.checkedCount(size, dtype, operation)
    let extent = try Layout.checkedExtent(size, stride, offset: offset, operation)
    try require(
      extent <= storage.byteCount / dtype.byteSize, .shape, operation,
      "sizes \(size), strides \(stride), storage offset \(offset), and itemsize \(dtype.byteSize) require a storage of \(extent) elements, but this one has \(storage.byteCount / dtype.byteSize)"
    )
  }

  /// Computes the gradient of a strided view.
  ///
  /// Gradients of repeated elements are summed in a copy of the storage range of view and source,
  /// from which the elements of the source are read.
  private func unstrided(
    _ size: [Int], _ stride: [Int], _ offset: Int, from source: ViewPlan
  ) throws -> Tensor {
    let extent = Swift.max(
      try Layout.checkedExtent(size, stride, offset: offset, "asStrided"),
      try Layout.checkedExtent(source.shape, source.strides, offset: source.offset, "asStrided"))
    let places = try Tensor.arange(extent)
    let shown = try places.asStrided(size, stride, storageOffset: offset).reshape(-1)
    var memory = try newZeros([extent]).indexAdd(0, shown, reshape(-1))
    if zip(source.shape, source.strides).contains(where: { $0 > 1 && $1 == 0 }) {
      // Elements that occur several times in the source share their gradient.
      let counts = try HostBuffer(repeating: 0.0, count: extent, "asStrided")
      for place in try Rows.lattice(source.shape, source.strides) {
        counts[source.offset + place] += 1
      }
      let shares = try counts.tensor(shape: [extent], device: device).clamp(min: 1).reciprocal()
      memory = try memory * shares.to(dtype)
    }
    return try memory.asStrided(source.shape, source.strides, storageOffset: source.offset)
  }
}
