import CKernels

extension Tensor {
  /// Whether operations on this tensor are recorded (PyTorch: `Tensor.requires_grad`).
  public var requiresGrad: Bool {
    requiresGradFlag || node != nil || viewBase?.requiresGrad == true
  }

  /// Whether this tensor is not the result of a recorded operation (PyTorch: `Tensor.is_leaf`).
  public var isLeaf: Bool { gradFn == nil }

  /// The node that receives the gradient of this tensor, with the index of its output.
  var gradientTarget: (Node, Int32)? {
    if let node = gradFn { return (node, outputIndex) }
    if !requiresGradFlag { return nil }
    return (ensuredMeta.accumulator(of: self), 0)
  }

  /// The accumulated gradient of this tensor (PyTorch: `Tensor.grad`).
  ///
  /// Only leaves have one, and results for which ``retainGrad()`` was called; reading it of another
  /// result warns. Assign nil to clear it. The next `backward` rejects a gradient whose shape,
  /// dtype or device differs from this tensor's; ``setGrad(_:)`` rejects it at once.
  public var grad: Tensor? {
    get {
      let gradient = meta?.grad
      if gradient == nil, !isLeaf, meta?.retainsGrad != true { Tensor.warnOfMissingGradient() }
      return gradient
    }
    set { if newValue != nil || meta != nil { ensuredMeta.grad = newValue } }
  }

  private static func warnOfMissingGradient() {
    Warnings.note(
      .user, "",
      "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more informations."
    )
  }

  /// Sets ``grad`` (PyTorch: `x.grad = …`).
  ///
  /// - Throws: ``TensorError`` if the shape, dtype or device of the gradient differs from this
  ///   tensor's.
  public func setGrad(_ gradient: Tensor?) throws {
    if let gradient {
      try require(gradient !== self, .autograd, "setGrad", "can't assign a tensor as its own grad")
      guard gradient.shape == shape, gradient.dtype == dtype, gradient.backend === backend else {
        throw TensorError.gradientMismatch(gradient, of: self)
      }
    }
    grad = gradient
  }

  /// Enables or disables recording of operations on this leaf (PyTorch: `Tensor.requires_grad_`).
  ///
  /// - Throws: ``TensorError`` for a dtype without gradients, or a result of a recorded operation.
  @discardableResult
  public func requiresGrad_(_ requires: Bool = true) throws -> Tensor {
    try require(
      !requires || dtype.isFloatingPoint, .dtype, "requiresGrad_",
      "only Tensors of floating point dtype can require gradients, but this one is \(dtype)")
    if requires && isInferenceTensor && !isInferenceModeEnabled {
      throw TensorError(
        .autograd, "requiresGrad_",
        "Setting requiresGrad=true on inference tensor outside InferenceMode is not allowed; clone() makes a normal tensor"
      )
    }
    try require(
      requires || isLeaf, .autograd, "requiresGrad_",
      "you can only change requiresGrad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use detach()"
    )
    requiresGradFlag = requires
    // Created here, so that threads that only read the leaf find it.
    if requires && node == nil { _ = ensuredMeta }
    return self
  }

  /// Returns a tensor with the same memory, detached from the graph (PyTorch: `Tensor.detach`).
  ///
  /// A write to it counts as a modification of this tensor.
  public func detach() -> Tensor { alias() }

  /// Detaches this tensor from the graph (PyTorch: `Tensor.detach_`).
  ///
  /// - Throws: ``TensorError`` `.autograd` for a view, since its base would stay in the graph.
  @discardableResult
  public func detach_() throws -> Tensor {
    try require(
      viewBase == nil, .autograd, "detach_", "Can't detach views in-place. Use detach() instead.")
    node = nil
    outputIndex = 0
    requiresGradFlag = false
    return self
  }

  /// Whether this tensor was created in ``inferenceMode(_:)`` (PyTorch: `Tensor.is_inference`).
  public var isInference: Bool { isInferenceTensor }
}
