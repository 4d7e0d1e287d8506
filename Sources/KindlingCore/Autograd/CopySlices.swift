/// The effect of an in-place operation on a view's base: the elements of the view pass through the
/// operation, all others are unchanged.
final class CopySlices: Node, @unchecked Sendable {
  private var base: Edge?
  private var operation: Node?
  private let geometry: ViewGeometry

  init(_ base: Tensor, view: Tensor, _ operation: Node) {
    self.base = Edge(to: base)
    self.operation = operation
    geometry = ViewGeometry(of: view, in: base)
    super.init(named: "CopySlices", sequence: Node.nextSequence(), output: OutputInfo(base))
  }

  override var edgeCount: Int { operation?.edgeCount ?? 1 }
  override func edge(_ i: Int) -> Edge? { i == 0 ? base : operation?.edge(i) }

  override func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {
    guard let gradient = gradients.first, let operation else { return }
    gradients.first = nil
    var inner = Gradients(first: try geometry.gather(gradient))
    var kept: Tensor?
    let info = operation.firstOutput
    let view = connectOutput(of: operation)
    try withExtendedLifetime(view) {
      try operation.run(&inner) { i, result in
        if i == 0 { kept = try result.reduced(to: info) } else { try send(i, result) }
      }
    }
    if base == nil { return }
    try send(0, geometry.replace(in: gradient, by: kept))
  }

  /// Connects the saved output of the operation to a view of this node's output, for higher
  /// derivatives.
  ///
  /// The view itself may have been released.
  private func connectOutput(of operation: Node) -> Node? {
    guard isGradEnabled, let saving = operation as? OperationNode, saving.savesOutput else {
      return nil
    }
    let geometry = geometry
    let part = OperationNode.Part(edge: Edge(self, 0)) { g, _ in try geometry.scatter(g) }
    let view = OperationNode("AsStridedBackward0", [part], info: saving.firstOutput)
    saving.connect(to: view)
    return view
  }

  override func releaseSaved() { operation?.releaseSaved() }

  deinit {
    GraphRelease.drop { pending in
      base?.collect(into: &pending)
      if let operation { pending.append(operation) }
      base = nil
      operation = nil
    }
  }
}
