extension Tensor {
  /// Accumulates the gradient of this tensor with respect to each leaf into its ``grad``
  /// (PyTorch: `Tensor.backward`).
  ///
  /// - Parameters:
  ///   - gradient: the gradient of this tensor; optional for a tensor of one element.
  ///   - retainGraph: whether to keep the saved tensors for another call; defaults to
  ///     `createGraph`.
  ///   - createGraph: whether to record the computation, for higher derivatives.
  ///   - inputs: the only tensors to accumulate into; defaults to all leaves.
  /// - Throws: ``TensorError`` `.autograd` if there is no graph, or it has been freed.
  public func backward(
    _ gradient: Tensor? = nil, retainGraph: Bool? = nil, createGraph: Bool = false,
    inputs: [Tensor]? = nil
  ) throws {
    try Autograd.backward(
      [self], [gradient], retainGraph: retainGraph, createGraph: createGraph, inputs: inputs)
  }
}

/// Functions on graphs and derivatives (PyTorch: `torch.autograd`).
public enum Autograd {
  /// Accumulates the gradient of the sum of `tensors` with respect to each leaf into its
  /// ``Tensor/grad`` (PyTorch: `torch.autograd.backward`).
  ///
  /// - Parameters:
  ///   - tensors: the tensors to differentiate.
  ///   - gradients: one for each tensor; nil means 1, for tensors of one element.
  ///   - retainGraph: whether to keep the saved tensors for another call; defaults to
  ///     `createGraph`.
  ///   - createGraph: whether to record the computation, for higher derivatives.
  ///   - inputs: the only tensors to accumulate into; defaults to all leaves.
  /// - Throws: ``TensorError`` `.autograd` if there is no graph, or it has been freed, and `.shape`
  ///   if a gradient has the wrong shape.
  public static func backward(
    _ tensors: [Tensor], _ gradients: [Tensor?]? = nil, retainGraph: Bool? = nil,
    createGraph: Bool = false, inputs: [Tensor]? = nil
  ) throws {
    if createGraph {
      try Warnings.warn(
        .user, "",
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak."
      )
    }
    let roots = try roots(tensors, gradients, "backward")
    let options = Engine.Options(
      retainGraph: retainGraph ?? createGraph, createGraph: createGraph)
    guard let inputs else { return try Engine.run(roots, options) }
    try require(
      !inputs.isEmpty, .autograd, "backward", "`inputs` argument to `backward()` cannot be empty")
    let targets = try targets(inputs, "backward")
    for input in inputs { try input.retainGrad() }
    _ = try Engine.run(roots, to: targets, accumulating: true, options)
  }

  fileprivate static func roots(
    _ tensors: [Tensor], _ gradients: [Tensor?]?, _ operation: String
  ) throws -> [Engine.Root] {
    let given = gradients ?? Array(repeating: nil, count: tensors.count)
    try require(
      given.count == tensors.count, .autograd, operation,
      "got \(got: tensors.count) tensors and \(got: given.count) gradients")
    var roots: [Engine.Root] = []
    roots.reserveCapacity(tensors.count)
    for i in tensors.indices {
      let edge = try require(
        Edge(to: tensors[i]), .autograd, operation,
        "element \(i) of tensors does not require grad and does not have a grad_fn: nothing it was computed from has requiresGrad, or it was computed under noGrad"
      )
      roots.append(
        Engine.Root(edge: edge, gradient: try start(tensors[i], given[i], i, operation)))
    }
    return roots
  }

  private static func start(
    _ tensor: Tensor, _ gradient: Tensor?, _ i: Int, _ operation: String
  ) throws -> Tensor {
    guard let gradient else {
      try require(
        tensor.numel == 1, .autograd, operation,
        "grad can be implicitly created only for scalar outputs, but this tensor has shape \(tensor.shape); pass a gradient, or reduce it first, as in sum().backward()"
      )
      return try Tensor.ones(like: tensor)
    }
    try require(
      gradient.shape == tensor.shape, .shape, operation,
      "Mismatch in shape: gradient[\(i)] has a shape of \(gradient.shape) and output[\(i)] has a shape of \(tensor.shape)"
    )
    try require(
      gradient.dtype.isFloatingPoint && gradient.backend === tensor.backend, .dtype, operation,
      "gradient[\(i)] is \(gradient.dtype) on \(gradient.device), but output[\(i)] is \(tensor.dtype) on \(tensor.device)"
    )
    return gradient.dtype == tensor.dtype ? gradient : try gradient.to(tensor.dtype)
  }

  fileprivate static func targets(_ inputs: [Tensor], _ operation: String) throws -> [Edge] {
    try inputs.map { input in
      if let edge = Edge(to: input) { return edge }
      try require(
        input.requiresGrad, .autograd, operation,
        "One of the differentiated Tensors does not require grad")
      // A view created without recording requires a gradient if its base does, but no graph leads
      // to it.
      let nowhere = Node(named: "Identity", sequence: 0, output: Node.OutputInfo(input))
      return Edge(nowhere, 0)
    }
  }
}

/// Computes the gradients of the sum of `outputs` with respect to `inputs`, without accumulating
/// them (PyTorch: `torch.autograd.grad`).
///
/// - Parameters:
///   - outputs: the tensors to differentiate.
///   - inputs: the tensors to differentiate with respect to: leaves or results of operations.
///   - gradOutputs: one for each output; nil means 1, for tensors of one element.
///   - retainGraph: whether to keep the saved tensors for another call; defaults to `createGraph`.
///   - createGraph: whether to record the computation, for higher derivatives.
///   - allowUnused: whether to return nil instead of throwing for an input that is not used.
///   - materializeGrads: whether to return zeros for such inputs; with `createGraph` they require a
///     gradient.
/// - Returns: one gradient for each input, of its shape.
/// - Throws: ``TensorError`` `.autograd` if there is no graph, it has been freed, or an input was
///   not used.
public func grad(
  of outputs: [Tensor], withRespectTo inputs: [Tensor], gradOutputs: [Tensor?]? = nil,
  retainGraph: Bool? = nil, createGraph: Bool = false, allowUnused: Bool = false,
  materializeGrads: Bool = false
) throws -> [Tensor?] {
  try require(!inputs.isEmpty, .autograd, "grad", "grad requires non-empty inputs")
  let roots = try Autograd.roots(outputs, gradOutputs, "grad")
  let targets = try Autograd.targets(inputs, "grad")
  let gradients = try Engine.run(
    roots, to: targets, accumulating: false,
    Engine.Options(retainGraph: retainGraph ?? createGraph, createGraph: createGraph))
  return try gradients.enumerated().map { i, gradient in
    if let gradient { return gradient }
    if materializeGrads {
      return try Tensor.zeros(like: inputs[i], requiresGrad: createGraph)
    }
    try require(
      allowUnused, .autograd, "grad",
      "The differentiated Tensor at index \(i) appears to not have been used in the graph. Set allowUnused: true if this is the desired behavior"
    )
    return nil
  }
}

/// Computes the gradient of `output` with respect to `input`, without accumulating it
/// (PyTorch: `torch.autograd.grad`).
///
/// - Throws: ``TensorError`` `.autograd` if there is no graph, it has been freed, or `input` was
///   not used.
public func grad(
  of output: Tensor, withRespectTo input: Tensor, gradOutput: Tensor? = nil,
  retainGraph: Bool? = nil, createGraph: Bool = false
) throws -> Tensor {
  let all = try grad(
    of: [output], withRespectTo: [input], gradOutputs: [gradOutput], retainGraph: retainGraph,
    createGraph: createGraph)
  guard case let gradient?? = all.first else {
    throw TensorError(.autograd, "grad", "no gradient arrived at the input")
  }
  return gradient
}
