extension Tensor {
  /// Whether this tensor is marked as a parameter of a module (PyTorch: `nn.Parameter`).
  package var isParameter: Bool { meta?.isParameter == true }

  /// Returns this tensor marked as a parameter: a leaf that requires gradients if its dtype
  /// supports them.
  ///
  /// A tensor that is already marked keeps its `requiresGrad`, so that a frozen parameter stays
  /// frozen. The result of a recorded operation is detached first.
  package func asParameter() -> Tensor {
    if isParameter { return self }
    let leaf = isLeaf ? self : detach()
    leaf.ensuredMeta.isParameter = true
    leaf.requiresGradFlag = dtype.isFloatingPoint
    return leaf
  }

  /// Adopts the memory, shape and dtype of `other`, but stays the same object for graphs and
  /// optimizers (PyTorch: `tensor.data = other`).
  package func replaceData(with other: Tensor) {
    storage = other.storage
    shape = other.shape
    strides = other.strides
    storageOffset = other.storageOffset
    dtype = other.dtype
    numel = other.numel
    isContiguous = other.isContiguous
    // The accumulator checks gradients against the shape and dtype of its creation.
    meta?.forgetAccumulator()
  }
}

extension Tensor {
  /// Removes the gradient, or sets it to zero and detaches it.
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
