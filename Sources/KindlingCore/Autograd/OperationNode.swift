/// A function that computes the gradient of one input from that of the output and the saved
/// tensors; nil means none.
///
/// It uses differentiable operations, so that it can be recorded too. The engine sums the result to
/// the shape of the input and converts it to its dtype.
package typealias Pullback = (_ gradient: Tensor, _ saved: SavedTensors) throws -> Tensor?

/// The node of an operation with one output and one pullback per input.
final class OperationNode: Node, @unchecked Sendable {
  /// An input that needs a gradient, or a placeholder for one that does not.
  struct Part {
    var edge: Edge?
    let pullback: Pullback
    var first: SavedTensor?
    var second: SavedTensor?
    var third: SavedTensor?
    var fourth: SavedTensor?
  }

  @exclusivity(unchecked) private var parts: [Part]
  @exclusivity(unchecked) private var savedOutput: SavedTensor?
  /// Whether a saved tensor has been freed.
  private var isReleased = false
  /// The node of the saved output, if it is not this node (for ``CopySlices``).
  weak var connection: Node?
  private var isConnectedElsewhere = false

  init(_ name: String, _ parts: [Part], info: OutputInfo) {
    self.parts = parts
    super.init(named: name, sequence: Node.nextSequence(), output: info)
  }

  convenience init(_ name: String, _ parts: [Part], output: Tensor) {
    self.init(name, parts, info: OutputInfo(output))
  }

  override var edgeCount: Int { parts.count }
  override func edge(_ i: Int) -> Edge? { parts[i].edge }

  /// Keeps `output` for the pullbacks; an alias, since the tensor holds the node that holds it.
  func save(output: Tensor) throws { savedOutput = try SavedTensor(output.alias(), for: name) }

  var savesOutput: Bool { savedOutput != nil }

  /// Connects the saved output to `node`.
  func connect(to node: Node?) {
    connection = node
    isConnectedElsewhere = true
  }

  override func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {
    guard let gradient = gradients.first else { return }
    gradients.first = nil
    if isReleased { throw TensorError.secondBackward(name) }
    var output = try savedOutput?.unpack(for: name)
    if isGradEnabled, let saved = output {
      // For higher derivatives, the output must be this node's output, not a bare alias.
      let connected = saved.alias()
      connected.node = isConnectedElsewhere ? connection : self
      output = connected
    }
    for i in parts.indices where parts[i].edge != nil {
      let saved = SavedTensors(
        first: try parts[i].first?.unpack(for: name),
        second: try parts[i].second?.unpack(for: name),
        third: try parts[i].third?.unpack(for: name),
        fourth: try parts[i].fourth?.unpack(for: name),
        outputTensor: output)
      if let result = try parts[i].pullback(gradient, saved) { try send(i, result) }
    }
  }

  override func releaseSaved() {
    if savedOutput != nil {
      savedOutput = nil
      isReleased = true
    }
    for i in parts.indices where parts[i].first != nil {
      parts[i].first = nil
      parts[i].second = nil
      parts[i].third = nil
      parts[i].fourth = nil
      isReleased = true
    }
  }

  deinit {
    GraphRelease.drop { pending in
      for i in parts.indices {
        parts[i].first?.collect(into: &pending)
        parts[i].second?.collect(into: &pending)
        parts[i].third?.collect(into: &pending)
        parts[i].fourth?.collect(into: &pending)
        parts[i].edge?.collect(into: &pending)
      }
      parts = []
    }
  }
}

extension TensorError {
  static func secondBackward(_ node: String) -> TensorError {
    TensorError(
      .autograd, "backward",
      "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed; node \(node)). Saved intermediate values of the graph are freed by backward() and grad(); pass retainGraph: true the first time if you need to backward again"
    )
  }
}
