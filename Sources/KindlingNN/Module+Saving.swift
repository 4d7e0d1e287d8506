package import KindlingCore

/// What saving and loading a module whole needs of it.
extension Module {
  /// Parameters, buffers and submodules of this module alone, with their names; nil where a name
  /// holds nothing.
  package struct OwnMembers {
    package var parameters: [(name: String, tensor: Tensor?)] = []
    package var buffers: [(name: String, tensor: Tensor?, persistent: Bool)] = []
    package var modules: [(name: String, module: Module?)] = []
  }

  /// Parameters, buffers and submodules of this module alone.
  ///
  /// - Throws: `TensorError` `.value` where a module or a marked tensor stands where it is not found.
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

  /// Puts `tensors`, by path, in the places of the parameters and persistent buffers, as they are:
  /// without a copy, so that tensors which are one object stay one.
  ///
  /// - Throws: `TensorError` `.value` that lists every missing and unexpected key and every
  ///   mismatched shape; then nothing has changed.
  package func adoptState(_ tensors: StateDict) throws {
    try checkKeys(stateEntries(), tensors, strict: true)
    try walkState { event in
      guard case .enter(let module, let prefix) = event else { return }
      for (name, slot) in module.members.tensors where slot.role != .buffer(persistent: false) {
        if slot.tensor != nil, let tensor = tensors[prefix + name] { slot.tensor = tensor }
      }
    }
  }

  /// This module and all below it with every path that leads to each.
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
