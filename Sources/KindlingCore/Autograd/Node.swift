import Synchronization

/// A node of the computation graph: one recorded operation.
///
/// The names are PyTorch's: `AddmmBackward0`, `AccumulateGrad`. Graphs of several threads may share
/// nodes. Registering hooks on a shared node requires exclusive access.
public class Node: CustomStringConvertible, @unchecked Sendable {
  /// PyTorch's name of the node (PyTorch: `Node.name()`).
  public final let name: String
  /// The order of creation; later nodes have larger numbers and run earlier.
  final let sequence: UInt64
  /// The description of the first output, the only one of most nodes.
  final var firstOutput: OutputInfo
  final var moreOutputs: [OutputInfo] = []
  /// The hooks to call before and after this node runs; most nodes have none.
  final var hooks: NodeHooks?

  /// The backward pass that has claimed this node (0: none), and the index of the node's state
  /// there.
  final let claim = Atomic<UInt64>(0)
  final var slot = 0

  /// The shape, dtype and backend of an output, which its gradient must have.
  struct OutputInfo {
    let shape: [Int]
    let dtype: DType
    let backend: any Backend

    init(_ t: Tensor) {
      shape = t.shape
      dtype = t.dtype
      backend = t.backend
    }
  }

  init(named name: String, sequence: UInt64, output: OutputInfo) {
    self.name = name
    self.sequence = sequence
    firstOutput = output
  }

  /// Returns a number for a new node, larger than those of all earlier ones.
  static func nextSequence() -> UInt64 {
    sequenceCounter.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// The number of inputs.
  var edgeCount: Int { 0 }

  /// Returns the edge to which the gradient of input `i` goes, or nil if it needs none.
  func edge(_ i: Int) -> Edge? { nil }

  /// Computes the gradients of the inputs from those of the outputs, and calls `send` with the edge
  /// index and gradient of each.
  ///
  /// It may move gradients out of `gradients`.
  func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {}

  /// Frees the saved tensors; a later run fails with PyTorch's message.
  func releaseSaved() {}

  final var outputCount: Int { 1 + moreOutputs.count }

  final func output(_ i: Int) -> OutputInfo { i == 0 ? firstOutput : moreOutputs[i - 1] }

  /// The nodes of the inputs, with the index of their output; nil if an input needs no gradient
  /// (PyTorch: `Node.next_functions`).
  public final var nextFunctions: [(node: Node, outputIndex: Int)?] {
    (0..<edgeCount).map { i in edge(i).map { ($0.node, Int($0.outputIndex)) } }
  }

  /// The name in angle brackets, as in the description of a tensor.
  public final var description: String { "<\(name)>" }
}

private let sequenceCounter = Atomic<UInt64>(0)

/// The destination of a gradient: a node and the index of its output.
struct Edge {
  var node: Node
  let outputIndex: Int32

  init(_ node: Node, _ outputIndex: Int32) {
    self.node = node
    self.outputIndex = outputIndex
  }

  /// Creates the edge to the node of `tensor`, or to its accumulator; nil if it needs no gradient.
  init?(to tensor: Tensor) {
    guard let (node, index) = tensor.gradientTarget else { return nil }
    self.init(node, index)
  }

  /// ``init(to:)`` for an input of an operation that is being recorded.
  ///
  /// - Throws: ``TensorError`` `.autograd` for a view that cannot follow a change of its base.
  init?(recording tensor: Tensor, in operation: String) throws {
    self.init(to: tensor)
    if let failed = node as? FailedNode { throw failed.error(in: operation) }
  }
}

/// The gradients of a node's outputs; nil for those that have not arrived.
struct Gradients {
  var first: Tensor?
  var rest: [Tensor?] = []

  subscript(i: Int) -> Tensor? {
    get { i == 0 ? first : i <= rest.count ? rest[i - 1] : nil }
    set {
      if i == 0 {
        first = newValue
      } else {
        while rest.count < i { rest.append(nil) }
        rest[i - 1] = newValue
      }
    }
  }

  var isEmpty: Bool { first == nil && rest.allSatisfy { $0 == nil } }

  /// Returns one gradient per output of `node`.
  func array(for node: Node) -> [Tensor?] { (0..<node.outputCount).map { self[$0] } }
}
