/// Max pooling, its indices, and unpooling.
extension Tensor {
  /// Applies max pooling over the last `rank` dimensions, and returns the index of each maximum in
  /// its plane.
  ///
  /// The indices are nil if not wanted. `keepsFormat` preserves channels last.
  package func maxPooled(
    _ node: String, _ p: Pooling, rank: Int, keepsFormat: Bool, indices wanted: Bool = true
  ) throws -> (values: Tensor, indices: Tensor?) {
    let x = try unrecordedContiguous()
    let shape = p.outputShape(shape, rank)
    var y = try Tensor(uninitialized: shape, dtype, on: backend, "max_pool")
    let records = isGradEnabled && requiresGrad
    var indices =
      wanted || records ? try Tensor(uninitialized: shape, .int64, on: backend, "max_pool") : nil
    if y.numel > 0 { try backend.maxPool(x, p, into: y, indices: indices) }
    if keepsFormat {
      y = try y.laidOut(as: suggestedFormat)
      indices = try indices?.laidOut(as: suggestedFormat)
    }
    if let indices { try recordMaxima(y, indices, node, rank) }
    return (y, indices)
  }

  /// Records `y` as those elements of this tensor that `indices` names in their planes.
  func recordMaxima(_ y: Tensor, _ indices: Tensor, _ node: String, _ rank: Int) throws {
    try Recording.record([y, indices], node, [self], saving: [indices, self], joint: true) {
      [shape] gradients, saved in
      guard let g = gradients[0] else { return [nil] }
      return [try g.addedToPlanes(saved[0], shape, rank, node)]
    }
  }

  /// Adds these elements to zeros of `shape` at `indices`, plane by plane.
  func addedToPlanes(_ indices: Tensor, _ shape: [Int], _ rank: Int, _ node: String) throws
    -> Tensor
  {
    let x = try Tensor(uninitialized: shape, dtype, on: backend)
    let planes = shape.dropLast(rank).reduce(1, *)
    if x.numel > 0 {
      try backend.addToPlanes(
        unrecordedContiguous(), indices.unrecordedContiguous(), planes: planes, into: x)
    }
    let name = node.dropLast() + "Backward0"
    return try x.recorded(
      String(name), Input(self, saving: indices) { g, s in try g.takenFromPlanes(s[0], rank) })
  }

  /// Returns the elements that `indices` select in their planes of the last `rank` dimensions.
  func takenFromPlanes(_ indices: Tensor, _ rank: Int) throws -> Tensor {
    try flatten(startDim: -rank).gather(-1, indices.flatten(startDim: -rank)).reshape(indices.shape)
  }

  /// Writes these elements to zeros at `indices`, in planes of `size`: the inverse of max pooling.
  ///
  /// - Throws: ``TensorError`` if the shapes differ or an index is not in the plane.
  package func maxUnpooled(_ operation: String, _ node: String, _ indices: Tensor, _ size: [Int])
    throws -> Tensor
  {
    let rank = size.count
    try require(
      indices.dtype == .int64, .dtype, operation,
      "elements in indices should be type int64 but got: \(got: indices.dtype)")
    try require(
      ndim == rank + 1 || ndim == rank + 2, .shape, operation,
      "Input should be a \(expected: rank + 1)d or \(expected: rank + 2)d Tensor, but got a tensor with \(got: ndim) dimensions."
    )
    try require(
      shape == indices.shape, .shape, operation,
      "Expected shape of indices to be same as that of the input tensor (\(expected: shape)) but got indices tensor with shape: \(got: indices.shape)"
    )
    let target = shape.dropLast(rank) + size
    let count = try Layout.checkedCount(size, .float64, operation)
    let y = try noGrad {
      let places = try indices.flatten(startDim: -rank)
      return try newZeros(places.shape.dropLast() + [count])
        .scatter(-1, places, flatten(startDim: -rank)).reshape(Array(target))
        .laidOut(as: rank == 2 ? suggestedFormat : .contiguous)
    }
    return try y.recorded(
      node, Input(self, saving: indices) { g, s in try g.takenFromPlanes(s[0], rank) })
  }
}
