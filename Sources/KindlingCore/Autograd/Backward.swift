extension Tensor {
  /// Computes the gradients of this tensor with respect to the leaves it came from, and adds them to
  /// their ``grad`` (PyTorch: `Tensor.backward`).
  ///
  /// - Parameters:
  ///   - gradient: the gradient of this tensor; may be left out for one element.
  ///   - retainGraph: keep what was saved, for a second call; by default as `createGraph`.
  ///   - createGraph: record the computation, for higher derivatives.
  ///   - inputs: the only tensors to accumulate into; by default all leaves.
  /// - Throws: ``TensorError`` `.autograd` where there is no graph, or it has been used up.
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
  /// Computes the sum of the gradients of `tensors` with respect to the leaves, and adds them to
  /// their ``Tensor/grad`` (PyTorch: `torch.autograd.backward`).
  ///
  /// - Parameters:
  ///   - tensors: where the way back begins.
  ///   - gradients: one for each tensor; nil stands for 1, for tensors of one element.
  ///   - retainGraph: keep what was saved, for a second call; by default as `createGraph`.
  ///   - createGraph: record the computation, for higher derivatives.
  ///   - inputs: the only tensors to accumulate into; by default all leaves.
  /// - Throws: ``TensorError`` `.autograd` where there is no graph, or it has been used up, and
  ///   `.shape` where a gradient does not fit.
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
    guard !inputs.isEmpty else {
      throw TensorError(
        .autograd, "backward", "`inputs` argument to `backward()` cannot be empty")
    }
    let targets = try targets(inputs, "backward")
    for input in inputs { try input.retainGrad() }
    _ = try Engine.run(roots, to: targets, accumulating: true, options)
  }

  fileprivate static func roots(
    _ tensors: [Tensor], _ gradients: [Tensor?]?, _ operation: String
  ) throws -> [Engine.Root] {
    let given = gradients ?? Array(repeating: nil, count: tensors.count)
    guard given.count == tensors.count else {
      throw TensorError(
        .autograd, operation, "got \(tensors.count) tensors and \(given.count) gradients")
    }
    var roots: [Engine.Root] = []
    roots.reserveCapacity(tensors.count)
    for i in tensors.indices {
      guard let edge = Edge(to: tensors[i]) else {
        throw TensorError(
          .autograd, operation,
          "element \(i) of tensors does not require grad and does not have a grad_fn: nothing it was computed from has requiresGrad, or it was computed under noGrad"
        )
      }
      roots.append(
        Engine.Root(edge: edge, gradient: try start(tensors[i], given[i], i, operation)))
    }
    return roots
  }

  private static func start(
    _ tensor: Tensor, _ gradient: Tensor?, _ i: Int, _ operation: String
  ) throws -> Tensor {
    guard let gradient else {
      guard tensor.numel == 1 else {
        throw TensorError(
          .autograd, operation,
          "grad can be implicitly created only for scalar outputs, but this tensor has shape \(tensor.shape); pass a gradient, or reduce it first, as in sum().backward()"
        )
      }
      return try Tensor.ones(like: tensor)
    }
    guard gradient.shape == tensor.shape else {
      throw TensorError(
        .shape, operation,
        "Mismatch in shape: gradient[\(i)] has a shape of \(gradient.shape) and output[\(i)] has a shape of \(tensor.shape)"
      )
    }
    guard gradient.dtype.isFloatingPoint, gradient.backend === tensor.backend else {
      throw TensorError(
        .dtype, operation,
        "gradient[\(i)] is \(gradient.dtype) on \(gradient.device), but output[\(i)] is \(tensor.dtype) on \(tensor.device)"
      )
    }
    return gradient.dtype == tensor.dtype ? gradient : try gradient.to(tensor.dtype)
  }

  fileprivate static func targets(_ inputs: [Tensor], _ operation: String) throws -> [Edge] {
    try inputs.map { input in
      if let edge = Edge(to: input) { return edge }
      guard input.requiresGrad else {
        throw TensorError(
          .autograd, operation, "One of the differentiated Tensors does not require grad")
      }
      // A view made without recording requires a gradient where its base does, but no graph leads to it.
      let nowhere = Node(named: "Identity", sequence: 0, output: Node.OutputInfo(input))
      return Edge(nowhere, 0)
    }
  }
}

/// The gradients of the sum of `outputs` with respect to `inputs`, accumulated nowhere
/// (PyTorch: `torch.autograd.grad`).
///
/// - Parameters:
///   - outputs: where the way back begins.
///   - inputs: what to differentiate by; leaves or results of operations.
///   - gradOutputs: one for each output; nil stands for 1, for tensors of one element.
///   - retainGraph: keep what was saved, for a second call; by default as `createGraph`.
///   - createGraph: record the computation, for higher derivatives.
///   - allowUnused: give nil for an input that the outputs do not depend on, rather than throw.
///   - materializeGrads: give zeros for such inputs, which require a gradient with `createGraph`.
/// - Returns: one gradient for each input, of its shape.
/// - Throws: ``TensorError`` `.autograd` where there is no graph, it has been used up, or an input
///   was not used.
public func grad(
  of outputs: [Tensor], withRespectTo inputs: [Tensor], gradOutputs: [Tensor?]? = nil,
  retainGraph: Bool? = nil, createGraph: Bool = false, allowUnused: Bool = false,
  materializeGrads: Bool = false
) throws -> [Tensor?] {
  guard !inputs.isEmpty else {
    throw TensorError(.autograd, "grad", "grad requires non-empty inputs")
  }
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
    guard allowUnused else {
      throw TensorError(
        .autograd, "grad",
        "The differentiated Tensor at index \(i) appears to not have been used in the graph. Set allowUnused: true if this is the desired behavior"
      )
    }
    return nil
  }
}

/// The gradient of `output` with respect to `input`, accumulated nowhere
/// (PyTorch: `torch.autograd.grad`).
///
/// - Throws: ``TensorError`` `.autograd` where there is no graph, it has been used up, or `input` was
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
