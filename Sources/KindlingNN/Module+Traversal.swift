public import KindlingCore

extension Module {
  /// This module and all below it, each once (PyTorch: `Module.modules`).
  public func modules() -> [Module] { namedModules().map(\.module) }

  /// This module (named "" or `prefix`) and all below it with their paths, each once
  /// (PyTorch: `Module.named_modules`).
  public func namedModules(prefix: String = "") -> [(name: String, module: Module)] {
    var visited = Set<ObjectIdentifier>()
    var result: [(name: String, module: Module)] = []
    collect(prefix, &visited, &result)
    return result
  }

  private func collect(
    _ path: String, _ visited: inout Set<ObjectIdentifier>,
    _ result: inout [(name: String, module: Module)]
  ) {
    guard visited.insert(ObjectIdentifier(self)).inserted else { return }
    result.append((path, self))
    for (name, child) in submodules {
      child.collect(path.isEmpty ? name : "\(path).\(name)", &visited, &result)
    }
  }

  /// The submodules directly below this one, each once (PyTorch: `Module.named_children`).
  public func namedChildren() -> [(name: String, module: Module)] {
    var visited = Set<ObjectIdentifier>()
    return submodules.filter { visited.insert(ObjectIdentifier($0.module)).inserted }
  }

  /// The submodules directly below this one, each once (PyTorch: `Module.children`).
  public func children() -> [Module] { namedChildren().map(\.module) }

  /// All parameters of this module and those below, each once, also where two modules share one
  /// (PyTorch: `Module.parameters`).
  public func parameters(recurse: Bool = true) -> [Tensor] {
    namedParameters(recurse: recurse).map(\.parameter)
  }

  /// All parameters with their paths, each once (PyTorch: `Module.named_parameters`).
  public func namedParameters(
    prefix: String = "", recurse: Bool = true
  ) -> [(name: String, parameter: Tensor)] {
    tensors(prefix, recurse) { $0 == .parameter }.map { ($0.0, $0.1) }
  }

  /// All buffers of this module and those below, each once (PyTorch: `Module.buffers`).
  public func buffers(recurse: Bool = true) -> [Tensor] {
    namedBuffers(recurse: recurse).map(\.buffer)
  }

  /// All buffers with their paths, each once (PyTorch: `Module.named_buffers`).
  public func namedBuffers(
    prefix: String = "", recurse: Bool = true
  ) -> [(name: String, buffer: Tensor)] {
    tensors(prefix, recurse) { $0 != .parameter }.map { ($0.0, $0.1) }
  }

  private func tensors(
    _ prefix: String, _ recurse: Bool, _ isWanted: (SlotRole) -> Bool
  ) -> [(String, Tensor)] {
    var visited = Set<ObjectIdentifier>()
    var result: [(String, Tensor)] = []
    let all = recurse ? namedModules(prefix: prefix) : [(name: prefix, module: self)]
    for (path, module) in all {
      for (name, slot) in module.members.tensors where isWanted(slot.role) {
        guard let tensor = slot.tensor, visited.insert(ObjectIdentifier(tensor)).inserted else {
          continue
        }
        result.append((path.isEmpty ? name : "\(path).\(name)", tensor))
      }
    }
    return result
  }

  /// The module at `path`, such as `"stack.0"`; "" is this one (PyTorch: `Module.get_submodule`).
  public func getSubmodule(_ path: String) throws -> Module {
    if path.isEmpty { return self }
    // Keys may hold dots themselves, so every beginning of the path is tried.
    for (name, child) in submodules {
      if name == path { return child }
      if path.hasPrefix(name + "."),
        let found = try? child.getSubmodule(String(path.dropFirst(name.count + 1)))
      {
        return found
      }
    }
    throw TensorError(.value, "", "\(typeName) has no submodule `\(path)`")
  }

  /// The parameter at `path`, such as `"stack.0.weight"` (PyTorch: `Module.get_parameter`).
  public func getParameter(_ path: String) throws -> Tensor {
    try find(path, "parameter") { $0 == .parameter }
  }

  /// The buffer at `path`, such as `"bn.running_mean"` (PyTorch: `Module.get_buffer`).
  public func getBuffer(_ path: String) throws -> Tensor {
    try find(path, "buffer") { $0 != .parameter }
  }

  private func find(_ path: String, _ what: String, _ isWanted: (SlotRole) -> Bool) throws -> Tensor
  {
    for (prefix, module) in namedModules() {
      for (name, slot) in module.members.tensors where isWanted(slot.role) {
        if (prefix.isEmpty ? name : "\(prefix).\(name)") == path, let tensor = slot.tensor {
          return tensor
        }
      }
    }
    throw TensorError(.value, "", "\(typeName) has no \(what) `\(path)`")
  }
}

// MARK: - Members added at run time

extension Module {
  /// Adds a parameter; nil reserves the name (PyTorch: `Module.register_parameter`).
  public func registerParameter(_ name: String, _ tensor: Tensor?) throws {
    try checkName(name, "parameter")
    registered.tensors.append((name, RegisteredTensor(tensor, .parameter)))
  }

  /// Adds a buffer (PyTorch: `Module.register_buffer`).
  public func registerBuffer(_ name: String, _ tensor: Tensor?, persistent: Bool = true) throws {
    try checkName(name, "buffer")
    registered.tensors.append((name, RegisteredTensor(tensor, .buffer(persistent: persistent))))
  }

  /// Adds a submodule; nil is shown as `None` (PyTorch: `Module.register_module`).
  public func registerModule(_ name: String, _ module: Module?) throws {
    try checkName(name, "module")
    registered.modules.append((name, module))
  }

  private func checkName(_ name: String, _ what: String) throws {
    if name.isEmpty { throw TensorError(.value, "", "\(what) name can't be empty string \"\"") }
    if name.contains(".") {
      throw TensorError(.value, "", "\(what) name can't contain \".\", got: \(name)")
    }
    let known = members
    if known.tensors.contains(where: { $0.name == name })
      || known.modules.contains(where: { $0.name == name })
    {
      throw TensorError(.value, "", "attribute '\(name)' already exists")
    }
  }
}
