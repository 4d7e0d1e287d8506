import Synchronization

/// One step of the graph that `backward` walks: an operation, seen from its outputs.
///
/// Names are PyTorch's: `AddmmBackward0`, `AccumulateGrad`. Graphs of several threads may share nodes;
/// registering hooks on such a node needs to be alone.
public class Node: CustomStringConvertible, @unchecked Sendable {
  /// PyTorch's name of the step (PyTorch: `Node.name()`).
  public final let name: String
  /// Later nodes have higher numbers and run earlier.
  final let sequence: UInt64
  /// What is known of the first output, the only one of most nodes.
  final var firstOutput: OutputInfo
  final var moreOutputs: [OutputInfo] = []
  /// What to call before and after this node runs; most nodes have nothing.
  final var hooks: NodeHooks?

  /// The walk that has claimed this node (0: none), and where that walk keeps the node's state.
  final let claim = Atomic<UInt64>(0)
  final var slot = 0

  /// Shape, dtype and backend of an output: what a gradient that arrives there must have.
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

  /// A number for a new node, above those of all earlier ones.
  static func nextSequence() -> UInt64 {
    sequenceCounter.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// The number of inputs.
  var edgeCount: Int { 0 }

  /// Where the gradient of input `i` goes; nil where it needs none.
  func edge(_ i: Int) -> Edge? { nil }

  /// Turns the gradients of the outputs into those of the inputs, handing each to `send` with the
  /// number of its edge.
  ///
  /// May take the gradients out of `gradients`.
  func run(_ gradients: inout Gradients, _ send: (Int, Tensor) throws -> Void) throws {}

  /// Forgets what was saved; a later run fails with PyTorch's message.
  func releaseSaved() {}

  final var outputCount: Int { 1 + moreOutputs.count }

  final func output(_ i: Int) -> OutputInfo { i == 0 ? firstOutput : moreOutputs[i - 1] }

  /// The nodes that `backward` visits next, one per input, with the number of that node's output;
  /// nil where an input needs no gradient (PyTorch: `Node.next_functions`).
  public final var nextFunctions: [(node: Node, outputIndex: Int)?] {
    (0..<edgeCount).map { i in edge(i).map { ($0.node, Int($0.outputIndex)) } }
  }

  /// The name in angle brackets, as tensors print their `gradFn`.
  public final var description: String { "<\(name)>" }
}

private let sequenceCounter = Atomic<UInt64>(0)

/// Where a gradient goes: a node, and which of its outputs.
struct Edge {
  var node: Node
  let outputIndex: Int32

  init(_ node: Node, _ outputIndex: Int32) {
    self.node = node
    self.outputIndex = outputIndex
  }

  /// The edge to whatever computed `tensor`, or to its accumulator; nil if it needs no gradient.
  init?(to tensor: Tensor) {
    guard let (node, index) = tensor.gradientTarget else { return nil }
    self.init(node, index)
  }
}

/// The gradients of a node's outputs; nil where none has arrived.
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

  /// One gradient per output of `node`.
  func array(for node: Node) -> [Tensor?] { (0..<node.outputCount).map { self[$0] } }
}
