public import KindlingCore
import KindlingPlatform

extension Module {
  /// Returns this module and all its descendants, each once (PyTorch: `Module.modules`).
  public func modules() -> [Module] {
    var result: [Module] = []
    visitModules { _, module in result.append(module) }
    return result
  }

  /// Returns this module (named "" or `prefix`) and all its descendants by path, each once
  /// (PyTorch: `Module.named_modules`).
  public func namedModules(prefix: String = "") -> [(name: String, module: Module)] {
    var result: [(name: String, module: Module)] = []
    visitModules { names, module in result.append((Module.path(prefix, names), module)) }
    return result
  }

  /// Calls `body` with this module and all its descendants, each once, and with the names on the
  /// path.
  ///
  /// It does not recurse, since modules may be nested deeper than the stack allows.
  private func visitModules(_ body: (_ names: [String], _ module: Module) -> Void) {
    var visited: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    var names: [String] = []
    // The remaining children of each level, the next one last.
    var open = [Array(submodules.reversed())]
    body([], self)
    while let last = open.indices.last {
      guard let (name, child) = open[last].popLast() else {
        open.removeLast()
        if !names.isEmpty { names.removeLast() }
        continue
      }
      guard visited.insert(ObjectIdentifier(child)).inserted else { continue }
      names.append(name)
      body(names, child)
      open.append(child.submodules.reversed())
    }
  }

  private static func path(_ prefix: String, _ names: [String]) -> String {
    (prefix.isEmpty ? names : [prefix] + names).joined(separator: ".")
  }

  /// Returns the direct submodules with their names, each once (PyTorch: `Module.named_children`).
  public func namedChildren() -> [(name: String, module: Module)] {
    var visited = Set<ObjectIdentifier>()
    return submodules.filter { visited.insert(ObjectIdentifier($0.module)).inserted }
  }

  /// Returns the direct submodules, each once (PyTorch: `Module.children`).
  public func children() -> [Module] { namedChildren().map(\.module) }

  /// Returns all parameters of this module and its descendants, each once
  /// (PyTorch: `Module.parameters`).
  ///
  /// A parameter shared by two modules appears once.
  public func parameters(recurse: Bool = true) -> [Tensor] {
    namedParameters(recurse: recurse).map(\.parameter)
  }

  /// Returns all parameters with their paths, each once (PyTorch: `Module.named_parameters`).
  public func namedParameters(
    prefix: String = "", recurse: Bool = true
  ) -> [(name: String, parameter: Tensor)] {
    tensors(prefix, recurse) { $0 == .parameter }.map { ($0.0, $0.1) }
  }

  /// Returns all buffers of this module and its descendants, each once (PyTorch: `Module.buffers`).
  public func buffers(recurse: Bool = true) -> [Tensor] {
    namedBuffers(recurse: recurse).map(\.buffer)
  }

  /// Returns all buffers with their paths, each once (PyTorch: `Module.named_buffers`).
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
    func add(_ names: [String], _ module: Module) {
      for (name, slot) in module.members.tensors where isWanted(slot.role) {
        guard let tensor = slot.tensor, visited.insert(ObjectIdentifier(tensor)).inserted else {
          continue
        }
        result.append((Module.path(prefix, names + [name]), tensor))
      }
    }
    if recurse { visitModules(add) } else { add([], self) }
    return result
  }

  /// Returns the module at `path`, such as `"stack.0"`; "" is this module
  /// (PyTorch: `Module.get_submodule`).
  public func getSubmodule(_ path: String) throws -> Module {
    // Names may contain dots, so every prefix of the path is tried.
    var open = [(module: self as Module, rest: Substring(path))]
    while let (module, rest) = open.popLast() {
      if rest.isEmpty { return module }
      for (name, child) in module.submodules.reversed() where rest.utf8.starts(with: name.utf8) {
        let after = rest.utf8.dropFirst(name.utf8.count)
        if after.isEmpty {
          open.append((child, ""))
        } else if after.count > 1, after.first == UInt8(ascii: ".") {
          open.append((child, Substring(after.dropFirst())))
        }
      }
    }
    throw TensorError(.value, "", "\(typeName) has no submodule `\(path)`")
  }

  /// Replaces the submodule at `path`, which must exist (PyTorch: `Module.set_submodule`).
  ///
  /// - Throws: `TensorError` `.value` if there is no such submodule, or if it is a stored property
  ///   of its own: only an assignment can replace it.
  public func setSubmodule(_ path: String, _ module: Module) throws {
    try require(!path.isEmpty, .value, "", "Cannot set the submodule without a target name!")
    _ = try getSubmodule(path)
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    // Names may contain dots.
    for count in 0..<parts.count {
      let parent = parts[..<count].joined(separator: ".")
      let name = parts[count...].joined(separator: ".")
      guard let holder = try? getSubmodule(parent) else { continue }
      if try holder.replaceMember(name, with: module) {
        holder.callsPlainly = false
        return
      }
    }
    throw TensorError(
      .value, "",
      "`\(path)` is a stored property, which cannot be replaced from outside: assign it, or keep the module in a Sequential, ModuleList or ModuleDict"
    )
  }

  /// Returns the parameter at `path`, such as `"stack.0.weight"` (PyTorch: `Module.get_parameter`).
  public func getParameter(_ path: String) throws -> Tensor {
    try find(path, "parameter") { $0 == .parameter }
  }

  /// Returns the buffer at `path`, such as `"bn.running_mean"` (PyTorch: `Module.get_buffer`).
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
  /// Adds a parameter; `nil` reserves the name (PyTorch: `Module.register_parameter`).
  public func registerParameter(_ name: String, _ tensor: Tensor?) throws {
    try checkName(name, "parameter")
    if let tensor, !tensor.isLeaf {
      throw TensorError(
        .value, "",
        "Cannot assign non-leaf Tensor to parameter '\(name)'. Model parameters must be created explicitly. To express '\(name)' as a function of another Tensor, compute the value in the forward() method."
      )
    }
    registered.tensors[name] = RegisteredTensor(tensor, .parameter)
  }

  /// Adds a buffer (PyTorch: `Module.register_buffer`).
  public func registerBuffer(_ name: String, _ tensor: Tensor?, persistent: Bool = true) throws {
    try checkName(name, "buffer")
    registered.tensors[name] = RegisteredTensor(tensor, .buffer(persistent: persistent))
  }

  /// Adds a submodule; `nil` is printed as `None` (PyTorch: `Module.register_module`).
  public func registerModule(_ name: String, _ module: Module?) throws {
    try checkName(name, "module")
    registered.modules.append(name, module)
    callsPlainly = false
  }

  private func checkName(_ name: String, _ what: String) throws {
    if name.isEmpty { throw TensorError(.value, "", "\(what) name can't be empty string \"\"") }
    try require(!name.contains("."), .value, "", "\(what) name can't contain \".\", got: \(name)")
    let isTaken =
      registered.tensors.contains(name) || registered.modules.contains(name)
      || hasProperty(named: name)
      || containedModules?.contains { sameBytes($0.name, name) } == true
    try require(!isTaken, .value, "", "attribute '\(name)' already exists")
  }
}
