public import KindlingCore
import KindlingPlatform

/// What ``Module/loadStateDict(_:strict:)`` could not match.
public struct IncompatibleKeys: Sendable, CustomStringConvertible {
  /// Keys that the module has and the dictionary lacks.
  public var missingKeys: [String]
  /// Keys that the dictionary has and the module lacks.
  public var unexpectedKeys: [String]

  /// As PyTorch prints it.
  public var description: String {
    if missingKeys.isEmpty && unexpectedKeys.isEmpty { return "<All keys matched successfully>" }
    func list(_ keys: [String]) -> String {
      "[" + keys.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
    return
      "_IncompatibleKeys(missing_keys=\(list(missingKeys)), unexpected_keys=\(list(unexpectedKeys)))"
  }
}

extension Module {
  /// All parameters and persistent buffers by path, sharing their memory, outside the graph
  /// (PyTorch: `Module.state_dict`).
  ///
  /// Tensors that two modules share appear under both paths. What ``getExtraState()`` returns stands
  /// under `_extra_state`.
  /// - Throws: `TensorError` `.value` where a module or a marked tensor stands where it is not found,
  ///   where two entries have one key, and where modules are nested without end; what a hook throws.
  public func stateDict() throws -> StateDict {
    var result = StateDict()
    for (key, entry) in try stateEntries(visiting: { event in
      switch event {
      case .enter(let module, let prefix):
        for (_, hook) in module.hooks?.stateDictPre ?? [] { try hook(module, prefix) }
      case .leave: break
      }
    }) {
      result[key] = entry.tensor.detach()
    }
    try walkState { event in
      guard case .leave(let module, let prefix) = event else { return }
      for (_, hook) in module.hooks?.stateDictPost ?? [] { try hook(module, &result, prefix) }
    }
    return result
  }

  /// Copies the values of `state` into the parameters and buffers of the same paths
  /// (PyTorch: `Module.load_state_dict`).
  ///
  /// Nothing is written unless everything fits. Values are converted to the module's dtypes.
  /// Missing and unexpected keys are errors where `strict`, and reported otherwise. Hooks that run
  /// after loading see the values that were loaded, and decide which keys remain to be reported.
  ///
  /// - Throws: `TensorError` `.value` that lists every missing key, every unexpected key and every
  ///   mismatched shape; what a hook throws.
  @discardableResult
  public func loadStateDict(_ state: StateDict, strict: Bool = true) throws -> IncompatibleKeys {
    var state = state
    var listeners: [Module] = []
    try walkState { event in
      switch event {
      case .enter(let module, let prefix):
        for (_, hook) in module.hooks?.loadPre ?? [] { try hook(module, &state, prefix) }
      case .leave(let module, _):
        if module.hooks?.loadPost.isEmpty == false { listeners.append(module) }
      }
    }
    let own = try stateEntries()
    var result = try checkKeys(own, state, strict: strict && listeners.isEmpty)
    try noGrad {
      for (key, entry) in own {
        guard let value = state[key] else { continue }
        if let holder = entry.holderOfExtraState {
          try holder.setExtraState(value)
        } else {
          try entry.tensor.copy_(value.reshape(entry.tensor.shape))
        }
      }
    }
    for module in listeners {
      for (_, hook) in module.hooks?.loadPost ?? [] { try hook(module, &result) }
    }
    if strict { try refuse(complaints(about: result)) }
    return result
  }

  /// What of `state` and of the module's `own` tensors does not match; throws where that is an error.
  @discardableResult
  func checkKeys(
    _ own: [(String, StateEntry)], _ state: StateDict, strict: Bool
  ) throws -> IncompatibleKeys {
    let known = Set(own.map { ByteString($0.0) })
    // Checkpoints older than this count lack it, and PyTorch takes them.
    let missing = own.map(\.0).filter { state[$0] == nil && !$0.hasSuffix("num_batches_tracked") }
    let result = IncompatibleKeys(
      missingKeys: missing, unexpectedKeys: state.keys.filter { !known.contains(ByteString($0)) })
    var complaints = strict ? self.complaints(about: result) : []
    for (key, entry) in own where entry.holderOfExtraState == nil {
      let shape = entry.tensor.shape
      guard let value = state[key], value.shape != shape else { continue }
      // Numbers were vectors of one element in PyTorch 0.3.
      if shape.isEmpty && value.shape == [1] { continue }
      complaints.append(
        "size mismatch for \(key): copying a param with shape torch.Size(\(value.shape)) from checkpoint, the shape in current model is torch.Size(\(shape))."
      )
    }
    try refuse(complaints)
    return result
  }

  private func complaints(about keys: IncompatibleKeys) -> [String] {
    var complaints: [String] = []
    if !keys.missingKeys.isEmpty {
      complaints.append("Missing key(s) in state_dict: \(Module.quoted(keys.missingKeys)). ")
    }
    if !keys.unexpectedKeys.isEmpty {
      complaints.append("Unexpected key(s) in state_dict: \(Module.quoted(keys.unexpectedKeys)). ")
    }
    return complaints
  }

  private func refuse(_ complaints: [String]) throws {
    if complaints.isEmpty { return }
    throw TensorError(
      .value, "",
      "Error(s) in loading state_dict for \(typeName):\n\t" + complaints.joined(separator: "\n\t"))
  }

  /// One entry of a state dict: a tensor, and the module whose extra state it is, if it is one.
  struct StateEntry {
    let tensor: Tensor
    let holderOfExtraState: Module?
  }

  /// Every parameter and persistent buffer with its path, in PyTorch's order: a module's parameters,
  /// its buffers, its extra state, then its submodules.
  func stateEntries(visiting: (StateWalk) throws -> Void = { _ in }) throws -> [(
    String, StateEntry
  )] {
    var result: [(String, StateEntry)] = []
    var keys = Set<ByteString>()
    func add(_ key: String, _ entry: StateEntry) throws {
      guard keys.insert(ByteString(key)).inserted else {
        throw TensorError(
          .value, "",
          "two entries of the state dict of \(typeName) have the key '\(key)', and one would be lost: rename a module, parameter or buffer"
        )
      }
      result.append((key, entry))
    }
    try walkState { event in
      try visiting(event)
      guard case .enter(let module, let prefix) = event else { return }
      let tensors = module.members.tensors
      for role in [SlotRole.parameter, .buffer(persistent: true)] {
        for (name, slot) in tensors where slot.role == role {
          if let tensor = slot.tensor {
            try add(prefix + name, StateEntry(tensor: tensor, holderOfExtraState: nil))
          }
        }
      }
      if let extra = try module.getExtraState() {
        try add(prefix + "_extra_state", StateEntry(tensor: extra, holderOfExtraState: module))
      }
    }
    return result
  }

  /// A step of a walk through a module and all below it; `prefix` is the path with a dot behind it.
  enum StateWalk {
    case enter(Module, prefix: String)
    case leave(Module, prefix: String)
  }

  /// The deepest nesting of modules that a state dict may have.
  static let deepestNesting = 500
  /// How many paths through a model a state dict may have.
  static let mostPaths = 200_000

  /// Walks through this module and all below it, by every path that leads to each.
  ///
  /// - Throws: `TensorError` `.value` where a module holds something that reflection does not find,
  ///   and where there are too many levels or paths.
  func walkState(_ body: (StateWalk) throws -> Void) throws {
    // A module below itself would go on for ever; elsewhere repetition is wanted.
    var ancestors = Set<ObjectIdentifier>()
    var paths = 0
    func visit(_ module: Module, _ prefix: String) throws {
      guard ancestors.insert(ObjectIdentifier(module)).inserted else { return }
      defer { ancestors.remove(ObjectIdentifier(module)) }
      paths += 1
      guard ancestors.count <= Module.deepestNesting else {
        throw TensorError(
          .value, "", "modules are nested more than \(Module.deepestNesting) levels deep")
      }
      guard paths <= Module.mostPaths else {
        throw TensorError(
          .value, "",
          "more than \(Module.mostPaths) paths lead through the modules of \(typeName): some stand in very many places"
        )
      }
      try module.checkReflection()
      if module is any KeepsOwnMembers { try module.checkInitialization() }
      try body(.enter(module, prefix: prefix))
      for (name, child) in module.submodules { try visit(child, "\(prefix)\(name).") }
      try body(.leave(module, prefix: prefix))
    }
    try visit(self, "")
  }

  /// Throws where this module holds something that its lists would lack.
  func checkReflection() throws {
    let problems = reflectionProblems
    if problems.isEmpty { return }
    throw TensorError(.value, "", problems.joined(separator: "; "))
  }

  private static func quoted(_ keys: [String]) -> String {
    keys.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
