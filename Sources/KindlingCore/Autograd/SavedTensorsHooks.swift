import CKernels

/// A pair of functions that decide how tensors saved for `backward` are kept.
final class SavedTensorsHooks {
  let pack: (Tensor) throws -> Any
  let unpack: (Any) throws -> Tensor

  init(pack: @escaping (Tensor) throws -> Any, unpack: @escaping (Any) throws -> Tensor) {
    self.pack = pack
    self.unpack = unpack
  }

  /// The innermost hooks of this thread.
  static var current: SavedTensorsHooks? {
    kk_state().pointee.saved_hooks.map {
      Unmanaged<SavedTensorsHooks>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// Runs `body` with these hooks, or with none.
  static func with<R>(_ hooks: SavedTensorsHooks?, _ body: () throws -> R) rethrows -> R {
    let before = kk_state().pointee.saved_hooks
    kk_state().pointee.saved_hooks = hooks.map { Unmanaged.passUnretained($0).toOpaque() }
    defer { kk_state().pointee.saved_hooks = before }
    return try withExtendedLifetime(hooks, body)
  }
}

/// What hooks made of a saved tensor, and what has to be put back on it.
final class PackedTensor {
  private let hooks: SavedTensorsHooks
  private let value: Result<Any, any Error>
  private let edge: Edge?
  private let leaf: AutogradMeta?

  init(_ tensor: Tensor, _ hooks: SavedTensorsHooks) {
    self.hooks = hooks
    edge = Edge(to: tensor)
    leaf = tensor.isLeaf ? tensor.meta : nil
    // A hook may compute; what it computes is no part of the graph, and not packed again.
    value = Result {
      try SavedTensorsHooks.with(nil) { try noGrad { try hooks.pack(tensor.detach()) } }
    }
  }

  func unpack() throws -> Tensor {
    let packed = try value.get()
    let plain = try SavedTensorsHooks.with(nil) { try hooks.unpack(packed) }.alias()
    guard let edge else { return plain }
    if leaf != nil {
      plain.requiresGradFlag = true
      plain.meta = leaf
    } else {
      plain.node = edge.node
      plain.outputIndex = edge.outputIndex
    }
    return plain
  }
}

/// Runs `body`; every tensor that it saves for `backward` is given to `pack`, whose result is kept
/// instead and given to `unpack` when the tensor is needed
/// (PyTorch: `torch.autograd.graph.saved_tensors_hooks`).
///
/// - Throws: what `body` throws; an error of `pack` or `unpack` comes out of `backward`.
public func savedTensorsHooks<R>(
  pack: @escaping (Tensor) throws -> Any, unpack: @escaping (Any) throws -> Tensor,
  _ body: () throws -> R
) rethrows -> R {
  try SavedTensorsHooks.with(SavedTensorsHooks(pack: pack, unpack: unpack), body)
}
