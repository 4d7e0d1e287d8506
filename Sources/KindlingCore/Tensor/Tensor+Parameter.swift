extension Tensor {
  /// Whether this tensor has been marked as a module's parameter (PyTorch: `nn.Parameter`).
  package var isParameter: Bool { meta?.isParameter == true }

  /// This tensor marked as a parameter: a leaf that requires gradients, where its dtype can.
  ///
  /// A tensor that is marked already keeps its `requiresGrad`, so that assigning a frozen parameter
  /// leaves it frozen; the result of a recorded operation is detached first.
  package func asParameter() -> Tensor {
    if isParameter { return self }
    let leaf = isLeaf ? self : detach()
    leaf.ensuredMeta.isParameter = true
    leaf.requiresGradFlag = dtype.isFloatingPoint
    return leaf
  }

  /// Takes over memory, shape and dtype of `other`, staying the object that graphs and optimizers
  /// know (PyTorch: `tensor.data = other`).
  package func replaceData(with other: Tensor) {
    storage = other.storage
    shape = other.shape
    strides = other.strides
    storageOffset = other.storageOffset
    dtype = other.dtype
    numel = other.numel
    isContiguous = other.isContiguous
    // The accumulator checks gradients against the shape and dtype it was made for.
    meta?.forgetAccumulator()
  }
}

extension Tensor {
  /// Drops the gradient, or makes it zero outside any graph.
  package func clearGrad(setToNone: Bool) {
    guard let grad = meta?.grad else { return }
    if setToNone || (try? grad.backend.fill(grad, .int(0))) == nil {
      meta?.grad = nil
    } else {
      grad.storage.version += 1
      if grad.node != nil { meta?.grad = grad.detach() }
    }
  }
}
