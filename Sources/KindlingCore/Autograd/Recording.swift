/// One input of an operation to record: the tensor, what its pullback needs, and the pullback.
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
}

extension Tensor {
  /// Whether operations on this tensor are recorded (PyTorch: `Tensor.requires_grad`).
  public var requiresGrad: Bool { requiresGradFlag || node != nil }

  /// Whether this is no result of a recorded operation (PyTorch: `Tensor.is_leaf`).
  public var isLeaf: Bool { gradFn == nil }

  /// The operation that made this tensor, or nil for leaves (PyTorch: `Tensor.grad_fn`).
  public var gradFn: Node? { node }

  /// Where gradients for this tensor go.
  var gradientTarget: (Node, Int)? {
    if let node = gradFn { return (node, Int(outputIndex)) }
    if !requiresGradFlag { return nil }
    let meta = ensuredMeta
    if let accumulator = meta.accumulator { return (accumulator, 0) }
    let made = AccumulateGrad(self)
    meta.accumulator = made
    return (made, 0)
  }

  /// This tensor as the output of an operation named `name` with PyTorch's name for its node.
  ///
  /// Returns `self`, unchanged where nothing is recorded. Each input brings its own pullback, so an
  /// input that needs no gradient saves and computes nothing. A pullback must not capture tensors.
  package func recorded(
    _ name: String, _ a: Input, _ b: Input? = nil, _ c: Input? = nil, savingOutput: Bool = false
  ) -> Tensor {
    guard isGradEnabled,
      a.tensor.requiresGrad || b?.tensor.requiresGrad == true || c?.tensor.requiresGrad == true
    else { return self }
    var edges: [Edge?] = []
    edges.reserveCapacity(c != nil ? 3 : b != nil ? 2 : 1)
    edges.append(edge(a))
    if let b { edges.append(edge(b)) }
    if let c { edges.append(edge(c)) }
    return attach(OperationNode(name, edges), savingOutput: savingOutput)
  }

  /// The same for any number of inputs.
  package func recorded(_ name: String, _ inputs: [Input], savingOutput: Bool = false) -> Tensor {
    guard isGradEnabled, inputs.contains(where: { $0.tensor.requiresGrad }) else { return self }
    return attach(OperationNode(name, inputs.map(edge)), savingOutput: savingOutput)
  }

  private func edge(_ input: Input) -> Edge? {
    guard var edge = Edge(to: input.tensor) else { return nil }
    edge.pullback = input.pullback
    edge.first = input.saved.0.map(SavedTensor.init)
    edge.second = input.saved.1.map(SavedTensor.init)
    edge.third = input.saved.2.map(SavedTensor.init)
    edge.fourth = input.saved.3.map(SavedTensor.init)
    return edge
  }

  private func attach(_ node: OperationNode, savingOutput: Bool) -> Tensor {
    node.outputs = [Node.OutputInfo(self)]
    // An alias, since the tensor itself would hold the node that holds it.
    if savingOutput { node.output = SavedTensor(alias()) }
    self.node = node
    return self
  }
}

/// The results of one operation with several outputs, or with one computation for all its inputs'
/// gradients.
package enum Recording {
  /// Records `outputs` as those of one node. `pullback` gets one gradient per output (nil: none) and
  /// the saved tensors, and returns one gradient per input (nil: none).
  package static func record(
    _ outputs: [Tensor], _ name: String, _ inputs: [Tensor], saving: [Tensor] = [],
    _ pullback: @escaping (_ gradients: [Tensor?], _ saved: [Tensor]) throws -> [Tensor?]
  ) {
    guard isGradEnabled, inputs.contains(where: \.requiresGrad) else { return }
    let node = FunctionNode(name, inputs.map { Edge(to: $0) }, saving: saving, pullback)
    node.outputs = outputs.map(Node.OutputInfo.init)
    for (i, output) in outputs.enumerated() where output.dtype.isFloatingPoint {
      output.node = node
      output.outputIndex = Int32(i)
    }
  }
}
