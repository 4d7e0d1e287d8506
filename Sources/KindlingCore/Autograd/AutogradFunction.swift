/// An operation with a custom gradient (PyTorch: `torch.autograd.Function`).
///
/// Arguments that are not tensors are properties of the conforming type:
/// ```swift
/// struct Scale: AutogradFunction {
///   let factor: Double
///   func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor] {
///     [try inputs[0] * factor]
///   }
///   func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?] {
///     [try gradients[0] * factor]
///   }
/// }
/// let y = try Scale(factor: 3).apply(x)  // y.gradFn is <ScaleBackward>
/// ```
public protocol AutogradFunction {
  /// Computes the outputs, without recording.
  ///
  /// Pass the tensors that `backward` needs to ``FunctionContext/saveForBackward(_:)``.
  func forward(_ ctx: FunctionContext, _ inputs: [Tensor]) throws -> [Tensor]

  /// Computes the gradients of the inputs from those of the outputs; nil means no gradient.
  ///
  /// Use differentiable operations to support higher derivatives.
  func backward(_ ctx: FunctionContext, _ gradients: [Tensor]) throws -> [Tensor?]
}

extension AutogradFunction {
  /// Runs the function, recorded as the name of this type followed by `Backward`
  /// (PyTorch: `Function.apply`).
  ///
  /// - Throws: the errors of ``forward(_:_:)``, and ``TensorError`` `.autograd` unless it returns
  ///   exactly one tensor.
  public func apply(_ inputs: Tensor...) throws -> Tensor {
    let outputs = try applyAll(inputs)
    guard outputs.count == 1, let output = outputs.first else {
      throw TensorError(
        .autograd, "\(type(of: self))",
        "apply expects forward to return one tensor, but got \(got: outputs.count); use applyAll")
    }
    return output
  }

  /// Runs the function on `inputs` and returns all its outputs (PyTorch: `Function.apply`).
  ///
  /// - Throws: the errors of ``forward(_:_:)``, and ``TensorError`` `.autograd` if a tensor was
  ///   modified that must not be.
  public func applyAll(_ inputs: [Tensor]) throws -> [Tensor] {
    let needs = inputs.map(\.requiresGrad)
    let ctx = FunctionContext(needs)
    let edges =
      isGradEnabled ? try inputs.map { try Edge(recording: $0, in: "\(type(of: self))") } : []
    let outputs = try noGrad { try forward(ctx, inputs) }
    guard isGradEnabled, needs.contains(true), !outputs.isEmpty else {
      try ctx.finish(outputs)
      return outputs
    }
    let node = CustomFunctionNode(self, ctx, edges, outputs)
    let results = try outputs.enumerated().map { try attach(node, $1, $0, ctx, inputs) }
    try ctx.finish(outputs)
    return results
  }

  private func attach(
    _ node: CustomFunctionNode, _ output: Tensor, _ i: Int, _ ctx: FunctionContext,
    _ inputs: [Tensor]
  ) throws -> Tensor {
    let input = inputs.first { $0 === output }
    if ctx.dirty.contains(where: { $0 === output }) {
      let input = try require(
        input, .autograd, node.name,
        "a tensor given to markDirty is returned but is not an input of the function")
      try input.checkInPlace(node.name)
      try require(
        input.viewBase == nil || i == 0 && node.moreOutputs.isEmpty, .autograd, node.name,
        "functions which modify views in-place must return a single tensor")
      let carrier = input.alias()
      carrier.node = node
      carrier.outputIndex = Int32(i)
      try input.rebaseHistory(on: carrier)
      return input
    }
    if ctx.nonDifferentiable.contains(where: { $0 === output }) || !output.dtype.isFloatingPoint {
      return input == nil ? output : output.detach()
    }
    // A tensor that is already in a graph stays there; the function returns a view.
    var result = output
    if input != nil || output.node != nil || output.requiresGradFlag {
      result = output.alias()
      result.trackView(of: output)
    }
    result.node = node
    result.outputIndex = Int32(i)
    if result.viewBase != nil { result.viewOrigin = .customFunction }
    return result
  }
}

/// The values that an ``AutogradFunction`` keeps from `forward` for `backward` (PyTorch: the `ctx`
/// argument).
public final class FunctionContext {
  /// Whether each input needs a gradient (PyTorch: `ctx.needs_input_grad`).
  public let needsInputGrad: [Bool]
  /// Values to keep that are not tensors (PyTorch: attributes of `ctx`).
  public var attributes: [String: Any] = [:]

  private(set) var dirty: [Tensor] = []
  private(set) var nonDifferentiable: [Tensor] = []
  private(set) var materializesGrads = true
  private var toSave: [Tensor] = []
  private var saved: [(tensor: SavedTensor, output: Int32?)] = []
  private var isReleased = false
  private var arrived: [Bool] = []
  weak var node: CustomFunctionNode?

  init(_ needsInputGrad: [Bool]) { self.needsInputGrad = needsInputGrad }

  /// Saves tensors (inputs, outputs or others) for `backward`, replacing those of an earlier call
  /// (PyTorch: `ctx.save_for_backward`).
  public func saveForBackward(_ tensors: Tensor...) { toSave = tensors }

  /// The tensors passed to ``saveForBackward(_:)`` (PyTorch: `ctx.saved_tensors`).
  ///
  /// - Throws: ``TensorError`` `.autograd` if one was modified since, or they have been freed.
  public var savedTensors: [Tensor] {
    get throws {
      let name = node?.name ?? ""
      if isReleased { throw TensorError.secondBackward(name) }
      if !toSave.isEmpty { return toSave }
      return try saved.map { kept in
        let tensor = try kept.tensor.unpack(for: name)
        guard let output = kept.output else { return tensor }
        let connected = tensor.alias()
        connected.node = node
        connected.outputIndex = output
        return connected
      }
    }
  }

  /// Marks inputs as modified in place; they must also be returned (PyTorch: `ctx.mark_dirty`).
  public func markDirty(_ tensors: Tensor...) { dirty += tensors }

  /// Marks outputs as not differentiable (PyTorch: `ctx.mark_non_differentiable`).
  public func markNonDifferentiable(_ tensors: Tensor...) { nonDifferentiable += tensors }

  /// Sets whether missing gradients are materialized as zeros, which is the default
  /// (PyTorch: `ctx.set_materialize_grads`).
  ///
  /// Otherwise `backward` gets a single zero expanded to the shape of the output; see
  /// ``hasGradient(_:)``.
  public func setMaterializeGrads(_ value: Bool) { materializesGrads = value }

  /// Returns whether output `i` received a gradient; for use in `backward`.
  public func hasGradient(_ i: Int) -> Bool { arrived.indices.contains(i) && arrived[i] }

  /// After `forward`: an output is kept without its node, which holds this context.
  func finish(_ outputs: [Tensor]) throws {
    saved = try toSave.map { tensor in
      let index = outputs.firstIndex { $0 === tensor && $0.node === node && node != nil }
      let kept = index == nil ? tensor : tensor.alias()
      return (try SavedTensor(kept, for: node?.name ?? "saveForBackward"), index.map(Int32.init))
    }
    toSave = []
    dirty = []
    nonDifferentiable = []
  }

  func release() {
    if saved.isEmpty { return }
    saved = []
    isReleased = true
  }

  func collect(into pending: inout [AnyObject]) {
    for kept in saved { kept.tensor.collect(into: &pending) }
    saved = []
  }

  /// Returns one gradient for each output of the node.
  func complete(_ gradients: [Tensor?], _ node: Node) throws -> [Tensor] {
    arrived = gradients.map { $0 != nil }
    return try gradients.enumerated().map { i, gradient in
      if let gradient { return gradient }
      let info = node.output(i)
      let device = info.backend.device
      if materializesGrads {
        return try Tensor.zeros(info.shape, dtype: info.dtype, device: device)
      }
      return try Tensor.zeros([], dtype: info.dtype, device: device).expand(info.shape)
    }
  }
}

/// The node of a user-defined function.
final class CustomFunctionNode: Node, @unchecked Sendable {
  private let function: any AutogradFunction
  private let context: FunctionContext
  private var edges: [Edge?]

  init(
    _ function: any AutogradFunction, _ context: FunctionContext, _ edges: [Edge?],
    _ outputs: [Tensor]
  ) {
    self.function = function
    self.context = context
    self.edges = edges
    super.init(
      named: "\(type(of: function))Backward", sequence: Node.nextSequence(),
      output: OutputInfo(outputs[0]))
    moreOutputs = outputs.dropFirst().map(OutputInfo.init)
    context.node = self
  }

  override var edgeCount: Int { edges.count }
  override func edge(_ i: Int) -> Edge? { edges[i] }

  override func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {
    let given = try context.complete(gradients.array(for: self), self)
    let results = try function.backward(context, given)
    try require(
      results.count >= edges.count && results.dropFirst(edges.count).allSatisfy({ $0 == nil }),
      .autograd, "backward",
      "function \(name) returned an incorrect number of gradients (expected \(expected: edges.count), got \(got: results.count))"
    )
    for (i, edge) in edges.enumerated() where edge != nil {
      if let result = results[i] { try send(i, result) }
    }
  }

  override func releaseSaved() { context.release() }

  deinit {
    GraphRelease.drop { pending in
      context.collect(into: &pending)
      for i in edges.indices { edges[i]?.collect(into: &pending) }
      edges = []
    }
  }
}
