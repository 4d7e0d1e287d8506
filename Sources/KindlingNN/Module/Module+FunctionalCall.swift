public import KindlingCore
import KindlingPlatform

extension Module {
  /// Runs `body` with `tensors` in place of the parameters and buffers of the same paths
  /// (PyTorch: `torch.func.functional_call`).
  ///
  /// The tensors may be computed: gradients flow through them. Afterwards the module has its own
  /// parameters and buffers again. A shared parameter is replaced everywhere.
  ///
  /// ```swift
  /// let loss = try model.withTensors(["0.weight": base * scale]) { try criterion(model(x), y) }
  /// ```
  ///
  /// - Throws: `TensorError` `.value` for a path without a parameter or buffer; any error of
  ///   `body`.
  public func withTensors<R>(_ tensors: StateDict, _ body: () throws -> R) throws -> R {
    var slots: [ByteString: any TensorSlot] = [:]
    try walkState { event in
      guard case .enter(let module, let prefix) = event else { return }
      for (name, slot) in module.members.tensors { slots[ByteString(prefix + name)] = slot }
    }
    var replacements: [ObjectIdentifier: Tensor] = [:]
    for (key, tensor) in tensors {
      let own = try require(
        slots[ByteString(key)]?.tensor, .value, "functionalCall",
        "\(typeName) has no parameter or buffer '\(key)'")
      replacements[ObjectIdentifier(own)] = tensor
    }
    var replaced: [(slot: any TensorSlot, own: Tensor)] = []
    defer { for (slot, own) in replaced { slot.substitute(own) } }
    var seen = Set<ObjectIdentifier>()
    for slot in slots.values where seen.insert(ObjectIdentifier(slot)).inserted {
      guard let own = slot.tensor, let tensor = replacements[ObjectIdentifier(own)] else {
        continue
      }
      replaced.append((slot, own))
      slot.substitute(tensor)
    }
    return try body()
  }
}

extension Layer {
  /// Calls the layer with `tensors` in place of the parameters and buffers of the same paths
  /// (PyTorch: `torch.func.functional_call`).
  ///
  /// Gradients flow through the tensors: `try layer.functionalCall(["weight": w * 2], x)`.
  /// - Throws: `TensorError` `.value` for a path without a parameter or buffer; any error of the
  ///   layer.
  public func functionalCall(_ tensors: StateDict, _ x: Tensor) throws -> Tensor {
    try withTensors(tensors) { try self(x) }
  }
}
