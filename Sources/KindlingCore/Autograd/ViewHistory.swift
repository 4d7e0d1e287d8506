import CKernels

/// The origin of a view, which determines whether it may be written to.
enum ViewOrigin: UInt8 {
  case single, multiple, noGrad, inference, customFunction
}

extension Tensor {
  /// Registers this tensor as a view of `source`, so that a write to one updates the graph of the
  /// other.
  ///
  /// `multiple` means that the operation returned several views.
  func trackView(of source: Tensor, multiple: Bool = false) {
    guard dtype.isFloatingPoint, !source.isInferenceTensor else { return }
    viewBase = source.viewBase ?? source
    viewVersion = storage.version
    let state = kk_state()
    if state.pointee.inference_mode {
      viewOrigin = .inference
    } else if state.pointee.grad_disabled {
      viewOrigin = .noGrad
    } else if multiple {
      viewOrigin = .multiple
    } else {
      viewOrigin = source.viewOrigin
    }
  }

  /// The node that computed this tensor, or nil for leaves (PyTorch: `Tensor.grad_fn`).
  ///
  /// A view whose base has been modified since belongs to the new history of the base.
  public var gradFn: Node? {
    guard let base = viewBase else { return node }
    if viewVersion != storage.version && (node != nil || base.requiresGrad) { renewHistory(base) }
    return node
  }

  /// Throws unless PyTorch's rules allow an in-place write while recording.
  func checkInPlace(_ operation: String) throws {
    if let base = viewBase {
      try checkViewOrigin(operation)
      // A view of a former leaf may still be part of the graph.
      try require(
        !requiresGrad || !base.isLeaf, .autograd, operation,
        "a view of a leaf Variable that requires grad is being used in an in-place operation; wrap the update in noGrad { }"
      )
    }
    try require(
      !requiresGradFlag || node != nil, .autograd, operation,
      "a leaf Variable that requires grad is being used in an in-place operation; wrap the update in noGrad { }"
    )
  }

  /// Takes over the graph of `result`, which was written into this tensor's memory.
  func rebaseHistory(on result: Tensor) throws {
    guard let made = result.node else { return }
    if let base = viewBase {
      let slices = CopySlices(base, view: self, made)
      base.moveRetainedGradient(to: slices, 0)
      base.node = slices
      base.outputIndex = 0
      let before = node
      renewHistory(base)
      if let before, let node { moveRetainedGradient(from: before, to: node, 0) }
      (made as? OperationNode)?.connect(to: node)
    } else {
      moveRetainedGradient(to: made, result.outputIndex)
      node = made
      outputIndex = result.outputIndex
    }
    // The version has risen since the node saved its output.
    if let made = made as? OperationNode, made.savesOutput { try made.save(output: self) }
    if let made = made as? FunctionNode, made.savesOutput { try made.save(output: self) }
  }

  /// Connects this view to the current history of its base.
  private func renewHistory(_ base: Tensor) {
    viewVersion = storage.version
    outputIndex = 0
    if let failure = viewFailure(
      "and its base or another view of its base has been modified inplace")
    {
      node = FailedNode(failure, self)
      return
    }
    let geometry = ViewGeometry(of: self, in: base)
    // A view stays in the graph if its base has left it, as in PyTorch; no gradient flows there
    // then.
    node = OperationNode(
      "AsStridedBackward0",
      [OperationNode.Part(edge: Edge(to: base)) { g, _ in try geometry.scatter(g) }], output: self)
  }

  private func checkViewOrigin(_ operation: String) throws {
    if let failure = viewFailure("and is being modified inplace") {
      throw TensorError(.autograd, operation, failure)
    }
  }

  /// Returns the reason that this view cannot follow a change of its base, or nil.
  private func viewFailure(_ happening: String) -> String? {
    switch viewOrigin {
    case .single: nil
    case .multiple:
      "Output \(outputIndex) of \(node?.name ?? "an operation") is a view \(happening). This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one"
    case .noGrad:
      "A view was created in noGrad mode \(happening) with grad mode enabled. Given that this use case is ambiguous and error-prone, it is forbidden. Move both the view and the inplace operation either inside the noGrad block (if it should not be tracked) or outside (if it should)"
    case .inference:
      "A view was created in inference mode \(happening) in normal mode. Given that this use case is ambiguous and error-prone, it is forbidden. Move both the view and the inplace operation either inside the inferenceMode block (if it should not be tracked) or outside (if it should)"
    case .customFunction:
      "This view was created inside a custom Function (or because an input was returned as-is) \(happening), and the custom backward would be overridden, leading to incorrect gradients. Clone the output of the custom Function instead"
    }
  }

  /// Makes a gradient retained by `retainGrad` that of the new value.
  private func moveRetainedGradient(to node: Node, _ index: Int32) {
    if let before = self.node { moveRetainedGradient(from: before, to: node, index) }
  }

  private func moveRetainedGradient(from before: Node, to node: Node, _ index: Int32) {
    guard retainsGrad, let hooks = before.hooks else { return }
    hooks.retained.removeAll { $0.tensor === self }
    node.ensuredHooks().retained.append(.init(output: Int(index), tensor: self))
  }
}

/// The node of a tensor that must not be used for gradients; it throws when reached.
final class FailedNode: Node, @unchecked Sendable {
  private let message: String

  init(_ message: String, _ tensor: Tensor) {
    self.message = message
    super.init(named: "Error", sequence: Node.nextSequence(), output: OutputInfo(tensor))
  }

  override func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {
    throw error(in: "backward")
  }

  func error(in operation: String) -> TensorError { TensorError(.autograd, operation, message) }
}
