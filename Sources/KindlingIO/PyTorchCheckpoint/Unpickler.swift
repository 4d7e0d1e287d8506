import KindlingCore

/// A reader of pickles as data.
///
/// Pickles are programs for a stack machine. This reader executes the instructions that create
/// plain values. It replaces the few constructors of ``PickleGlobal`` with data, and records all
/// others. It calls nothing. Its memory and time are bounded by a small multiple of the pickle's
/// length.
struct Unpickler {
  private var reader: ByteReader
  private var stack: [PickleValue] = []
  /// The maximum numbers of values and open marks on the stack.
  private var height = 0, markHeight = 0
  /// The heights of the stack at the open marks.
  private var marks: [Int] = []
  private var memo = PickleMemo()
  /// The number of bytes that repeated constructor calls have copied.
  private var copied = 0
  /// The number of bytes that may still be kept.
  private var allowance: Int
  private let start: Int
  private var texts: Set<PickleText> = []
  var notNumbers = 0
  let rules: Rules
  var storageNumbers: [PickleText: Int] = [:]
  var graph = PickleGraph()

  /// The rules for the content of a pickle.
  struct Rules {
    enum Storages { case none, inZip, inLegacyFile }
    /// The kind of storages to which persistent ids refer.
    var storages = Storages.inZip
    /// The size of the whole file in bytes, which bounds the memory.
    var fileBytes = 0
  }

  /// The measured memory of values: enough for everything that PyTorch saves, but too little for
  /// what short programs can describe.
  enum Cost {
    static let slot = 24, item = 24, sequence = 24, block = 48, dictionary = 48, pair = 104
    static let text = 72, memo = 20, sparseMemo = 72, global = 96, tensor = 512, object = 192
    /// The memory for any pickle, and the additional memory per byte of a larger file.
    static let free = 112 << 20, perByte = 8
  }

  /// Reads the pickle in `bytes`.
  static func read(
    _ bytes: UnsafeRawBufferPointer, _ rules: Rules = Rules()
  ) throws -> PickleGraph {
    try require(!bytes.isEmpty, .corrupt, "the pickle is empty")
    return try read(bytes, at: 0, rules).graph
  }

  /// Reads the pickle that begins at `offset`, and returns its end.
  static func read(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, _ rules: Rules
  ) throws -> (graph: PickleGraph, end: Int) {
    var machine = try Unpickler(bytes, at: offset, rules)
    try machine.run()
    return (machine.graph, machine.reader.offset)
  }

  private init(_ bytes: UnsafeRawBufferPointer, at offset: Int, _ rules: Rules) throws {
    reader = try ByteReader(bytes, at: offset, "the pickle")
    start = offset
    allowance = max(Cost.free, Cost.perByte * max(bytes.count, rules.fileBytes))
    self.rules = rules
  }

  private mutating func run() throws {
    while true {
      try require(reader.remaining > 0, .corrupt, "the pickle ends without STOP")
      let code = try reader.take(UInt8.self)
      if code == Opcode.stop.rawValue { break }
      guard let opcode = Opcode(rawValue: code) else { throw Unpickler.refusal(of: code) }
      try step(opcode)
    }
    graph.root = try pop()
    graph.byteCount = reader.offset - start
  }

  // MARK: Stack

  mutating func push(_ value: PickleValue) throws {
    stack.append(value)
    if stack.count > height {
      height = stack.count
      try keep(Cost.slot)
    }
  }

  mutating func pop() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let top = stack.popLast() else {
      throw CheckpointError.corrupt("malformed pickle: stack underflow")
    }
    return top
  }

  private func top() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let top = stack.last else {
      throw CheckpointError.corrupt("malformed pickle: stack underflow")
    }
    return top
  }

  /// Pops the values above the last mark, and the mark.
  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw CheckpointError.corrupt("malformed pickle: there is no mark on the stack")
    }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  mutating func sequence(_ values: [PickleValue]) throws -> Int {
    try keep(Cost.sequence + (values.isEmpty ? 0 : Cost.block + Cost.item * values.count))
    graph.sequences.append(values)
    return graph.sequences.count - 1
  }

  mutating func dictionary(_ kind: PickleDictionary.Kind) throws -> Int {
    try keep(Cost.dictionary)
    graph.dictionaries.append(PickleDictionary(kind))
    return graph.dictionaries.count - 1
  }

  /// Counts `bytes` that a constructor copies.
  ///
  /// Without a limit, a short program that repeatedly calls one with a long argument would exhaust
  /// the memory.
  mutating func charge(_ bytes: Int) throws {
    copied += bytes
    try require(
      copied <= 2 * (reader.offset - start) + 1024, .unsafe,
      "refused: the pickle multiplies its data")
  }

  /// Counts `bytes` of memory that a value takes.
  mutating func keep(_ bytes: Int) throws {
    allowance -= bytes
    try require(
      allowance >= 0, .unsafe,
      "refused: the pickle describes more values than a file of its size may")
  }

  /// Returns the shared object for all strings equal to `text`.
  mutating func text(_ text: String) throws -> PickleText {
    let (isNew, made) = texts.insert(PickleText(text))
    if isNew { try keep(Cost.text + text.utf8.count) }
    return made
  }

  private mutating func step(_ opcode: Opcode) throws {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try reader.take(UInt8.self)
      try require(
        2...5 ~= version, .unsupported, "unsupported pickle protocol \(version); 2 to 5 are read")
    case .frame:
      let length = try reader.count(UInt64.self)
      try require(
        length <= reader.remaining, .corrupt,
        "malformed pickle: a frame of \(length) bytes exceeds the \(reader.remaining) that are left"
      )
    case .mark:
      marks.append(stack.count)
      if marks.count > markHeight {
        markHeight = marks.count
        try keep(Cost.slot)
      }
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: try push(try top())

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binint: try push(.int(Int(try reader.take(Int32.self))))
    case .binint1: try push(.int(Int(try reader.take(UInt8.self))))
    case .binint2: try push(.int(Int(try reader.take(UInt16.self))))
    case .long1: try pushLong(Int(try reader.take(UInt8.self)))
    case .long4: try pushLong(Int(try reader.take(Int32.self)))
    case .binfloat: try push(.double(Double(bitPattern: try reader.take(UInt64.self).byteSwapped)))
    case .binunicode: try pushText(try reader.count(UInt32.self))
    case .shortBinunicode, .shortBinstring: try pushText(try reader.count(UInt8.self))
    case .binunicode8: try pushText(try reader.count(UInt64.self))
    case .binstring: try pushText(Int(try reader.take(Int32.self)))
    case .binbytes: try push(.bytes(try bytes(try reader.count(UInt32.self))))
    case .shortBinbytes: try push(.bytes(try bytes(try reader.count(UInt8.self))))
    case .binbytes8, .bytearray8:
      try push(.bytes(try bytes(try reader.count(UInt64.self))))

    case .emptyList: try push(.list(try sequence([])))
    case .list:
      let items = try popToMark()
      try push(.list(try sequence(items)))
    case .append:
      let item = try pop()
      try extend(try top(), by: [item])
    case .appends:
      let items = try popToMark()
      try extend(try top(), by: items)
    case .emptyTuple: try push(.tuple(try sequence([])))
    case .tuple:
      let items = try popToMark()
      try push(.tuple(try sequence(items)))
    case .tuple1: try pushTuple(1)
    case .tuple2: try pushTuple(2)
    case .tuple3: try pushTuple(3)
    case .emptySet: try push(.dictionary(try dictionary(.set)))
    case .addItems:
      let items = try popToMark()
      try add(items, to: try top())
    case .frozenSet:
      let items = try popToMark()
      let made = PickleValue.dictionary(try dictionary(.set))
      try add(items, to: made)
      try push(made)
    case .emptyDict: try push(.dictionary(try dictionary(.plain)))
    case .dict:
      let items = try popToMark()
      let made = try dictionary(.plain)
      try insert(items, into: .dictionary(made))
      try push(.dictionary(made))
    case .setitem:
      let value = try pop()
      let key = try pop()
      try insert([key, value], into: try top())
    case .setitems:
      let items = try popToMark()
      try insert(items, into: try top())

    case .binget: try pushMemo(Int(try reader.take(UInt8.self)))
    case .longBinget: try pushMemo(try reader.count(UInt32.self))
    case .binput: try remember(Int(try reader.take(UInt8.self)))
    case .longBinput: try remember(try reader.count(UInt32.self))
    case .memoize: try remember(memo.count)

    case .global: try push(PickleValue(try readGlobal()))
    case .stackGlobal:
      guard case (.string(let name), .string(let module)) = (try pop(), try pop()) else {
        throw CheckpointError.corrupt("malformed pickle: STACK_GLOBAL without two texts")
      }
      try push(PickleValue(try PickleGlobal(module.text, name.text)))
    case .inst:
      let global = try readGlobal()
      let arguments = PickleValue.tuple(try sequence(try popToMark()))
      try push(try make(PickleValue(global), arguments))
    case .obj:
      let items = try popToMark()
      let callable = try require(items.first, .corrupt, "malformed pickle: OBJ without a class")
      try push(try make(callable, .tuple(try sequence(Array(items.dropFirst())))))
    case .reduce:
      let arguments = try pop()
      let callable = try pop()
      try push(try make(callable, arguments))
    case .newobj:
      let arguments = try pop()
      let callable = try pop()
      try push(try makeObject(callable, arguments))
    case .newobjEx:
      let keywords = try pop()
      let arguments = try pop()
      let callable = try pop()
      try push(try makeObject(callable, arguments, keywords))
    case .build:
      let state = try pop()
      try build(state: state)
    case .binpersid: try push(try persistent(try pop()))
    }
  }

  private mutating func pushLong(_ length: Int) throws {
    try require(
      length >= 0, .corrupt, "malformed pickle: an integer has the negative length \(length)")
    let bytes = try reader.take(length)
    guard length > 8 else {
      let negative = (bytes.last ?? 0) >= 0x80
      var value: UInt64 = negative ? .max : 0
      for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
      try push(.int(Int(truncatingIfNeeded: value)))
      return
    }
    try keep(Cost.item + length)
    try push(.bigInt(Array(bytes)))
  }

  private mutating func bytes(_ count: Int) throws -> [UInt8] {
    let bytes = try reader.take(count)
    try keep(Cost.item + count)
    return Array(bytes)
  }

  private mutating func remember(_ index: Int) throws {
    if memo.set(index, try top()) { try keep(memo.isDense ? Cost.memo : Cost.sparseMemo) }
  }

  private mutating func pushText(_ length: Int) throws {
    guard let text = String(validating: try reader.take(length), as: UTF8.self) else {
      throw CheckpointError.corrupt("malformed pickle: a text is not valid UTF-8")
    }
    try push(.string(try self.text(text)))
  }

  private mutating func pushTuple(_ count: Int) throws {
    var items = try (0..<count).map { _ in try pop() }
    items.reverse()
    try push(.tuple(try sequence(items)))
  }

  private mutating func pushMemo(_ index: Int) throws {
    let value = try require(memo[index], .corrupt, "malformed pickle: unknown memo entry \(index)")
    try push(value)
  }

  private mutating func extend(_ target: PickleValue, by items: [PickleValue]) throws {
    let list: Int
    switch target {
    case .list(let number): list = number
    case .object(let number):
      // List subclasses, such as deques.
      list = try graph.objects[number].elements ?? sequence([])
      graph.objects[number].elements = list
    default: throw CheckpointError.corrupt("malformed pickle: appending to a \(target.kind)")
    }
    try keep(Cost.item * items.count)
    graph.sequences[list].append(contentsOf: items)
  }

  mutating func insert(_ items: [PickleValue], into target: PickleValue) throws {
    let dictionary: Int
    switch target {
    case .dictionary(let number): dictionary = number
    case .object(let number):
      // Dictionary subclasses, such as defaultdict.
      dictionary = try graph.objects[number].pairs ?? self.dictionary(.plain)
      graph.objects[number].pairs = dictionary
    default: throw CheckpointError.corrupt("malformed pickle: setting an item of a \(target.kind)")
    }
    try require(items.count.isMultiple(of: 2), .corrupt, "malformed pickle: a key without a value")
    for i in stride(from: 0, to: items.count, by: 2) {
      let key = try key(items[i])
      if graph.dictionaries[dictionary].pairs.isEmpty { try keep(2 * Cost.block) }
      if graph.dictionaries[dictionary].set(items[i], key, items[i + 1]) { try keep(Cost.pair) }
    }
  }

  mutating func add(_ items: [PickleValue], to target: PickleValue) throws {
    guard case .dictionary(let set) = target, graph.dictionaries[set].kind == .set else {
      throw CheckpointError.corrupt("malformed pickle: adding to a \(target.kind)")
    }
    try insert(items.flatMap { [$0, .none] }, into: target)
  }

  private mutating func readGlobal() throws -> PickleGlobal {
    let (module, name) = (try reader.line(), try reader.line())
    guard let module = String(validating: module, as: UTF8.self),
      let name = String(validating: name, as: UTF8.self)
    else { throw CheckpointError.corrupt("malformed pickle: a global's name is not valid UTF-8") }
    try keep(Cost.global)
    return try PickleGlobal(module, name)
  }

  /// Sets the attributes of an object; those of state dicts, the versions of their modules, are
  /// ignored.
  private mutating func build(state: PickleValue) throws {
    if case .object(let number) = try top() {
      graph.objects[number].state = state
      return
    }
    guard case .dictionary(let target) = try top(), graph.dictionaries[target].kind == .ordered,
      case .dictionary = state
    else {
      throw CheckpointError(.unsafe, "refused: the pickle sets the state of a \(try top().kind)")
    }
  }
}
