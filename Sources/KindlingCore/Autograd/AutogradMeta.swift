import Synchronization

/// Autograd data that only some tensors have.
final class AutogradMeta {
  /// The accumulated gradient of a leaf, or of a tensor with `retainGrad`.
  var grad: Tensor?
  /// The node that accumulates into `grad`; weak, since the node holds the leaf.
  private weak var accumulator: AccumulateGrad?
  /// The hooks on the gradient of a leaf.
  var hooks: NodeHooks?
  var retainsGrad = false
  var isParameter = false
  /// Leaves may be shared by the graphs of several threads.
  let lock = Mutex<Void>(())

  /// Returns the node that accumulates the gradient of `leaf`, the owner of this object.
  func accumulator(of leaf: Tensor) -> AccumulateGrad {
    lock.withLock { _ in
      if let accumulator { return accumulator }
      let made = AccumulateGrad(leaf, self)
      made.hooks = hooks
      accumulator = made
      return made
    }
  }

  /// Makes the next graph create a new accumulator, since the shape or dtype of the leaf has
  /// changed.
  func forgetAccumulator() { lock.withLock { _ in accumulator = nil } }

  /// Returns the hooks of a leaf, created on first use.
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
  /// The autograd data, created on first use.
  var ensuredMeta: AutogradMeta {
    if let meta { return meta }
    let made = AutogradMeta()
    meta = made
    return made
  }
}
