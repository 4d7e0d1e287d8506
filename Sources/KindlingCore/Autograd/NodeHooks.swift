/// The hooks of a node, in the order of registration.
final class NodeHooks: @unchecked Sendable {
  /// A hook on the gradient of one output.
  struct TensorHook {
    let id: Int
    let output: Int
    let body: (Tensor) throws -> Tensor?
  }

  struct Hook<Body> {
    let id: Int
    let body: Body
  }

  /// A tensor that retains its gradient although it is not a leaf.
  struct Retained {
    let output: Int
    weak var tensor: Tensor?
  }

  typealias Before = ([Tensor?]) throws -> [Tensor?]?
  typealias After = (_ gradInputs: [Tensor?], _ gradOutputs: [Tensor?]) throws -> [Tensor?]?

  var tensor: [TensorHook] = []
  var retained: [Retained] = []
  var before: [Hook<Before>] = []
  var after: [Hook<After>] = []
  var postAccumulate: [Hook<(Tensor) throws -> Void>] = []
  private var lastID = 0

  func nextID() -> Int {
    lastID += 1
    return lastID
  }

  /// Calls the tensor hooks, then stores the retained gradients.
  func runTensorHooks(_ gradients: inout Gradients) throws {
    for hook in tensor {
      guard let gradient = gradients[hook.output] else { continue }
      if let replaced = try hook.body(gradient) {
        try NodeHooks.check(replaced, replacing: gradient)
        gradients[hook.output] = replaced
      }
    }
    for kept in retained {
      guard let tensor = kept.tensor, let gradient = gradients[kept.output] else { continue }
      let meta = tensor.ensuredMeta
      meta.grad = try meta.grad.map { try $0 + gradient } ?? gradient.clone()
    }
  }

  func runBefore(_ gradients: inout Gradients, of node: Node) throws {
    for hook in before {
      let given = gradients.array(for: node)
      guard let replaced = try hook.body(given) else { continue }
      try NodeHooks.check(replaced, replacing: given)
      for (i, gradient) in replaced.enumerated() { gradients[i] = gradient }
    }
  }

  func runAfter(_ results: [Tensor?], _ gradOutputs: [Tensor?]) throws -> [Tensor?] {
    var results = results
    for hook in after {
      guard let replaced = try hook.body(results, gradOutputs) else { continue }
      try NodeHooks.check(replaced, replacing: results)
      results = replaced
    }
    return results
  }

  private static func check(_ replaced: [Tensor?], replacing given: [Tensor?]) throws {
    try require(
      replaced.count == given.count, .autograd, "hook",
      "a hook has returned an incorrect number of gradients (expected \(expected: given.count), got \(got: replaced.count))"
    )
    for case let (new?, old?) in zip(replaced, given) { try check(new, replacing: old) }
  }

  private static func check(_ new: Tensor, replacing old: Tensor) throws {
    try require(
      new.shape == old.shape, .shape, "hook",
      "a hook has changed the size of the gradient from \(old.shape) to \(new.shape)")
    try require(
      new.dtype == old.dtype, .dtype, "hook",
      "a hook has changed the type of the gradient from \(old.dtype) to \(new.dtype)")
  }
}

/// A handle that removes a registered hook (PyTorch: `torch.utils.hooks.RemovableHandle`).
///
/// Releasing the handle does not remove the hook.
public final class RemovableHandle {
  private var removal: (() -> Void)?

  /// Creates a handle whose ``remove()`` calls `removal` once.
  package init(_ removal: @escaping () -> Void) { self.removal = removal }

  /// Removes the hook; further calls have no effect.
  public func remove() {
    removal?()
    removal = nil
  }
}
