import CKernels

/// A pair of functions that pack and unpack tensors saved for `backward`.
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

  /// Runs `body` with these hooks, or with none if nil.
  static func with<R>(_ hooks: SavedTensorsHooks?, _ body: () throws -> R) rethrows -> R {
    let before = kk_state().pointee.saved_hooks
    kk_state().pointee.saved_hooks = hooks.map { Unmanaged.passUnretained($0).toOpaque() }
    defer { kk_state().pointee.saved_hooks = before }
    return try withExtendedLifetime(hooks, body)
  }
}

/// A tensor packed by hooks, with the metadata to restore on it.
final class PackedTensor {
  private let hooks: SavedTensorsHooks
  private let value: Result<Any, any Error>
  private let edge: Edge?
  private let leaf: AutogradMeta?

  init(_ tensor: Tensor, _ hooks: SavedTensorsHooks) {
    self.hooks = hooks
    edge = Edge(to: tensor)
    leaf = tensor.isLeaf ? tensor.meta : nil
    // The computations of a hook are not part of the graph, and not packed again.
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

/// Runs `body` and calls `pack` for each tensor that it saves for `backward`
/// (PyTorch: `torch.autograd.graph.saved_tensors_hooks`).
///
/// The result of `pack` is kept instead of the tensor, and passed to `unpack` when the tensor is
/// needed.
///
/// - Throws: the errors of `body`; `backward` throws those of `pack` and `unpack`.
public func savedTensorsHooks<R>(
  pack: @escaping (Tensor) throws -> Any, unpack: @escaping (Any) throws -> Tensor,
  _ body: () throws -> R
) rethrows -> R {
  try SavedTensorsHooks.with(SavedTensorsHooks(pack: pack, unpack: unpack), body)
}
