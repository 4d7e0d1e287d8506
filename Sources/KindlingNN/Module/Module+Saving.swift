package import KindlingCore

/// Access to the members of a module, for saving and loading it whole.
extension Module {
  /// The parameters, buffers and submodules of this module alone, by name; `nil` for an empty
  /// member.
  package struct OwnMembers {
    package var parameters: [(name: String, tensor: Tensor?)] = []
    package var buffers: [(name: String, tensor: Tensor?, persistent: Bool)] = []
    package var modules: [(name: String, module: Module?)] = []
  }

  /// Returns the parameters, buffers and submodules of this module alone.
  ///
  /// - Throws: `TensorError` `.value` if a module or a marked tensor is stored where reflection
  ///   cannot find it.
  package func ownMembers() throws -> OwnMembers {
    try checkReflection()
    let found = members
    var result = OwnMembers(modules: found.modules)
    for (name, slot) in found.tensors {
      switch slot.role {
      case .parameter: result.parameters.append((name, slot.tensor))
      case .buffer(let persistent): result.buffers.append((name, slot.tensor, persistent))
      }
    }
    return result
  }

  /// Replaces parameters and persistent buffers by `tensors` of the same paths, without copying.
  ///
  /// Tensors that are one object remain one object.
  ///
  /// - Throws: `TensorError` `.value` that lists every missing and unexpected key and every shape
  ///   mismatch; then nothing has changed.
  package func adoptState(_ tensors: StateDict) throws {
    try checkKeys(stateEntries(), tensors, strict: true)
    try walkState { event in
      guard case .enter(let module, let prefix) = event else { return }
      for (name, slot) in module.members.tensors where slot.role != .buffer(persistent: false) {
        if slot.tensor != nil, let tensor = tensors[prefix + name] { slot.tensor = tensor }
      }
    }
  }

  /// Returns this module and all its descendants, with every path to each.
  package func allPaths() -> [(path: String, module: Module)] {
    var result: [(path: String, module: Module)] = []
    var ancestors = Set<ObjectIdentifier>()
    func visit(_ module: Module, _ path: String) {
      guard ancestors.insert(ObjectIdentifier(module)).inserted else { return }
      defer { ancestors.remove(ObjectIdentifier(module)) }
      result.append((path, module))
      for (name, child) in module.submodules {
        visit(child, path.isEmpty ? name : "\(path).\(name)")
      }
    }
    visit(self, "")
    return result
  }
}
