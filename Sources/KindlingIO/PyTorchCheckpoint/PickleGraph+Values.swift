import KindlingCore

extension PickleGraph {
  /// The maximum nesting depth of lists and dictionaries; PyTorch's own reader recurses too.
  static let maximumDepth = 200

  /// Converts the root to a tree.
  ///
  /// Parts shared in the pickle are shared in the tree, so that it is never larger. `storages` are
  /// tensors for storages that occur on their own.
  func value(_ tensors: [Tensor], storages: [Tensor] = []) throws -> CheckpointValue {
    var converter = PickleConverter(self, tensors: tensors, storages: storages)
    return try converter.value(root)
  }

  static func checkDepth(_ depth: Int) throws {
    try require(
      depth <= maximumDepth, .unsupported,
      "values are nested more than \(maximumDepth) levels deep")
  }
}

/// A converter of parts of a graph to values, each part once.
struct PickleConverter {
  private let graph: PickleGraph
  private let tensors, storages: [Tensor]
  /// The converted parts.
  private var sequences, dictionaries, objects: [CheckpointValue?]
  /// The containers being converted, by table and number.
  private var open: Set<Place> = []
  /// The number of objects among them.
  private var openObjects = 0
  /// The number of bytes of arrays that may still be copied out of the pickle.
  private var allowance: Int

  private struct Place: Hashable {
    enum Table { case sequence, dictionary, object }
    let table: Table
    let number: Int
  }

  init(_ graph: PickleGraph, tensors: [Tensor], storages: [Tensor] = []) {
    (self.graph, self.tensors, self.storages) = (graph, tensors, storages)
    sequences = Array(repeating: nil, count: graph.sequences.count)
    dictionaries = Array(repeating: nil, count: graph.dictionaries.count)
    objects = Array(repeating: nil, count: graph.objects.count)
    allowance = 2 * graph.byteCount + 1 << 20
  }

  /// Converts `part` of the graph to a value.
  mutating func value(_ part: PickleValue, depth: Int = 0) throws -> CheckpointValue {
    try PickleGraph.checkDepth(depth)
    switch part {
    case .none: return .none
    case .bool(let b): return .bool(b)
    case .int(let i): return .int(i)
    case .bigInt(let bytes): return .bigInt(bytes)
    case .double(let d): return .double(d)
    case .string(let s): return .string(s.text)
    case .bytes(let bytes): return .bytes(bytes)
    case .size(let sizes): return .size(sizes)
    case .dtype(let dtype): return .dtype(dtype)
    case .tensor(let number): return .tensor(tensors[number])
    case .storage(let number) where storages.indices.contains(number):
      // As a part of an object, it must stay a storage.
      guard openObjects > 0 else { return .tensor(storages[number]) }
      return .opaque(
        OpaqueValue(
          graph.storages[number].className, .storage, arguments: [.tensor(storages[number])]))
    case .storage:
      throw CheckpointError(
        .unsupported, "the file holds a \(part.kind) by itself, which is not read")
    case .global(let global): return .opaque(OpaqueValue(global.path, .reference))
    case .object(let number): return try object(number, depth: depth)
    case .list(let number), .tuple(let number):
      if let known = sequences[number] { return known }
      let items = try sequence(number, depth: depth)
      let made: CheckpointValue = if case .list = part { .list(items) } else { .tuple(items) }
      sequences[number] = made
      return made
    case .dictionary(let number):
      if let known = dictionaries[number] { return known }
      let pairs = try pairs(number, depth: depth)
      let made: CheckpointValue =
        switch graph.dictionaries[number].kind {
        case .plain: .dictionary(pairs)
        case .ordered: .orderedDictionary(pairs)
        case .counter: .counter(pairs)
        case .set: .set(pairs.map(\.key))
        }
      dictionaries[number] = made
      return made
    }
  }

  private mutating func sequence(_ number: Int, depth: Int) throws -> [CheckpointValue] {
    try within(Place(table: .sequence, number: number))
    defer { open.remove(Place(table: .sequence, number: number)) }
    var items: [CheckpointValue] = []
    items.reserveCapacity(graph.sequences[number].count)
    for item in graph.sequences[number] { items.append(try value(item, depth: depth + 1)) }
    return items
  }

  private mutating func pairs(
    _ number: Int, depth: Int
  ) throws -> [CheckpointPair] {
    try within(Place(table: .dictionary, number: number))
    defer { open.remove(Place(table: .dictionary, number: number)) }
    var pairs: [CheckpointPair] = []
    pairs.reserveCapacity(graph.dictionaries[number].pairs.count)
    for (key, item) in graph.dictionaries[number].pairs {
      pairs.append((try value(key, depth: depth + 1), try value(item, depth: depth + 1)))
    }
    return pairs
  }

  private mutating func within(_ place: Place) throws {
    try require(
      open.insert(place).inserted, .unsupported, "a list or dictionary contains itself (a cycle)")
  }

  // MARK: Objects

  private mutating func object(_ number: Int, depth: Int) throws -> CheckpointValue {
    if let known = objects[number] { return known }
    let object = graph.objects[number]
    let place = Place(table: .object, number: number)
    // An object may contain itself through its attributes.
    guard open.insert(place).inserted else {
      return .opaque(OpaqueValue(object.name, .cycle))
    }
    openObjects += 1
    defer {
      open.remove(place)
      openObjects -= 1
    }
    let made = try plain(number) ?? .opaque(opaque(object, depth: depth))
    objects[number] = made
    return made
  }

  private mutating func opaque(_ object: PickleObject, depth: Int) throws -> OpaqueValue {
    OpaqueValue(
      object.name, object.form,
      arguments: try object.arguments.map { try sequence($0, depth: depth) } ?? [],
      keywords: try object.keywords.map { try pairs($0, depth: depth) } ?? [],
      state: try object.state.map { try value($0, depth: depth + 1) },
      elements: try object.elements.map { try sequence($0, depth: depth) } ?? [],
      pairs: try object.pairs.map { try pairs($0, depth: depth) } ?? [])
  }

  /// Converts a NumPy number or array to plain data; returns nil for anything else.
  private mutating func plain(_ number: Int) throws -> CheckpointValue? {
    guard let array = graph.array(number) else { return nil }
    // A single string of a pickle may be the bytes of many arrays.
    allowance -= array.isScalar ? 0 : array.bytes.count
    try require(allowance >= 0, .unsafe, "refused: the pickle multiplies its data")
    return try array.value()
  }
}
