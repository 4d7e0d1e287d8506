import CKernels
import Synchronization

/// One step of the graph that `backward` walks: an operation, seen from its outputs.
///
/// Names are PyTorch's: `AddmmBackward0`, `AccumulateGrad`.
open class Node {
  /// PyTorch's name of the step.
  public let name: String
  /// Where the gradients of the inputs go; nil where an input needs none.
  package internal(set) var edges: [Edge?]
  /// Later nodes have higher numbers and run earlier.
  let sequence: UInt64
  /// What is known of each output, to check and to fill missing gradients with.
  var outputs: [OutputInfo] = []

  // The walk that has claimed this node, and where it keeps the node's state; see Engine.
  var walk: UInt64 = 0
  var slot = 0

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

  /// A node named `name` whose gradients go to `edges`.
  package init(_ name: String, edges: [Edge?], sequence: UInt64? = nil) {
    self.name = name
    self.edges = edges
    self.sequence = sequence ?? sequenceCounter.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// Turns the gradients of the outputs (nil: none arrived) into those of the inputs, handing each
  /// to `send` with the number of its edge.
  package func run(_ gradients: [Tensor?], _ send: (Int, Tensor) throws -> Void) throws {
    preconditionFailure("\(name) does not say how to run")
  }

  /// Forgets what was saved; a later run fails with PyTorch's message.
  package func releaseSaved() {}

  /// The nodes that `backward` visits next, one per input, with the number of that node's output.
  public var nextFunctions: [(node: Node, outputIndex: Int)?] {
    edges.map { $0.map { ($0.node, $0.outputIndex) } }
  }

  deinit {
    // Swift's deinit recurses; a long chain of nodes would overflow the stack.
    var held = [AnyObject]()
    for case let edge? in edges { held.append(edge.node) }
    edges = []
    Node.release(&held)
  }

  /// Lets go of graph parts one after another: only the outermost call drops them, inner ones
  /// (from a `deinit` on the way) leave theirs to it.
  static func release(_ held: inout [AnyObject]) {
    if held.isEmpty { return }
    let state = kk_state()
    if let list = state.pointee.pending?.assumingMemoryBound(to: [AnyObject].self) {
      list.pointee.append(contentsOf: held)
      held = []
      return
    }
    withUnsafeMutablePointer(to: &held) { list in
      state.pointee.pending = UnsafeMutableRawPointer(list)
      while let part = list.pointee.popLast() { _ = consume part }
      state.pointee.pending = nil
    }
  }
}

private let sequenceCounter = Atomic<UInt64>(0)

/// Where a gradient goes: a node, which of its outputs, and the shape and dtype it must have there.
package struct Edge {
  let node: Node
  let outputIndex: Int
  let shape: [Int]
  let dtype: DType
  var pullback: Pullback?
  var first: SavedTensor?
  var second: SavedTensor?
  var third: SavedTensor?
  var fourth: SavedTensor?

  /// The edge to whatever computed `tensor`, or to its accumulator; nil if it needs no gradient.
  init?(to tensor: Tensor) {
    guard let (node, index) = tensor.gradientTarget else { return nil }
    self.node = node
    outputIndex = index
    shape = tensor.shape
    dtype = tensor.dtype
  }
}

/// The gradient of one input from that of the output and what was saved, or nil for none. Written
/// with differentiable operations, so that it can be recorded too. The engine sums the result
/// to the input's shape and converts it to its dtype.
package typealias Pullback = (_ gradient: Tensor, _ saved: SavedTensors) throws -> Tensor?
