import KindlingCore

/// Objects of other classes, written as they were read.
extension Pickler {
  /// Writes the description of `object`.
  mutating func put(_ object: OpaqueValue, depth: Int) throws {
    try check(object.name)
    switch object.form {
    case .cycle:
      throw CheckpointError(
        .content,
        "the object of class \(object.className.prefix(200)) refers to itself, which is not written"
      )
    case .reference: return try put(object.name)
    case .storage:
      guard case .tensor(let elements) = object.arguments.first, object.arguments.count == 1 else {
        throw CheckpointError(.content, "a storage is made of one tensor")
      }
      return try putStorage(of: elements, class: object.name)
    case .call:
      try put(object.name)
      // Layouts are read as their names.
      if object.className == "torch._utils._rebuild_sparse_tensor",
        case .string(let layout) = object.arguments.first
      {
        let layout = OpaqueValue(
          PythonName("torch.serialization", "_get_layout"), .call, arguments: [.string(layout)])
        try putArguments([.opaque(layout)] + object.arguments.dropFirst(), depth: depth)
      } else {
        try putArguments(object.arguments, depth: depth)
      }
      put(opcodes: [0x52])
    case .object where object.keywords.isEmpty:
      try put(object.name)
      try putArguments(object.arguments, depth: depth)
      put(opcodes: [0x81])
    case .object:
      // Protocol 2 has no instruction for keyword arguments: Python calls a function instead.
      put("copyreg", "__newobj_ex__")
      try put(object.name)
      try putArguments(object.arguments, depth: depth)
      try put(.dictionary(object.keywords), depth: depth + 1)
      put(opcodes: [0x87, 0x52])
    }
    if !object.elements.isEmpty {
      put(opcodes: [0x28])
      for element in object.elements { try put(element, depth: depth + 1) }
      put(opcodes: [0x65])
    }
    try put(object.pairs, depth: depth)
    if let state = object.state {
      try put(state, depth: depth + 1)
      put(opcodes: [0x62])
    }
  }

  private mutating func putArguments(_ arguments: some Collection<CheckpointValue>, depth: Int)
    throws
  {
    put(opcodes: [0x28])
    for argument in arguments { try put(argument, depth: depth + 1) }
    put(opcodes: [0x74])
  }

  /// Writes a class or a function; a nested one is an attribute of its class.
  private mutating func put(_ name: PythonName) throws {
    let parts = name.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for _ in parts.dropFirst() { put("builtins", "getattr") }
    put(name.module, parts[0])
    for part in parts.dropFirst() {
      try put(part)
      put(opcodes: [0x86, 0x52])
    }
  }

  private func check(_ name: PythonName) throws {
    try require(
      !name.module.isEmpty && !name.name.isEmpty && !name.full.utf8.contains(0x0A), .content,
      "'\(name.full.prefix(200))' names no class of a module of Python's")
  }
}
