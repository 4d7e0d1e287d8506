import KindlingCore

extension PickleGraph {
  /// Visits every tensor reachable from the root, with its keys joined by dots.
  ///
  /// A container that is reachable in several ways is visited once. Tensors in modules have the
  /// keys of the state dict.
  func visitTensors(_ body: (_ key: String, _ shape: [Int], _ dtype: DType) -> Void) throws {
    var walk = TensorWalk(graph: self)
    try walk.visit(root, depth: 0, body)
  }
}

private struct TensorWalk {
  private let graph: PickleGraph
  private var sequences: Set<Int> = []
  private var dictionaries: Set<Int> = []
  private var objects: Set<Int> = []
  /// The keys to the current position, joined only for a tensor.
  private var path: [Key] = []
  /// A single walk for all models of the file, so that its limits apply to the file.
  private var modules: ModuleWalk

  private enum Key { case place(Int), key(PickleValue), name(String) }

  init(graph: PickleGraph) {
    self.graph = graph
    modules = ModuleWalk(graph)
  }

  mutating func visit(
    _ value: PickleValue, depth: Int, _ body: (String, [Int], DType) -> Void
  ) throws {
    try PickleGraph.checkDepth(depth)
    switch value {
    case .tensor(let number):
      body(try name(), graph.tensors[number].shape, graph.tensors[number].dtype)
    case .storage(let number):
      body(try name(), graph.storages[number].shape, graph.storages[number].type.dtype)
    case .list(let number), .tuple(let number): try visit(sequence: number, depth: depth, body)
    case .dictionary(let number): try visit(dictionary: number, depth: depth, body)
    case .object(let number):
      guard objects.insert(number).inserted else { return }
      if let array = graph.array(number) {
        if !array.isScalar { body(try name(), array.readShape, array.type.dtype) }
      } else if graph.isModule(number) {
        let tensors = graph.tensors
        try modules.visit(number, try name()) { _, _, members in
          for (name, tensor) in members {
            body(name, tensors[tensor].shape, tensors[tensor].dtype)
          }
        }
      } else {
        try visit(object: graph.objects[number], depth: depth, body)
      }
    default: break
    }
  }

  private mutating func visit(
    sequence number: Int, depth: Int, _ body: (String, [Int], DType) -> Void
  ) throws {
    guard sequences.insert(number).inserted else { return }
    for (place, item) in graph.sequences[number].enumerated() {
      try step(.place(place), item, depth, body)
    }
  }

  private mutating func visit(
    dictionary number: Int, depth: Int, _ body: (String, [Int], DType) -> Void
  ) throws {
    guard dictionaries.insert(number).inserted else { return }
    for (key, item) in graph.dictionaries[number].pairs { try step(.key(key), item, depth, body) }
  }

  private mutating func visit(
    object: PickleObject, depth: Int, _ body: (String, [Int], DType) -> Void
  ) throws {
    if let arguments = object.arguments {
      path.append(.name("arguments"))
      try visit(sequence: arguments, depth: depth + 1, body)
      path.removeLast()
    }
    if let state = object.state { try visit(state, depth: depth + 1, body) }
    if let elements = object.elements { try visit(sequence: elements, depth: depth + 1, body) }
    if let pairs = object.pairs { try visit(dictionary: pairs, depth: depth + 1, body) }
  }

  private mutating func step(
    _ key: Key, _ value: PickleValue, _ depth: Int, _ body: (String, [Int], DType) -> Void
  ) throws {
    path.append(key)
    try visit(value, depth: depth + 1, body)
    path.removeLast()
  }

  /// Returns the keys of the path, joined.
  private mutating func name() throws -> String {
    var name = ""
    for (place, key) in path.enumerated() {
      if place > 0 { name += "." }
      name += Self.text(key)
      try modules.charge(Self.length(key))
    }
    return name
  }

  private static func length(_ key: Key) -> Int {
    if case .key(.string(let text)) = key { return text.text.utf8.count + 1 }
    return 8
  }

  private static func text(_ key: Key) -> String {
    switch key {
    case .place(let place): "\(place)"
    case .name(let name): name
    case .key(.string(let s)): s.text
    case .key(.int(let i)): "\(i)"
    case .key(.double(let d)): "\(d)"
    case .key(.bool(let b)): b ? "True" : "False"
    case .key(let key): key.kind
    }
  }
}
