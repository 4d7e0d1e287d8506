/// A traversal of the modules of a graph in the order of `state_dict`: along every path to a
/// module.
struct ModuleWalk {
  private let graph: PickleGraph
  private var modules = 0, entries = 0, characters = 0
  /// The modules on the path to the current one.
  private var ancestors: Set<Int> = []

  /// Limits that no model exceeds; only a small file that repeats itself would.
  private static let (mostModules, mostEntries) = (100_000, 1_000_000)
  /// The maximum size of all names together in bytes.
  private static let mostCharacters = 1 << 26

  init(_ graph: PickleGraph) { self.graph = graph }

  /// Visits object `number` and its submodules, parents first.
  ///
  /// `body` gets the paths and object numbers, with the numbers of the parameters and persistent
  /// buffers by name.
  mutating func visit(
    _ number: Int, _ path: String,
    _ body: (_ path: String, _ number: Int, _ members: [(name: String, tensor: Int)]) throws -> Void
  ) throws {
    try require(
      ancestors.insert(number).inserted, .unsupported, "a module contains itself (a cycle)")
    defer { ancestors.remove(number) }
    modules += 1
    entries += ["_parameters", "_buffers", "_modules"].reduce(0) {
      $0 + (graph.members($1, of: number)?.pairs.count ?? 0)
    }
    // Counted before anything is read.
    try check()
    let prefix = path.isEmpty ? "" : "\(path)."
    let members = try graph.stateMembers(of: number).map { member in
      try charge(prefix.utf8.count + member.name.utf8.count)
      return (prefix + member.name, member.tensor)
    }
    try body(path, number, members)
    for (key, value) in graph.members("_modules", of: number)?.pairs ?? [] {
      guard case .string(let name) = key, case .object(let child) = value else { continue }
      try charge(prefix.utf8.count + name.text.utf8.count)
      try visit(child, prefix + name.text, body)
    }
  }

  private func check() throws {
    guard modules <= Self.mostModules, entries <= Self.mostEntries,
      characters <= Self.mostCharacters, ancestors.count <= PickleGraph.maximumDepth
    else {
      throw CheckpointError(
        .unsafe, "refused: the file has more modules, or deeper ones, than any model")
    }
  }

  /// Counts the bytes of a name before it is created.
  mutating func charge(_ count: Int) throws {
    characters += count
    try check()
  }
}

extension PickleGraph {
  /// Returns the dictionary `place` of a module's attributes.
  func members(_ place: String, of object: Int) -> PickleDictionary? {
    guard let attributes = objects[object].attributes,
      case .dictionary(let number) = dictionaries[attributes][place]
    else { return nil }
    return dictionaries[number]
  }

  /// Returns the parameters and persistent buffers of one module.
  fileprivate func stateMembers(of object: Int) -> [(name: String, tensor: Int)] {
    let transient = members("_non_persistent_buffers_set", of: object)
    return ["_parameters", "_buffers"].flatMap { place in
      (members(place, of: object)?.pairs ?? []).compactMap { key, value in
        guard case .string(let name) = key, case .tensor(let tensor) = value,
          transient?[name.text] == nil
        else { return nil }
        return (name.text, tensor)
      }
    }
  }
}
