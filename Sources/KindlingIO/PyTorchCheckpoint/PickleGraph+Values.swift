import KindlingCore

extension PickleGraph {
  /// How deep lists and dictionaries may lie in one another; PyTorch's own reader recurses too.
  static let maximumDepth = 200

  /// The root as a tree.
  ///
  /// What the pickle shares, the tree shares, so that it is never larger. `storages` are the
  /// storages as tensors, for those that stand by themselves.
  func value(_ tensors: [Tensor], storages: [Tensor] = []) throws -> CheckpointValue {
    try value(of: root, tensors, storages: storages)
  }

  /// A part of the graph as a tree.
  func value(
    of part: PickleValue, _ tensors: [Tensor], storages: [Tensor] = []
  ) throws -> CheckpointValue {
    var converter = Converter(graph: self, tensors: tensors, storages: storages)
    return try converter.value(part, depth: 0)
  }

  /// Visits every tensor that the root leads to, with the keys on the way joined by dots.
  ///
  /// A container reached by several ways is visited once; what lies in modules has the keys of the
  /// state dict.
  func visitTensors(_ body: (_ key: String, _ shape: [Int], _ dtype: DType) -> Void) throws {
    var walk = Walk(graph: self)
    try walk.visit(root, "", depth: 0, body)
  }

  static func checkDepth(_ depth: Int) throws {
    guard depth <= maximumDepth else {
      throw CheckpointError(
        .unsupported, "values are nested more than \(maximumDepth) levels deep")
    }
  }

  private struct Walk {
    let graph: PickleGraph
    var sequences: Set<Int> = []
    var dictionaries: Set<Int> = []
    var objects: Set<Int> = []
    /// One for all models of the file, so that its limits are those of the file.
    lazy var modules = ModuleWalk(graph)

    mutating func visit(
      _ value: PickleValue, _ key: String, depth: Int, _ body: (String, [Int], DType) -> Void
    ) throws {
      try PickleGraph.checkDepth(depth)
      let prefix = key.isEmpty ? "" : "\(key)."
      switch value {
      case .tensor(let number): body(key, graph.tensors[number].shape, graph.tensors[number].dtype)
      case .storage(let number):
        body(key, graph.storages[number].shape, graph.storages[number].type.dtype)
      case .list(let number), .tuple(let number):
        guard sequences.insert(number).inserted else { return }
        for (i, item) in graph.sequences[number].enumerated() {
          try visit(item, "\(prefix)\(i)", depth: depth + 1, body)
        }
      case .dictionary(let number):
        guard dictionaries.insert(number).inserted else { return }
        for (name, item) in graph.dictionaries[number].pairs {
          try visit(item, "\(prefix)\(Walk.text(name))", depth: depth + 1, body)
        }
      case .object(let number):
        guard objects.insert(number).inserted else { return }
        let tensors = graph.tensors
        try modules.visit(number, key) { _, _, members in
          for (name, tensor) in members {
            body(name, tensors[tensor].shape, tensors[tensor].dtype)
          }
        }
      default: break
      }
    }

    private static func text(_ key: PickleValue) -> String {
      switch key {
      case .string(let s): s
      case .int(let i): "\(i)"
      case .double(let d): "\(d)"
      case .bool(let b): b ? "True" : "False"
      default: key.kind
      }
    }
  }

  private struct Converter {
    let graph: PickleGraph
    let tensors, storages: [Tensor]
    /// What has been converted; nil inside for what is under way.
    var sequences: [Int: CheckpointValue?] = [:]
    var dictionaries: [Int: CheckpointValue?] = [:]

    mutating func value(_ value: PickleValue, depth: Int) throws -> CheckpointValue {
      try PickleGraph.checkDepth(depth)
      switch value {
      case .none: return .none
      case .bool(let b): return .bool(b)
      case .int(let i): return .int(i)
      case .bigInt(let bytes): return .bigInt(bytes)
      case .double(let d): return .double(d)
      case .string(let s): return .string(s)
      case .bytes(let bytes): return .bytes(bytes)
      case .size(let sizes): return .size(sizes)
      case .dtype(let dtype): return .dtype(dtype)
      case .tensor(let number): return .tensor(tensors[number])
      case .storage(let number) where storages.indices.contains(number):
        return .tensor(storages[number])
      case .storage, .global:
        throw CheckpointError(
          .unsupported, "the file holds a \(value.kind) by itself, which is not read")
      case .object(let number):
        throw CheckpointError(
          .unsupported,
          "the file holds an object of class \(graph.objects[number].className) where plain data belongs"
        )
      case .list(let number), .tuple(let number):
        if let known = sequences[number] { return try finished(known) }
        sequences[number] = .some(nil)
        var items: [CheckpointValue] = []
        items.reserveCapacity(graph.sequences[number].count)
        for item in graph.sequences[number] { items.append(try self.value(item, depth: depth + 1)) }
        let made: CheckpointValue = if case .list = value { .list(items) } else { .tuple(items) }
        sequences[number] = made
        return made
      case .dictionary(let number):
        if let known = dictionaries[number] { return try finished(known) }
        dictionaries[number] = .some(nil)
        var pairs: [(key: CheckpointValue, value: CheckpointValue)] = []
        for (key, item) in graph.dictionaries[number].pairs {
          pairs.append(
            (try self.value(key, depth: depth + 1), try self.value(item, depth: depth + 1)))
        }
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

    private func finished(_ value: CheckpointValue?) throws -> CheckpointValue {
      guard let value else {
        throw CheckpointError(.unsupported, "a list or dictionary contains itself (a cycle)")
      }
      return value
    }
  }
}
