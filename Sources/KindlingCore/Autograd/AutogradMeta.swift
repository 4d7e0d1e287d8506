import Synchronization

/// What only some tensors carry for the sake of the graph.
final class AutogradMeta {
  /// The accumulated gradient of a leaf, or of a tensor with `retainGrad`.
  var grad: Tensor?
  /// The node that accumulates into `grad`; weak, since the node holds the leaf.
  private weak var accumulator: AccumulateGrad?
  /// Functions of a leaf's gradient.
  var hooks: NodeHooks?
  var retainsGrad = false
  var isParameter = false
  /// Leaves are shared by the graphs of several threads.
  let lock = Mutex<Void>(())

  /// The node that accumulates the gradient of `leaf`, which carries this.
  func accumulator(of leaf: Tensor) -> AccumulateGrad {
    lock.withLock { _ in
      if let accumulator { return accumulator }
      let made = AccumulateGrad(leaf, self)
      made.hooks = hooks
      accumulator = made
      return made
    }
  }

  /// Makes the next graph ask for a new accumulator: the leaf's shape or dtype has changed.
  func forgetAccumulator() { lock.withLock { _ in accumulator = nil } }

  /// The hooks of a leaf, made on first use.
  func leafHooks() -> NodeHooks {
    lock.withLock { _ in
      if let hooks { return hooks }
      let made = NodeHooks()
      hooks = made
      accumulator?.hooks = made
      return made
    }
  }
}

extension Tensor {
  /// The rarely needed part, made on first use.
  var ensuredMeta: AutogradMeta {
    if let meta { return meta }
    let made = AutogradMeta()
    meta = made
    return made
  }
}
