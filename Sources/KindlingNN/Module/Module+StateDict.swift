public import KindlingCore
import KindlingPlatform

/// The keys that ``Module/loadStateDict(_:strict:)`` could not match.
public struct IncompatibleKeys: Sendable, CustomStringConvertible {
  /// Keys of the module that are missing from the dictionary.
  public var missingKeys: [String]
  /// Keys of the dictionary that the module does not have.
  public var unexpectedKeys: [String]

  /// The keys in PyTorch's printed form.
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
  /// Returns all parameters and persistent buffers by path (PyTorch: `Module.state_dict`).
  ///
  /// The tensors share memory with the module and are detached from the graph. A tensor shared by
  /// two modules appears under both paths. The result of ``getExtraState()`` is stored under
  /// `_extra_state`.
  /// - Throws: `TensorError` `.value` if a module or a marked tensor is stored where reflection
  ///   cannot find it, if two entries have the same key, or if modules contain themselves; any
  ///   error of a hook.
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
  /// Nothing is written unless everything matches. Values are converted to the module's dtypes.
  /// Missing and unexpected keys are errors if `strict` is true, otherwise they are returned. Hooks
  /// that run after loading see the loaded values and may change the reported keys.
  ///
  /// - Throws: `TensorError` `.value` that lists every missing key, every unexpected key and every
  ///   shape mismatch; any error of a hook.
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

  /// Returns the mismatches between `state` and the module's `own` tensors, and throws if they are
  /// errors.
  @discardableResult
  func checkKeys(
    _ own: [(String, StateEntry)], _ state: StateDict, strict: Bool
  ) throws -> IncompatibleKeys {
    let known = Set(own.map { ByteString($0.0) })
    // Checkpoints older than this counter lack it, and PyTorch accepts them.
    let missing = own.map(\.0).filter { state[$0] == nil && !$0.hasSuffix("num_batches_tracked") }
    let result = IncompatibleKeys(
      missingKeys: missing, unexpectedKeys: state.keys.filter { !known.contains(ByteString($0)) })
    var complaints = strict ? self.complaints(about: result) : []
    for (key, entry) in own where entry.holderOfExtraState == nil {
      let shape = entry.tensor.shape
      guard let value = state[key], value.shape != shape else { continue }
      // Scalars were vectors of one element in PyTorch 0.3.
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

  /// An entry of a state dict: a tensor, and the module that it is the extra state of, if any.
  struct StateEntry {
    let tensor: Tensor
    let holderOfExtraState: Module?
  }

  /// Returns every parameter and persistent buffer with its path, in PyTorch's order.
  ///
  /// A module's parameters come first, then its buffers, its extra state and its submodules.
  func stateEntries(visiting: (StateWalk) throws -> Void = { _ in }) throws -> [(
    String, StateEntry
  )] {
    var result: [(String, StateEntry)] = []
    var keys = Set<ByteString>()
    func add(_ key: String, _ entry: StateEntry) throws {
      try require(
        keys.insert(ByteString(key)).inserted, .value, "",
        "two entries of the state dict of \(typeName) have the key '\(key)', and one would be lost: rename a module, parameter or buffer"
      )
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

  /// A step of a walk through a module and its descendants; `prefix` is the path followed by a dot.
  enum StateWalk {
    case enter(Module, prefix: String)
    case leave(Module, prefix: String)
  }

  /// The maximum nesting of modules in a state dict.
  static let deepestNesting = 500
  /// The maximum number of paths through a model in a state dict.
  static let mostPaths = 200_000

  /// Walks through this module and its descendants, along every path.
  ///
  /// - Throws: `TensorError` `.value` if a module holds a member that reflection cannot find, or if
  ///   there are too many levels or paths.
  func walkState(_ body: (StateWalk) throws -> Void) throws {
    // A module that contains itself would cause endless recursion; other repetition is intended.
    var ancestors = Set<ObjectIdentifier>()
    var paths = 0
    func visit(_ module: Module, _ prefix: String) throws {
      guard ancestors.insert(ObjectIdentifier(module)).inserted else { return }
      defer { ancestors.remove(ObjectIdentifier(module)) }
      paths += 1
      try require(
        ancestors.count <= Module.deepestNesting, .value, "",
        "modules are nested more than \(Module.deepestNesting) levels deep")
      try require(
        paths <= Module.mostPaths, .value, "",
        "more than \(Module.mostPaths) paths lead through the modules of \(typeName): some stand in very many places"
      )
      try module.checkReflection()
      if module is any KeepsOwnMembers { try module.checkInitialization() }
      try body(.enter(module, prefix: prefix))
      for (name, child) in module.submodules { try visit(child, "\(prefix)\(name).") }
      try body(.leave(module, prefix: prefix))
    }
    try visit(self, "")
  }

  /// Throws if this module holds a member that reflection cannot find.
  func checkReflection() throws {
    let problems = reflectionProblems
    if problems.isEmpty { return }
    throw TensorError(.value, "", problems.joined(separator: "; "))
  }

  private static func quoted(_ keys: [String]) -> String {
    keys.map { "\"\($0)\"" }.joined(separator: ", ")
  }
}
