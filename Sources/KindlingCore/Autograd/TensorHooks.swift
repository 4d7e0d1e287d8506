extension Tensor {
  /// Registers a hook that is called with each gradient of this tensor
  /// (PyTorch: `Tensor.register_hook`).
  ///
  /// If the hook returns a tensor, it replaces the gradient.
  ///
  /// - Throws: ``TensorError`` `.autograd` if no gradient is ever computed for this tensor.
  @discardableResult
  public func registerHook(_ hook: @escaping (Tensor) throws -> Tensor?) throws -> RemovableHandle {
    try require(
      requiresGrad, .autograd, "registerHook",
      "cannot register a hook on a tensor that doesn't require gradient")
    let hooks = hooksOfNode()
    let id = hooks.nextID()
    hooks.tensor.append(.init(id: id, output: Int(outputIndex), body: hook))
    return RemovableHandle { [weak hooks] in hooks?.tensor.removeAll { $0.id == id } }
  }

  /// Registers a hook that is called after a gradient is accumulated into this leaf
  /// (PyTorch: `Tensor.register_post_accumulate_grad_hook`).
  ///
  /// - Throws: ``TensorError`` `.autograd` for a tensor without a gradient, or one that is not a
  ///   leaf.
  @discardableResult
  public func registerPostAccumulateGradHook(
    _ hook: @escaping (Tensor) throws -> Void
  ) throws -> RemovableHandle {
    try require(
      requiresGrad, .autograd, "registerPostAccumulateGradHook",
      "cannot register a hook on a tensor that doesn't require gradient")
    try require(
      isLeaf, .autograd, "registerPostAccumulateGradHook",
      "post accumulate grad hooks cannot be registered on non-leaf tensors")
    let hooks = hooksOfNode()
    let id = hooks.nextID()
    hooks.postAccumulate.append(.init(id: id, body: hook))
    return RemovableHandle { [weak hooks] in hooks?.postAccumulate.removeAll { $0.id == id } }
  }

  /// Retains the gradient of this tensor in ``grad`` although it is not a leaf
  /// (PyTorch: `Tensor.retain_grad`).
  ///
  /// It has no effect on leaves, which always have one.
  ///
  /// - Throws: ``TensorError`` `.autograd` if the tensor does not require a gradient.
  public func retainGrad() throws {
    try require(
      requiresGrad, .autograd, "retainGrad",
      "can't retain_grad on Tensor that has requiresGrad=false")
    guard let node = gradFn, !retainsGrad else { return }
    ensuredMeta.retainsGrad = true
    node.ensuredHooks().retained.append(.init(output: Int(outputIndex), tensor: self))
  }

  /// Whether this tensor is not a leaf and retains its gradient (PyTorch: `Tensor.retains_grad`).
  public var retainsGrad: Bool { meta?.retainsGrad ?? false }

  private func hooksOfNode() -> NodeHooks {
    if let node = gradFn { return node.ensuredHooks() }
    return ensuredMeta.leafHooks()
  }
}

extension Node {
  final func ensuredHooks() -> NodeHooks {
    if let hooks { return hooks }
    let made = NodeHooks()
    hooks = made
    return made
  }

  /// Registers a hook that is called with the output gradients before this node runs
  /// (PyTorch: `Node.register_prehook`).
  ///
  /// If it returns gradients, they replace the output gradients.
  @discardableResult
  public final func registerPrehook(
    _ hook: @escaping (_ gradOutputs: [Tensor?]) throws -> [Tensor?]?
  ) -> RemovableHandle {
    let hooks = ensuredHooks()
    let id = hooks.nextID()
    hooks.before.append(.init(id: id, body: hook))
    return RemovableHandle { [weak hooks] in hooks?.before.removeAll { $0.id == id } }
  }

  /// Registers a hook that is called with the input and output gradients after this node ran
  /// (PyTorch: `Node.register_hook`).
  ///
  /// If it returns gradients, they replace the input gradients.
  @discardableResult
  public final func registerHook(
    _ hook: @escaping (_ gradInputs: [Tensor?], _ gradOutputs: [Tensor?]) throws -> [Tensor?]?
  ) -> RemovableHandle {
    let hooks = ensuredHooks()
    let id = hooks.nextID()
    hooks.after.append(.init(id: id, body: hook))
    return RemovableHandle { [weak hooks] in hooks?.after.removeAll { $0.id == id } }
  }
}
