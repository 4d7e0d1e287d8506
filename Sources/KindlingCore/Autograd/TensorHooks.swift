extension Tensor {
  /// Calls `hook` with this tensor's gradient whenever one is computed; what it returns, if not nil,
  /// takes the gradient's place (PyTorch: `Tensor.register_hook`).
  ///
  /// - Throws: ``TensorError`` `.autograd` where no gradient is ever computed for this tensor.
  @discardableResult
  public func registerHook(_ hook: @escaping (Tensor) throws -> Tensor?) throws -> RemovableHandle {
    guard requiresGrad else {
      throw TensorError(
        .autograd, "registerHook",
        "cannot register a hook on a tensor that doesn't require gradient")
    }
    let hooks = hooksOfNode()
    let id = hooks.nextID()
    hooks.tensor.append(.init(id: id, output: Int(outputIndex), body: hook))
    return RemovableHandle { [weak hooks] in hooks?.tensor.removeAll { $0.id == id } }
  }

  /// Calls `hook` with this leaf after a gradient was added to its ``grad``
  /// (PyTorch: `Tensor.register_post_accumulate_grad_hook`).
  ///
  /// - Throws: ``TensorError`` `.autograd` for a tensor without gradient, or one that is no leaf.
  @discardableResult
  public func registerPostAccumulateGradHook(
    _ hook: @escaping (Tensor) throws -> Void
  ) throws -> RemovableHandle {
    guard requiresGrad else {
      throw TensorError(
        .autograd, "registerPostAccumulateGradHook",
        "cannot register a hook on a tensor that doesn't require gradient")
    }
    guard isLeaf else {
      throw TensorError(
        .autograd, "registerPostAccumulateGradHook",
        "post accumulate grad hooks cannot be registered on non-leaf tensors")
    }
    let hooks = hooksOfNode()
    let id = hooks.nextID()
    hooks.postAccumulate.append(.init(id: id, body: hook))
    return RemovableHandle { [weak hooks] in hooks?.postAccumulate.removeAll { $0.id == id } }
  }

  /// Keeps the gradient of this tensor in ``grad`` though it is no leaf
  /// (PyTorch: `Tensor.retain_grad`); leaves keep theirs anyway.
  ///
  /// - Throws: ``TensorError`` `.autograd` where the tensor requires no gradient.
  public func retainGrad() throws {
    guard requiresGrad else {
      throw TensorError(
        .autograd, "retainGrad", "can't retain_grad on Tensor that has requiresGrad=false")
    }
    guard let node = gradFn, !retainsGrad else { return }
    ensuredMeta.retainsGrad = true
    node.ensuredHooks().retained.append(.init(output: Int(outputIndex), tensor: self))
  }

  /// Whether this is no leaf and keeps its gradient (PyTorch: `Tensor.retains_grad`).
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

  /// Calls `hook` with the gradients of this node's outputs before it runs; what it returns, if not
  /// nil, takes their place (PyTorch: `Node.register_prehook`).
  @discardableResult
  public final func registerPrehook(
    _ hook: @escaping (_ gradOutputs: [Tensor?]) throws -> [Tensor?]?
  ) -> RemovableHandle {
    let hooks = ensuredHooks()
    let id = hooks.nextID()
    hooks.before.append(.init(id: id, body: hook))
    return RemovableHandle { [weak hooks] in hooks?.before.removeAll { $0.id == id } }
  }

  /// Calls `hook` after this node ran, with the gradients of its inputs and its outputs; what it
  /// returns, if not nil, takes the place of the former (PyTorch: `Node.register_hook`).
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
