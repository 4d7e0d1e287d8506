/// A node whose input gradients are computed together.
final class FunctionNode: Node, @unchecked Sendable {
  private var edges: [Edge?]
  private var saved: [SavedTensor]
  private var savedOutput: SavedTensor?
  private var isReleased = false
  private let pullback: ([Tensor?], [Tensor]) throws -> [Tensor?]

  init(
    _ name: String, _ edges: [Edge?], outputs: [Tensor], saving: [Tensor],
    _ pullback: @escaping ([Tensor?], [Tensor]) throws -> [Tensor?]
  ) throws {
    self.edges = edges
    saved = try saving.map { try SavedTensor($0, for: name) }
    self.pullback = pullback
    super.init(named: name, sequence: Node.nextSequence(), output: OutputInfo(outputs[0]))
    moreOutputs = outputs.dropFirst().map(OutputInfo.init)
  }

  /// Keeps `output` for the pullback; an alias, since the tensor holds the node that holds it.
  func save(output: Tensor) throws { savedOutput = try SavedTensor(output.alias(), for: name) }

  var savesOutput: Bool { savedOutput != nil }

  override var edgeCount: Int { edges.count }
  override func edge(_ i: Int) -> Edge? { edges[i] }

  override func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {
    if isReleased { throw TensorError.secondBackward(name) }
    var tensors = try saved.map { try $0.unpack(for: name) }
    if let savedOutput { tensors.append(try savedOutput.unpack(for: name)) }
    for (i, result) in try pullback(gradients.array(for: self), tensors).enumerated()
    where i < edges.count && edges[i] != nil {
      if let result { try send(i, result) }
    }
  }

  override func releaseSaved() {
    if saved.isEmpty && savedOutput == nil { return }
    saved = []
    savedOutput = nil
    isReleased = true
  }

  deinit {
    GraphRelease.drop { pending in
      for tensor in saved { tensor.collect(into: &pending) }
      for i in edges.indices { edges[i]?.collect(into: &pending) }
      saved = []
      edges = []
    }
  }
}
