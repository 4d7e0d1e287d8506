import KindlingPlatform

/// Tensors by name, in insertion order (PyTorch: the result of `Module.state_dict()`).
///
/// A lookup costs one hash. Setting an existing key keeps its position. Keys are equal if their
/// bytes are, as in Python.
public struct StateDict: Sequence, ExpressibleByDictionaryLiteral, Sendable {
  /// The names, in order.
  public private(set) var keys: [String] = []
  private var tensors: [ByteString: Tensor] = [:]

  /// Creates an empty dictionary.
  public init() {}

  /// Creates a dictionary from pairs; of equal keys, the last value is kept at the first position.
  public init(_ pairs: some Sequence<(String, Tensor)>) {
    for (key, tensor) in pairs { self[key] = tensor }
  }

  /// Creates a dictionary from a literal, in its order.
  public init(dictionaryLiteral elements: (String, Tensor)...) { self.init(elements) }

  /// The tensor with name `key`; setting nil removes it.
  public subscript(key: String) -> Tensor? {
    get { tensors[ByteString(key)] }
    set {
      let old = tensors.updateOrRemove(ByteString(key), newValue)
      if old == nil && newValue != nil { keys.append(key) }
      if old != nil && newValue == nil { keys.removeAll { sameBytes($0, key) } }
    }
  }

  /// The tensors, in order.
  public var values: [Tensor] { keys.compactMap { tensors[ByteString($0)] } }

  /// The number of tensors.
  public var count: Int { keys.count }

  /// Whether the dictionary is empty.
  public var isEmpty: Bool { keys.isEmpty }

  /// Returns an iterator over the pairs, in order.
  public func makeIterator() -> AnyIterator<(key: String, value: Tensor)> {
    var names = keys.makeIterator()
    return AnyIterator {
      while let key = names.next() {
        if let value = tensors[ByteString(key)] { return (key, value) }
      }
      return nil
    }
  }
}

extension Dictionary {
  fileprivate mutating func updateOrRemove(_ key: Key, _ value: Value?) -> Value? {
    guard let value else { return removeValue(forKey: key) }
    return updateValue(value, forKey: key)
  }
}
