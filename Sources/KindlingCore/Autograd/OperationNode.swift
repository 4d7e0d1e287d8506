/// The node of an operation with one output and one pullback per input.
final class OperationNode: Node {
  var output: SavedTensor?
  private var isReleased = false

  init(_ name: String, _ edges: [Edge?]) { super.init(name, edges: edges) }

  override func run(_ gradients: [Tensor?], _ send: (Int, Tensor) throws -> Void) throws {
    guard let gradient = gradients[0] else { return }
    if isReleased { throw TensorError.secondBackward(name) }
    var outputTensor = try output?.unpack(for: self)
    if isGradEnabled, let saved = outputTensor {
      // To differentiate again, the output has to be this node's output, not a bare alias.
      let connected = saved.alias()
      connected.node = self
      outputTensor = connected
    }
    for (i, edge) in edges.enumerated() {
      guard let edge, let pullback = edge.pullback else { continue }
      let saved = SavedTensors(
        first: try edge.first?.unpack(for: self), second: try edge.second?.unpack(for: self),
        third: try edge.third?.unpack(for: self), fourth: try edge.fourth?.unpack(for: self),
        outputTensor: outputTensor)
      if let result = try pullback(gradient, saved) { try send(i, result) }
    }
  }

  override func releaseSaved() {
    var held = takeSaved()
    Node.release(&held)
    isReleased = true
  }

  private func takeSaved() -> [AnyObject] {
    var held: [AnyObject] = []
    if let output { held.append(output.tensor) }
    output = nil
    for i in edges.indices {
      guard let edge = edges[i] else { continue }
      for case let saved? in [edge.first, edge.second, edge.third, edge.fourth] {
        held.append(saved.tensor)
      }
      edges[i]?.first = nil
      edges[i]?.second = nil
      edges[i]?.third = nil
      edges[i]?.fourth = nil
      edges[i]?.pullback = nil
    }
    return held
  }

  deinit {
    var held = takeSaved()
    Node.release(&held)
  }
}

/// The node of an operation whose gradients are computed together.
final class FunctionNode: Node {
  private var saved: [SavedTensor]
  private var pullback: (([Tensor?], [Tensor]) throws -> [Tensor?])?

  init(
    _ name: String, _ edges: [Edge?], saving: [Tensor],
    _ pullback: @escaping ([Tensor?], [Tensor]) throws -> [Tensor?]
  ) {
    saved = saving.map(SavedTensor.init)
    self.pullback = pullback
    super.init(name, edges: edges)
  }

  override func run(_ gradients: [Tensor?], _ send: (Int, Tensor) throws -> Void) throws {
    guard let pullback else { throw TensorError.secondBackward(name) }
    let tensors = try saved.map { try $0.unpack(for: self) }
    for (i, result) in try pullback(gradients, tensors).enumerated() where edges[i] != nil {
      if let result { try send(i, result) }
    }
  }

  override func releaseSaved() {
    var held: [AnyObject] = saved.map(\.tensor)
    saved = []
    pullback = nil
    Node.release(&held)
  }

  deinit { releaseSaved() }
}

/// The end of a path: adds what arrives to the `grad` of a leaf.
public final class AccumulateGrad: Node {
  /// The leaf.
  public let variable: Tensor

  init(_ variable: Tensor) {
    self.variable = variable
    super.init("AccumulateGrad", edges: [], sequence: .max)
    outputs = [OutputInfo(variable)]
  }

  override package func run(_ gradients: [Tensor?], _ send: (Int, Tensor) throws -> Void) throws {
    guard let gradient = gradients[0] else { return }
    let meta = variable.ensuredMeta
    if let grad = meta.grad {
      meta.grad = isGradEnabled ? try grad + gradient : try noGrad { try grad.add_(gradient) }
    } else {
      // Taken as it is: nobody else holds a gradient that the engine has just summed, and one that
      // somebody holds must not be written to later.
      meta.grad = isGradEnabled ? gradient : try gradient.ownedForAccumulation()
    }
  }
}

extension TensorError {
  static func secondBackward(_ node: String) -> TensorError {
    TensorError(
      .autograd, "backward",
      "trying to backward through the graph a second time (or to access saved tensors after they have been freed; node \(node)). Pass retainGraph: true the first time if you need to backward again")
  }
}
