/// Keys of dictionaries and elements of sets.
extension Unpickler {
  /// Returns `value` as a key.
  ///
  /// Elements of tuples are counted: a short program can create a tuple that expands to any length.
  mutating func key(_ value: PickleValue, depth: Int = 0) throws -> PickleKey {
    switch value {
    case .none: return .none
    case .bool(let b): return .int(b ? 1 : 0)
    case .int(let i): return .int(i)
    case .bigInt(let digits):
      try charge(digits.count)
      return .bigInt(digits)
    case .double(let d) where d.isNaN:
      // As in Python, no two of them are equal.
      notNumbers += 1
      return .notANumber(notNumbers)
    case .double(let d): return Int(exactly: d).map(PickleKey.int) ?? .double(d)
    case .string(let s): return .string(s)
    case .bytes(let b):
      try charge(b.count)
      return .bytes(b)
    case .dtype(let dtype): return .dtype(dtype)
    case .size(let sizes):
      try charge(sizes.count)
      return .tuple(sizes.map(PickleKey.int))
    case .tuple(let number):
      try PickleGraph.checkDepth(depth)
      let items = graph.sequences[number]
      try charge(items.count)
      return .tuple(try items.map { try key($0, depth: depth + 1) })
    case .object(let number): return .object(number)
    case .tensor(let number): return .tensor(number)
    case .storage(let number): return .storage(number)
    case .global(let global): return .global(try text(global.name))
    default: throw CheckpointError.corrupt("a \(value.kind) cannot be a dictionary key")
    }
  }
}
