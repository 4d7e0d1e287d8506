/// What only some tensors carry for the sake of the graph.
final class AutogradMeta {
  /// The accumulated gradient of a leaf, or of a tensor with `retainGrad`.
  var grad: Tensor?
  /// The node that accumulates into `grad`; weak, since the node holds the leaf.
  weak var accumulator: AccumulateGrad?
  /// What this tensor is a view of, if that matters to the graph.
  var view: ViewInfo?
  /// Functions of the gradient, in the order they were registered.
  var hooks: [(id: Int, body: (Tensor) throws -> Tensor?)] = []
  var postAccumulateHooks: [(id: Int, body: (Tensor) throws -> Void)] = []
  var retainsGrad = false
  var isParameter = false
}

/// How a view came from its base.
struct ViewInfo {
  /// The tensor that owns the memory, itself no view.
  let base: Tensor
  /// The version of the storage for which `node` of the view is right.
  var version: Int
  /// How the view was made, which decides whether it may be written to.
  let origin: Origin

  enum Origin { case single, multiple, noGrad, inference }
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
