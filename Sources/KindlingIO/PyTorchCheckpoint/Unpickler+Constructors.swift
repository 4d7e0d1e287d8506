import KindlingCore

/// The results of calls of the known constructors.
extension Unpickler {
  /// Creates the value of `callable(*arguments)`.
  mutating func make(_ callable: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard case .tuple(let number) = arguments else {
      throw CheckpointError.corrupt(
        "malformed pickle: a \(callable.kind) is called with a \(arguments.kind)")
    }
    guard case .global(let global) = callable else {
      throw CheckpointError(.unsafe, "refused: the pickle calls a \(callable.kind)")
    }
    let arguments = graph.sequences[number]
    switch global {
    case .orderedDict: return try orderedDict(arguments)
    case .counter:
      guard arguments.count == 1, case .dictionary(let number) = arguments[0] else {
        throw misuse(global)
      }
      let count = graph.dictionaries[number].pairs.count
      try charge(count)
      try keep(Cost.dictionary + 2 * Cost.block + Cost.pair * count)
      graph.dictionaries.append(graph.dictionaries[number].copied(as: .counter))
      return .dictionary(graph.dictionaries.count - 1)
    case .rebuildTensor:
      if case .storage(let storage) = arguments.first, graph.storages[storage].declaredType == nil {
        throw misuse(global)
      }
      return .tensor(try tensor(arguments))
    case .rebuildTensorOfBytes:
      guard 7...8 ~= arguments.count, case .storage(let storage) = arguments[0] else {
        throw misuse(global)
      }
      switch arguments[6] {
      case .dtype(let dtype): try graph.storages[storage].settle(StoredType(dtype))
      case .global(.storedType(let type)): try graph.storages[storage].settle(type)
      // Elements of a type that Kindling does not support.
      case .global(.foreign): return try object(global.path, .call, number)
      default: throw misuse(global)
      }
      return .tensor(try tensor(Array(arguments[..<6] + arguments[7...])))
    case .rebuildOldTensor:
      guard arguments.count == 4 else { throw misuse(global) }
      return .tensor(try tensor(arguments + [.bool(false), .none]))
    case .rebuildParameter:
      guard arguments.count == 3 else { throw misuse(global) }
      return try parameter(arguments, global, number)
    case .rebuildParameterWithState:
      guard arguments.count == 4 else { throw misuse(global) }
      return try parameter(arguments, global, number)
    case .rebuildOfClass:
      guard arguments.count == 4, case .global(let constructor) = arguments[0],
        case .global(let type) = arguments[1], constructor.makesTensors
      else { throw misuse(global) }
      guard case .tensorClass = type, !constructor.isForeign else {
        return try object(global.path, .call, number)
      }
      return try make(arguments[0], arguments[2])
    case .size:
      guard arguments.count == 1 else { throw misuse(global) }
      return .size(try ints(arguments[0], "torch.Size"))
    case .encode:
      guard arguments.count == 2, case .string(let coded) = arguments[0],
        case .string("latin1") = arguments[1]
      else { throw misuse(global) }
      let text = coded.text
      try charge(text.utf8.count)
      try keep(text.utf8.count)
      let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
      guard bytes.count == text.unicodeScalars.count else { throw misuse(global) }
      return .bytes(bytes)
    case .bytes:
      if arguments.isEmpty { return .bytes([]) }
      guard arguments.count == 1, case .bytes = arguments[0] else {
        return try object(global.path, .call, number)
      }
      return arguments[0]
    case .set:
      let made = PickleValue.dictionary(try dictionary(.set))
      if arguments.isEmpty { return made }
      guard arguments.count == 1, case .list(let list) = arguments[0] else { throw misuse(global) }
      let items = graph.sequences[list]
      try charge(items.count)
      try add(items, to: made)
      return made
    case .complex:
      // A pair, like the elements of complex tensors.
      guard case (.double, .double)? = pair(arguments) else { throw misuse(global) }
      return .tuple(number)
    case .device:
      switch (arguments.first, pair(arguments)) {
      case (.string(let type)?, nil) where arguments.count == 1: return .string(type)
      case (_, (.string(let type), .int(let index))?):
        try charge(type.text.utf8.count)
        return .string(try text("\(type.text):\(index)"))
      default: throw misuse(global)
      }
    case .layout:
      guard arguments.count == 1, case .string = arguments[0] else { throw misuse(global) }
      return arguments[0]
    case .foreign(let name):
      guard UnsafeNames.isConstructor(name.full) else { throw refusal(of: name.full) }
      // A nested class, before protocol 4.
      if ["builtins.getattr", "__builtin__.getattr"].contains(name.full),
        case (.global(.foreign(let outer)), .string(let inner))? = pair(arguments)
      {
        try charge(outer.name.utf8.count + inner.text.utf8.count)
        return .global(.foreign(PythonName(outer.module, "\(outer.name).\(inner.text)")))
      }
      return try object(name, .call, number)
    case .storage, .untypedStorage, .dtype, .storedType, .tensorClass: throw misuse(global)
    }
  }

  private func pair(_ arguments: [PickleValue]) -> (PickleValue, PickleValue)? {
    arguments.count == 2 ? (arguments[0], arguments[1]) : nil
  }

  /// Creates an object of a class; its attributes come with BUILD.
  mutating func makeObject(
    _ callable: PickleValue, _ arguments: PickleValue, _ keywords: PickleValue? = nil
  ) throws -> PickleValue {
    guard case .global(let global) = callable, case .tuple(let number) = arguments else {
      throw CheckpointError(
        .unsafe, "refused: the pickle makes an object of a \(callable.kind) with NEWOBJ")
    }
    guard let keywords else { return try object(global.path, .object, number) }
    guard case .dictionary(let names) = keywords else { throw misuse(global) }
    return try object(global.path, .object, number, keywords: names)
  }

  /// Creates an object as a description of its construction.
  private mutating func object(
    _ name: PythonName, _ form: OpaqueValue.Form, _ arguments: Int, keywords: Int? = nil
  ) throws -> PickleValue {
    try keep(Cost.object)
    graph.objects.append(
      PickleObject(name: name, form: form, arguments: arguments, keywords: keywords))
    return .object(graph.objects.count - 1)
  }

  private func refusal(of name: String) -> CheckpointError {
    CheckpointError(
      .unsafe,
      "refused: the file asks to call \(name.prefix(200)), which makes no data. Nothing was run.")
  }

  private func misuse(_ global: PickleGlobal) -> CheckpointError {
    .corrupt("malformed pickle: \(global.name) takes no such arguments")
  }

  private mutating func orderedDict(_ arguments: [PickleValue]) throws -> PickleValue {
    let made = try dictionary(.ordered)
    if arguments.isEmpty { return .dictionary(made) }
    // Python 2 passes the pairs as a list of lists.
    guard arguments.count == 1, case .list(let list) = arguments[0] else {
      throw misuse(.orderedDict)
    }
    let pairs = graph.sequences[list]
    try charge(pairs.count)
    for pair in pairs {
      switch pair {
      case .list(let p), .tuple(let p):
        guard graph.sequences[p].count == 2 else { throw misuse(.orderedDict) }
        try insert(graph.sequences[p], into: .dictionary(made))
      default: throw misuse(.orderedDict)
      }
    }
    return .dictionary(made)
  }

  /// Creates the tensor of `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad,
  /// hooks[, metadata])`.
  private mutating func tensor(_ arguments: [PickleValue]) throws -> Int {
    guard 6...7 ~= arguments.count, case .storage(let storage) = arguments[0],
      case .int(var offset) = arguments[1], case .bool(let requiresGrad) = arguments[4]
    else { throw misuse(.rebuildTensor) }
    let record = graph.storages[storage]
    var shape = try ints(arguments[2], "a tensor's size")
    var strides = try ints(arguments[3], "a tensor's stride")
    let what = "a tensor of shape \(shape), strides \(strides) and offset \(offset)"
    try require(
      shape.count == strides.count, .corrupt,
      "\(what) has \(shape.count) sizes and \(strides.count) strides")
    try require(
      shape.count <= 64, .unsupported,
      "a tensor has \(shape.count) dimensions; at most 64 are supported")
    if let size = shape.first(where: { $0 < 0 }) {
      throw CheckpointError.corrupt("\(what) has the negative dimension \(size)")
    }
    if let stride = strides.first(where: { $0 < 0 }) {
      throw CheckpointError.corrupt("\(what) has the negative stride \(stride)")
    }
    try require(offset >= 0, .corrupt, "\(what) has a negative storage offset")
    let dtype = record.type.dtype
    let (numel, extent): (Int, Int)
    do {
      if record.type.reading == .pairs {
        // Complex numbers are viewed as pairs: twice the strides, and an additional dimension.
        offset = try doubled(offset)
        strides = try strides.map(doubled) + [1]
        shape.append(2)
      }
      numel = try Layout.checkedCount(shape, dtype, "")
      extent = try Layout.checkedExtent(shape, strides, offset: offset, "")
    } catch {
      throw CheckpointError.corrupt("\(what) has more elements than 64 bits count")
    }
    try require(
      extent <= record.count, .corrupt,
      "\(what) does not fit in storage '\(record.key.prefix(100))' of \(record.count) elements")
    try require(
      !requiresGrad || dtype.isFloatingPoint, .corrupt,
      "a tensor of dtype \(dtype) cannot require a gradient")
    try keep(Cost.tensor)
    graph.tensors.append(
      TensorRecord(
        storage: storage, dtype: dtype, offset: offset, shape: shape, strides: strides,
        numel: numel, requiresGrad: requiresGrad,
        signs: try arguments.count == 7 ? signs(arguments[6], record.type) : .init()))
    return graph.tensors.count - 1
  }

  /// Returns the signs in the metadata of a tensor: `{'conj': True}`, `{'neg': True}`.
  private func signs(_ metadata: PickleValue, _ type: StoredType) throws -> TensorRecord.Signs {
    if case .none = metadata { return .init() }
    guard case .dictionary(let number) = metadata else { throw misuse(.rebuildTensor) }
    func flag(_ name: String) -> Bool {
      if case .bool(true) = graph.dictionaries[number][name] { true } else { false }
    }
    let signs = TensorRecord.Signs(conjugate: flag("conj"), negative: flag("neg"))
    guard !signs.conjugate || type.reading == .pairs, !signs.negative || type.dtype != .bool else {
      throw CheckpointError.corrupt(
        "a tensor of dtype \(type.dtype) is no \(signs.conjugate ? "conjugate" : "negative") view")
    }
    return signs
  }

  private func doubled(_ value: Int) throws -> Int {
    let (result, overflow) = value.multipliedReportingOverflow(by: 2)
    if overflow { throw CheckpointError.corrupt("a number is out of range") }
    return result
  }

  /// Creates the parameter of `_rebuild_parameter(data, requires_grad, hooks[, state])`.
  private mutating func parameter(
    _ arguments: [PickleValue], _ global: PickleGlobal, _ number: Int
  ) throws -> PickleValue {
    // A parameter of a kind that Kindling does not support, such as one without memory.
    if case .object = arguments[0] { return try object(global.path, .call, number) }
    guard case .tensor(let data) = arguments[0],
      case .bool(let requiresGrad) = arguments[1]
    else { throw misuse(global) }
    var record = graph.tensors[data]
    guard !requiresGrad || record.dtype.isFloatingPoint else { throw misuse(global) }
    record.isParameter = true
    record.requiresGrad = requiresGrad
    try keep(Cost.tensor)
    graph.tensors.append(record)
    return .tensor(graph.tensors.count - 1)
  }

  /// Returns the integers of a tuple, a list or a `torch.Size`.
  private mutating func ints(_ value: PickleValue, _ what: String) throws -> [Int] {
    switch value {
    case .size(let ints): return ints
    case .tuple(let number), .list(let number):
      let items = graph.sequences[number]
      try charge(items.count)
      return try items.map {
        guard case .int(let i) = $0 else {
          throw CheckpointError.corrupt("\(what) holds a \($0.kind) where an int belongs")
        }
        return i
      }
    default: throw CheckpointError.corrupt("\(what) is a \(value.kind)")
    }
  }
}

extension PickleGlobal {
  /// Whether the global creates a tensor, from a storage or from another tensor.
  fileprivate var makesTensors: Bool {
    switch self {
    case .rebuildTensor, .rebuildTensorOfBytes, .rebuildOldTensor, .rebuildParameter: true
    case .foreign(let name): UnsafeNames.isConstructor(name.full)
    default: false
    }
  }

  fileprivate var isForeign: Bool { if case .foreign = self { true } else { false } }
}
