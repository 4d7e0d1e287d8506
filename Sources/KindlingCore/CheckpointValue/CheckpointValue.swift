import KindlingPlatform

/// A value in a checkpoint: a tree of plain Python data and tensors.
///
/// It can be written as a literal: `["lr": 0.1, "betas": .tuple([0.9, 0.999]), "state": nil]`.
public enum CheckpointValue: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer beyond `Int`, as its little-endian two's complement.
  case bigInt([UInt8])
  case double(Double)
  case string(String)
  case bytes([UInt8])
  /// A shape (PyTorch: `torch.Size`).
  case size([Int])
  case dtype(DType)
  case tensor(Tensor)
  case list(CheckpointParts<CheckpointValue>)
  case tuple(CheckpointParts<CheckpointValue>)
  /// The elements of a Python `set`, in the order of the file.
  case set(CheckpointParts<CheckpointValue>)
  /// Pairs in order; PyTorch writes strings or integers as keys.
  case dictionary(CheckpointParts<CheckpointPair>)
  /// Pairs of Python's `OrderedDict`, the type of PyTorch's state dicts.
  case orderedDictionary(CheckpointParts<CheckpointPair>)
  /// Pairs of Python's `Counter`, which PyTorch uses for a schedule's milestones.
  case counter(CheckpointParts<CheckpointPair>)
  /// An object of a Python class without a counterpart in Kindling, as described in the file.
  case opaque(OpaqueValue)

  /// Creates a dictionary of tensors.
  public init(_ tensors: StateDict) {
    self = .orderedDictionary(tensors.map { (.string($0.key), .tensor($0.value)) })
  }

  /// The pairs of a dictionary of any kind, such as a `defaultdict`, in order.
  public var pairs: [CheckpointPair]? {
    switch self {
    case .dictionary(let pairs), .orderedDictionary(let pairs), .counter(let pairs): pairs.array
    case .opaque(let object) where !object.pairs.isEmpty: object.pairs.array
    default: nil
    }
  }

  /// The value of `key` in a dictionary, or the attribute `key` of an object; nil if there is none.
  public subscript(key: String) -> CheckpointValue? {
    let found = pairs?.last {
      if case .string(let name) = $0.key { sameBytes(name, key) } else { false }
    }
    if found == nil, case .opaque(let object) = self { return object.state?[key] }
    return found?.value
  }

  /// The value of the integer key `index`, or element `index` of a list or tuple.
  public subscript(index: Int) -> CheckpointValue? {
    switch self {
    case .dictionary(let pairs), .orderedDictionary(let pairs), .counter(let pairs):
      pairs.last { if case .int(index) = $0.key { true } else { false } }?.value
    case .list(let items), .tuple(let items): items.indices.contains(index) ? items[index] : nil
    default: nil
    }
  }

  /// This value as a number, if it is one; `true` is 1.
  public var doubleValue: Double? {
    switch self {
    case .bool(let b): b ? 1 : 0
    case .int(let i): Double(i)
    case .double(let d): d
    default: nil
    }
  }

  /// This value as an integer, if it is one.
  public var intValue: Int? { if case .int(let i) = self { i } else { nil } }
  /// This value as a Boolean value, if it is one.
  public var boolValue: Bool? { if case .bool(let b) = self { b } else { nil } }
  /// This value as a string, if it is one.
  public var stringValue: String? { if case .string(let s) = self { s } else { nil } }
  /// This value as an object, if its class has no counterpart in Kindling.
  public var opaqueValue: OpaqueValue? { if case .opaque(let o) = self { o } else { nil } }
  /// This value as a tensor, if it is one.
  public var tensorValue: Tensor? { if case .tensor(let t) = self { t } else { nil } }
  /// The elements, if this is a list, a tuple or a set.
  public var elements: [CheckpointValue]? {
    switch self {
    case .list(let items), .tuple(let items), .set(let items): items.array
    case .opaque(let object) where !object.elements.isEmpty: object.elements.array
    default: nil
    }
  }

  /// The tensors by name, if this is a dictionary with only strings as keys and tensors as values.
  public var stateDict: StateDict? {
    guard let pairs else { return nil }
    var result = StateDict()
    for (key, value) in pairs {
      guard let name = key.stringValue, let tensor = value.tensorValue else { return nil }
      result[name] = tensor
    }
    return result
  }
}

extension CheckpointValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Creates `None` from a literal.
  public init(nilLiteral: ()) { self = .none }
  /// Creates a Boolean value from a literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Creates an integer from a literal.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// Creates a floating-point number from a literal.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// Creates a string from a literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Creates a list from a literal.
  public init(arrayLiteral elements: CheckpointValue...) { self = .list(elements) }
  /// Creates a dictionary with strings as keys from a literal.
  public init(dictionaryLiteral elements: (String, CheckpointValue)...) {
    self = .dictionary(elements.map { (.string($0.0), $0.1) })
  }
}
