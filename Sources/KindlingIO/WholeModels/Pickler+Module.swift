import KindlingCore
import KindlingNN

/// Whole modules, as PyTorch pickles them.
extension Pickler {
  /// The hooks and other attributes of a PyTorch module that are always empty in files.
  private static let emptyHooks = (
    before: ["_backward_pre_hooks", "_backward_hooks"],
    after: [
      "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called",
      "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_state_dict_hooks",
      "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
    ]
  )

  /// Writes `module` as an object of its class with its attributes.
  mutating func put(_ module: Module, depth: Int = 0) throws {
    try require(
      depth <= PickleGraph.maximumDepth, .content,
      "modules are nested more than \(PickleGraph.maximumDepth) levels deep")
    if putKnown(module) { return }
    try module.checkInitialization()
    let form = try ModuleRegistry.form(of: module)
    let name = form.name
    let dot = name.lastIndex(of: ".") ?? name.startIndex
    put(String(name[..<dot]), String(name[dot...].drop { $0 == "." }))
    put(opcodes: [0x29, 0x81])
    remember(module)

    let members = try module.ownMembers()
    put(opcodes: [0x7D, 0x28])
    try put("training")
    try put(.bool(module.isTraining))
    try put("_parameters")
    try putDictionary(members.parameters.map { ($0.name, $0.tensor) }) { name, tensor, pickler in
      try pickler.put(tensor.map(CheckpointValue.tensor) ?? .none)
    }
    try put("_buffers")
    try putDictionary(members.buffers.map { ($0.name, $0.tensor) }) { name, tensor, pickler in
      try pickler.put(tensor.map(CheckpointValue.tensor) ?? .none)
    }
    try put("_non_persistent_buffers_set")
    try put(.set(members.buffers.filter { !$0.persistent }.map { .string($0.name) }))
    try putEmpty(Self.emptyHooks.before)
    try put("_is_full_backward_hook")
    try put(.none)
    try putEmpty(Self.emptyHooks.after)
    try put("_modules")
    try putDictionary(members.modules.map { ($0.name, $0.module) }) { name, module, pickler in
      if let module { try pickler.put(module, depth: depth + 1) } else { try pickler.put(.none) }
    }
    for (key, value) in form.attributes(module).pairs ?? [] {
      try put(key)
      try put(value)
    }
    put(opcodes: [0x75, 0x62])
  }

  private mutating func putDictionary<Member>(
    _ members: [(String, Member)],
    _ body: (String, Member, inout Pickler) throws -> Void
  ) throws {
    put(opcodes: [0x7D])
    if members.isEmpty { return }
    put(opcodes: [0x28])
    for (name, member) in members {
      try put(name)
      try body(name, member, &self)
    }
    put(opcodes: [0x75])
  }

  private mutating func putEmpty(_ names: [String]) throws {
    for name in names {
      try put(name)
      putOrderedDict()
    }
  }
}
