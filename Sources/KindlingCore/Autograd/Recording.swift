/// An input of an operation to record: the tensor, the tensors to save, and the pullback.
package struct Input {
  let tensor: Tensor
  let pullback: Pullback
  let saved: (Tensor?, Tensor?, Tensor?, Tensor?)

  package init(
    _ tensor: Tensor, saving first: Tensor? = nil, _ second: Tensor? = nil, _ third: Tensor? = nil,
    _ fourth: Tensor? = nil, pullback: @escaping Pullback
  ) {
    self.tensor = tensor
    self.pullback = pullback
    saved = (first, second, third, fourth)
  }

  /// Creates an input of an operation without a derivative in PyTorch, so that the backward pass
  /// throws instead of giving zero.
  static func underivable(_ tensor: Tensor, _ operation: String) -> Input {
    Input(tensor) { _, _ in
      throw TensorError(
        .autograd, operation, "derivative for aten::\(operation) is not implemented")
    }
  }

  /// Returns this input with saved integers converted to `dtype`, in which the operation was
  /// computed.
  ///
  /// Otherwise a function of an integer would be computed in the default dtype.
  func promoting(to dtype: DType) -> Input {
    let tensors = [saved.0, saved.1, saved.2, saved.3]
    guard dtype.isFloatingPoint, tensors.contains(where: { $0?.dtype.isFloatingPoint == false })
    else { return self }
    return Input(tensor, saving: saved.0, saved.1, saved.2, saved.3) { [pullback] g, saved in
      try pullback(g, saved.promoted(to: dtype))
    }
  }

  /// Returns whether `tensor` is among the saved tensors.
  func saves(_ tensor: Tensor) -> Bool {
    saved.0 === tensor || saved.1 === tensor || saved.2 === tensor || saved.3 === tensor
  }

  fileprivate func part(of node: String) throws -> OperationNode.Part {
    guard let edge = try Edge(recording: tensor, in: node) else {
      return OperationNode.Part(edge: nil, pullback: pullback)
    }
    func kept(_ tensor: Tensor?) throws -> SavedTensor? {
      try tensor.map { try SavedTensor($0, for: node) }
    }
    return try OperationNode.Part(
      edge: edge, pullback: pullback, first: kept(saved.0), second: kept(saved.1),
      third: kept(saved.2), fourth: kept(saved.3))
  }
}

extension Tensor {
  /// Records this gradient as a function of `x` too, in which it is piecewise constant.
  ///
  /// In PyTorch it is an operation on both. It therefore requires a gradient if `x` does, and its
  /// derivative with respect to `x` is zero instead of missing.
  package func flat(in x: Tensor, _ node: String) throws -> Tensor {
    guard isGradEnabled, x.requiresGrad else { return self }
    return try alias().recorded(
      node, Input(self) { g, _ in g }, Input(x) { [shape = x.shape] g, _ in try g.newZeros(shape) })
  }

  /// This tensor as the output of an operation on `inputs` that has no derivative, in PyTorch either:
  /// it requires a gradient as they do, and going backward throws.
  func withoutDerivative(_ operation: String, _ inputs: [Tensor]) throws -> Tensor {
    try recorded("NotImplemented", inputs.map { .underivable($0, operation) })
  }

  /// Records this tensor as the output of an operation named `name`, PyTorch's name of the node.
  ///
  /// Returns `self`, unchanged where nothing is recorded. Each input brings its own pullback, so an
  /// input that needs no gradient saves and computes nothing. A pullback must not capture tensors.
  /// The first input of an operation that writes in place is the tensor written to.
  ///
  /// - Throws: ``TensorError`` `.autograd` for an input whose place in the graph is lost, and for one
  ///   made in inference mode that would have to be saved.
  package func recorded(
    _ name: String, _ a: Input, _ b: Input? = nil, _ c: Input? = nil, savingOutput: Bool = false
  ) throws -> Tensor {
    if viewBase != nil { forgetInnerBase([a, b, c].lazy.compactMap { $0?.tensor }) }
    guard isGradEnabled,
      a.tensor.requiresGrad || b?.tensor.requiresGrad == true || c?.tensor.requiresGrad == true
    else { return self }
    var parts: [OperationNode.Part] = []
    parts.reserveCapacity(c != nil ? 3 : b != nil ? 2 : 1)
    parts.append(try a.part(of: name))
    if let b { parts.append(try b.part(of: name)) }
    if let c { parts.append(try c.part(of: name)) }
    return try attach(OperationNode(name, parts, output: self), savingOutput: savingOutput)
  }

  /// The same for any number of inputs.
  package func recorded(_ name: String, _ inputs: [Input], savingOutput: Bool = false) throws
    -> Tensor
  {
    forgetInnerBase(inputs.lazy.map(\.tensor))
    guard isGradEnabled, inputs.contains(where: { $0.tensor.requiresGrad }) else { return self }
    return try attach(
      OperationNode(name, inputs.map { try $0.part(of: name) }, output: self),
      savingOutput: savingOutput)
  }

  /// Detaches this result from a base that the operation created internally; views of `inputs` stay
  /// views.
  fileprivate func forgetInnerBase(_ inputs: some Sequence<Tensor>) {
    guard let base = viewBase else { return }
    if !inputs.contains(where: { base.isBase(of: $0) }) {
      viewBase = nil
      viewOrigin = .single
    }
  }

  private func isBase(of input: Tensor) -> Bool { input === self || input.viewBase === self }

  private func attach(_ node: OperationNode, savingOutput: Bool) throws -> Tensor {
    if savingOutput { try node.save(output: self) }
    self.node = node
    return self
  }
}

/// The recording of operations with several outputs, or with one pullback for all inputs.
package enum Recording {
  /// Detaches the `result` of an unrecorded operation from a base that the operation created
  /// internally.
  package static func own(_ result: Tensor, of inputs: [Tensor]) -> Tensor {
    result.forgetInnerBase(inputs)
    return result
  }

  /// Records `outputs` as those of one node.
  ///
  /// `pullback` gets one gradient per output and the saved tensors, and returns one gradient per
  /// input; nil means none. With `savingOutput`, the first output is the last saved tensor, only
  /// for its values: it is outside the graph. Set `joint` if PyTorch's gradients are one operation
  /// on all saved tensors. All gradients then require a gradient if any saved tensor does.
  package static func record(
    _ outputs: [Tensor], _ name: String, _ inputs: [Tensor], saving: [Tensor] = [],
    savingOutput: Bool = false, joint: Bool = false,
    _ pullback: @escaping (_ gradients: [Tensor?], _ saved: [Tensor]) throws -> [Tensor?]
  ) throws {
    for output in outputs { output.forgetInnerBase(inputs) }
    guard isGradEnabled, !outputs.isEmpty, inputs.contains(where: \.requiresGrad) else { return }
    let node = try FunctionNode(
      name, inputs.map { try Edge(recording: $0, in: name) }, outputs: outputs, saving: saving
    ) { gradients, saved in
      let found = try pullback(gradients, saved)
      guard joint, isGradEnabled, let source = saved.first(where: \.requiresGrad) else {
        return found
      }
      return try found.map { result in
        guard let result, !result.requiresGrad else { return result }
        return try result.flat(in: source, name.dropLast() + "Backward0")
      }
    }
    if savingOutput { try node.save(output: outputs[0]) }
    for (i, output) in outputs.enumerated() where output.dtype.isFloatingPoint {
      output.node = node
      output.outputIndex = Int32(i)
    }
  }
}
